import type { IntentEvent, IntentRecord } from '@behest/spec'
import { stages } from '@behest/spec'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** The nine stages: those that passed, the one at work, those to come. */
export function StageBar({
  record,
  events,
}: {
  readonly record: IntentRecord
  readonly events: readonly IntentEvent[]
}) {
  const words = useWords()
  // A plan that waits is at the yes that it waits for.
  const stage = record.status === 'needs-approval' ? 'approval' : record.stage
  const reached = stages.indexOf(stage)
  const last = events.at(-1)
  return (
    <div className="progress">
      <ol
        className="stages"
        aria-label={words.atStage(reached + 1, words.stages[stage])}
      >
        {stages.map((name, index) => (
          <li
            key={name}
            className={toState(index, reached, record)}
            {...(index === reached ? { 'aria-current': 'step' as const } : {})}
          >
            {words.stages[name]}
          </li>
        ))}
      </ol>
      {record.status === 'running' && last ? (
        <p className="quiet latest" lang={languageOf(last.message)}>
          {last.message}
        </p>
      ) : null}
    </div>
  )
}

function toState(index: number, reached: number, record: IntentRecord): string {
  if (index > reached) return 'ahead'
  if (index < reached) return 'passed'
  if (record.status === 'failed') return 'failed'
  if (record.status === 'done') return 'passed'
  return 'now'
}
