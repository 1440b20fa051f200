import type { IntentEvent } from '@behest/spec'
import { useState } from 'react'
import { client, toMessage } from '../client.js'
import { Disclosure } from '../shell/Disclosure.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** What happened to an intent and when; asked for when it is opened. */
export function Timeline({
  id,
  events,
  hasEnded,
}: {
  readonly id: string
  readonly events: readonly IntentEvent[]
  readonly hasEnded: boolean
}) {
  const words = useWords()
  const [past, setPast] = useState<readonly IntentEvent[]>([])
  const [problem, setProblem] = useState<string | null>(null)
  const shown = events.length > 0 && events[0]?.sequence === 1 ? events : past

  async function load(): Promise<void> {
    // Of one that goes on, the events come by themselves.
    if (!hasEnded || past.length > 0) return
    const found: IntentEvent[] = []
    setProblem(null)
    try {
      for await (const event of client.events(id)) found.push(event)
      setPast(found)
    } catch (cause) {
      setProblem(words.serverAway(toMessage(cause)))
    }
  }
  if (!hasEnded && shown.length === 0) return null
  return (
    <Disclosure
      className="timeline"
      title={words.whatHappened}
      onOpen={() => void load()}
    >
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <ol>
        {shown.map((event) => (
          <li key={event.sequence}>
            <time dateTime={event.at}>
              {new Date(event.at).toLocaleTimeString(words.language)}
            </time>{' '}
            <b>{words.stages[event.stage]}</b>{' '}
            <span lang={languageOf(event.message)}>{event.message}</span>
          </li>
        ))}
      </ol>
    </Disclosure>
  )
}
