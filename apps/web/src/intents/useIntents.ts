import type { IntentEvent, IntentRecord, IntentStatus } from '@behest/spec'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { client, toMessage } from '../client.js'

/** Something goes on by itself in these; all others wait or have ended. */
const movingStatuses: readonly IntentStatus[] = ['running', 'unknown']
const listAgainMs = 8000
const pageSize = 30
// A browser opens six connections to one server; streams must leave some free.
const mostStreams = 3

/** The intents of this page, as far as they are known. */
export type Intents = {
  /** The oldest first. */
  readonly intents: readonly IntentRecord[]
  readonly eventsById: ReadonlyMap<string, readonly IntentEvent[]>
  readonly isLoaded: boolean
  readonly hasMore: boolean
  readonly error: string | null
  readonly add: (record: IntentRecord) => void
  /** Asks for one intent anew; `false` where there is none. */
  readonly refresh: (id: string) => Promise<boolean>
  readonly loadMore: () => Promise<void>
}

/** All intents of this page, each followed while it goes on. */
export function useIntents(): Intents {
  const [byId, setById] = useState<ReadonlyMap<string, IntentRecord>>(new Map())
  const [eventsById, setEventsById] = useState<
    ReadonlyMap<string, readonly IntentEvent[]>
  >(new Map())
  const [error, setError] = useState<string | null>(null)
  const [isLoaded, setIsLoaded] = useState(false)
  const [nextCursor, setNextCursor] = useState<string | null>(null)
  const followed = useRef(new Set<string>())
  const lastSequence = useRef(new Map<string, number>())

  const put = useCallback((record: IntentRecord) => {
    setById((before) => {
      const known = before.get(record.id)
      if (known && known.updatedAt > record.updatedAt) return before
      if (
        known?.updatedAt === record.updatedAt &&
        known.status === record.status
      )
        return before
      return new Map(before).set(record.id, record)
    })
  }, [])

  const follow = useCallback(
    async (id: string) => {
      if (followed.current.has(id) || followed.current.size >= mostStreams)
        return
      followed.current.add(id)
      try {
        const afterSequence = lastSequence.current.get(id) ?? 0
        for await (const event of client.events(id, { afterSequence })) {
          lastSequence.current.set(id, event.sequence)
          setEventsById((before) =>
            new Map(before).set(id, [...(before.get(id) ?? []), event]),
          )
          const record = await client.get(id)
          put(record)
          // What waits for a person is left alone: it is followed when it moves.
          if (!movingStatuses.includes(record.status)) break
        }
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
      if (movingStatuses.includes(record.status)) void follow(record.id)
    },
    [put, follow],
  )

  const refresh = useCallback(
    async (id: string) => {
      try {
        add(await client.get(id))
        return true
      } catch {
        return false
      }
    },
    [add],
  )

  const loadMore = useCallback(async () => {
    if (nextCursor === null) return
    const page = await client.list({ limit: pageSize, cursor: nextCursor })
    for (const record of page.intents) put(record)
    setNextCursor(page.nextCursor ?? null)
  }, [nextCursor, put])

  useEffect(() => {
    let isFirst = true
    const load = async () => {
      if (document.hidden && !isFirst) return
      try {
        const page = await client.list({ limit: pageSize })
        for (const record of page.intents) add(record)
        if (isFirst) setNextCursor(page.nextCursor ?? null)
        isFirst = false
        setIsLoaded(true)
        setError(null)
      } catch (cause) {
        setError(toMessage(cause))
      }
    }
    const loadNow = () => void load()
    loadNow()
    const timer = setInterval(loadNow, listAgainMs)
    document.addEventListener('visibilitychange', loadNow)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', loadNow)
    }
  }, [add])

  const intents = useMemo(
    () =>
      [...byId.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    [byId],
  )
  return {
    intents,
    eventsById,
    isLoaded,
    hasMore: nextCursor !== null,
    error,
    add,
    refresh,
    loadMore,
  }
}
