import type { Response } from 'express'

const heartbeatMs = 15_000
const drainMs = 10_000

/** A stream of server-sent events that its reader may leave at any time. */
export type EventStream = {
  /** Sends one frame; waits while the reader is behind. */
  readonly send: (frame: {
    readonly id?: number
    readonly event?: string
    readonly data: string
  }) => Promise<void>
  readonly end: () => void
}

/**
 * Opens a stream of server-sent events. A reader that takes nothing for a while
 * is let go: it would hold memory, and others would wait.
 *
 * @param options.signal - Aborted when the reader has left.
 * @param options.retryMs - When a reader that was cut off should come back.
 * @param options.patienceMs - How long a reader may be behind; ten seconds if absent.
 */
export function openEventStream(options: {
  readonly response: Response
  readonly signal: AbortSignal
  readonly retryMs?: number
  readonly patienceMs?: number
}): EventStream {
  const { response, signal, retryMs, patienceMs = drainMs } = options
  response.status(200)
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
  response.setHeader('Cache-Control', 'no-cache, no-transform')
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  if (retryMs !== undefined) response.write(`retry: ${retryMs}\n\n`)
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs)
  signal.addEventListener('abort', () => clearInterval(heartbeat))
  return {
    send: async ({ id, event, data }) => {
      if (signal.aborted) return
      const isTaken = response.write(
        `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`,
      )
      if (isTaken) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          response.off('drain', done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(() => {
          response.destroy()
          done()
        }, patienceMs)
        response.once('drain', done)
        signal.addEventListener('abort', done)
      })
    },
    end: () => {
      clearInterval(heartbeat)
      response.end()
    },
  }
}

/** A signal that is aborted when whoever asked has gone before the answer. */
export function toLeftSignal(response: Response): AbortSignal {
  const left = new AbortController()
  response.once('close', () => left.abort())
  return left.signal
}
