import type pg from 'pg'
import { connectClient, getConnection } from '../postgres/connect.js'

/** The channel that writers notify; the payload is the intent's id. */
export const eventChannel = 'behest_event'

/** Calls back soon after an event of an intent, from whichever process. */
export type EventWatch = {
  readonly watch: (intentId: string, onEvent: () => void) => () => void
  /** An event was written by this process: no need to wait for the database. */
  readonly wake: (intentId: string) => void
  readonly close: () => Promise<void>
}

/** How long an event may stay unseen when every notification is lost, in ms. */
const pollEveryMs = 1_000
const reconnectAfterMs = 500

/**
 * Creates the watch. LISTEN is only a hint: notifications are lost with their
 * connection, so what is stored is asked for as well, once a second.
 */
export function createEventWatch(options: {
  readonly pool: pg.Pool
}): EventWatch {
  const { pool } = options
  const listeners = new Map<string, Set<() => void>>()
  const seen = new Map<string, number>()
  let client: pg.Client | undefined
  let isConnecting = false
  let isClosed = false
  let pollTimer: NodeJS.Timeout | undefined
  let reconnectTimer: NodeJS.Timeout | undefined
  let polling: Promise<void> | undefined

  const wake = (intentId: string) => {
    for (const onEvent of listeners.get(intentId) ?? []) onEvent()
  }

  async function poll(): Promise<void> {
    const ids = [...listeners.keys()]
    if (ids.length === 0) return
    const { rows } = await pool.query<{ id: string; last_sequence: number }>(
      'select id, last_sequence from intent where id = any($1)',
      [ids],
    )
    for (const { id, last_sequence } of rows) {
      if (seen.get(id) === last_sequence) continue
      seen.set(id, last_sequence)
      wake(id)
    }
  }

  function startPolling(): void {
    pollTimer ??= setInterval(() => {
      polling ??= poll()
        .catch(() => {
          // The database is away: whoever reads the events is told by that.
        })
        .finally(() => {
          polling = undefined
        })
    }, pollEveryMs).unref()
  }

  async function listen(): Promise<void> {
    if (client || isConnecting || isClosed) return
    isConnecting = true
    try {
      const fresh = await connectClient({
        connection: getConnection(pool),
        applicationName: 'behest-listen',
      })
      fresh.on('notification', ({ payload }) => wake(payload ?? ''))
      fresh.on('end', () => {
        if (client === fresh) client = undefined
        listenLater()
      })
      await fresh.query(`listen ${eventChannel}`)
      if (isClosed) await fresh.end()
      else client = fresh
      // What was written while nobody listened was not notified.
      await poll()
    } catch {
      listenLater()
    } finally {
      isConnecting = false
    }
  }

  function listenLater(): void {
    if (isClosed || listeners.size === 0) return
    clearTimeout(reconnectTimer)
    reconnectTimer = setTimeout(listen, reconnectAfterMs).unref()
  }

  return {
    wake,
    watch: (intentId, onEvent) => {
      const own = listeners.get(intentId) ?? new Set()
      // A wrapper of its own: the same function may be given twice.
      const listener = () => onEvent()
      own.add(listener)
      listeners.set(intentId, own)
      startPolling()
      void listen()
      return () => {
        own.delete(listener)
        if (own.size > 0) return
        listeners.delete(intentId)
        seen.delete(intentId)
        if (listeners.size > 0) return
        clearInterval(pollTimer)
        pollTimer = undefined
      }
    },
    close: async () => {
      isClosed = true
      clearInterval(pollTimer)
      clearTimeout(reconnectTimer)
      listeners.clear()
      await polling
      const open = client
      client = undefined
      await open?.end()
    },
  }
}
