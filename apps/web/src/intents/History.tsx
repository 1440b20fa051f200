import type { IntentRecord } from '@behest/spec'
import { toHash } from '../shell/useHash.js'
import { useWords } from '../words/useWords.js'

const waiting = ['needs-answer', 'needs-approval', 'unknown']

/** What was said, as a list: first what waits for the person. */
export function History({
  intents,
  openId,
  hasMore,
  onMore,
  onOpen,
}: {
  readonly intents: readonly IntentRecord[]
  readonly openId: string | null
  readonly hasMore: boolean
  readonly onMore: () => void
  readonly onOpen: () => void
}) {
  const words = useWords()
  const newestFirst = [...intents].reverse()
  const waits = newestFirst.filter(({ status }) => waiting.includes(status))
  const rest = newestFirst.filter(({ status }) => !waiting.includes(status))
  return (
    <nav aria-label={words.history}>
      {intents.length === 0 ? (
        <p className="quiet">{words.nothingYet}</p>
      ) : null}
      {[
        { title: words.waitsForYou, items: waits },
        { title: words.earlier, items: rest },
      ].map(({ title, items }) =>
        items.length === 0 ? null : (
          <section key={title} aria-label={title}>
            <h2>{title}</h2>
            <ul>
              {items.map((record) => (
                <li key={record.id}>
                  <a
                    href={toHash({ type: 'intent', id: record.id })}
                    {...(record.id === openId
                      ? { 'aria-current': 'page' as const }
                      : {})}
                    onClick={onOpen}
                  >
                    <span className="what">{record.utterance}</span>
                    <span className="state" data-status={record.status}>
                      {words.statuses[record.status]}
                    </span>
                    <time dateTime={record.createdAt} className="quiet">
                      {sayWhen(record.createdAt, words.language)}
                    </time>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
      {hasMore ? (
        <button type="button" className="small quiet" onClick={onMore}>
          {words.loadMore}
        </button>
      ) : null}
    </nav>
  )
}

function sayWhen(iso: string, language: string): string {
  const at = new Date(iso)
  const isToday = at.toDateString() === new Date().toDateString()
  return at.toLocaleString(
    language,
    isToday
      ? { hour: '2-digit', minute: '2-digit' }
      : { month: 'short', day: 'numeric' },
  )
}
