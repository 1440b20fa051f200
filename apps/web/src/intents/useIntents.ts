import type { IntentRecord } from '@behest/spec'
import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../client.js'

const endedStatuses = ['done', 'failed', 'rejected', 'cancelled']
const listAgainMs = 4000

/** All intents of this page, oldest first, each followed while it goes on. */
export function useIntents(): {
  readonly intents: readonly IntentRecord[]
  readonly error: string | null
  readonly add: (record: IntentRecord) => void
  readonly refresh: (id: string) => void
} {
  const [byId, setById] = useState<ReadonlyMap<string, IntentRecord>>(new Map())
  const [error, setError] = useState<string | null>(null)
  const followed = useRef(new Set<string>())

  const put = useCallback((record: IntentRecord) => {
    setById((before) => {
      const known = before.get(record.id)
      if (known && known.updatedAt > record.updatedAt) return before
      return new Map(before).set(record.id, record)
    })
  }, [])

  const follow = useCallback(
    async (id: string) => {
      if (followed.current.has(id)) return
      followed.current.add(id)
      let afterSequence = 0
      try {
        for await (const event of client.events(id, { afterSequence })) {
          afterSequence = event.sequence
          put(await client.get(id))
        }
        put(await client.get(id))
      } catch {
        // The list is asked for again soon, and follows it anew.
      } finally {
        followed.current.delete(id)
      }
    },
    [put],
  )

  const add = useCallback(
    (record: IntentRecord) => {
      put(record)
      if (!endedStatuses.includes(record.status)) void follow(record.id)
    },
    [put, follow],
  )

  const refresh = useCallback(
    (id: string) => {
      client.get(id).then(add, (cause: unknown) => {
        setError(cause instanceof Error ? cause.message : String(cause))
      })
    },
    [add],
  )

  useEffect(() => {
    const load = async () => {
      try {
        const page = await client.list({ limit: 30 })
        for (const record of page.intents) add(record)
        setError(null)
      } catch (cause) {
        setError(
          `The server cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
        )
      }
    }
    void load()
    const timer = setInterval(() => void load(), listAgainMs)
    return () => clearInterval(timer)
  }, [add])

  const intents = [...byId.values()].sort((a, b) =>
    a.createdAt < b.createdAt ? -1 : 1,
  )
  return { intents, error, add, refresh }
}
