import type { Response } from 'express'

const heartbeatMs = 15_000
const drainMs = 10_000

/** A stream of server-sent events that its reader may leave at any time. */
export type EventStream = {
  /** Sends one frame; waits while the reader is behind. */
  readonly send: (frame: {
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
 */
export function openEventStream(options: {
  readonly response: Response
  readonly signal: AbortSignal
}): EventStream {
  const { response, signal } = options
  response.status(200)
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
  response.setHeader('Cache-Control', 'no-cache, no-transform')
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs)
  signal.addEventListener('abort', () => clearInterval(heartbeat))
  return {
    send: async ({ event, data }) => {
      if (signal.aborted) return
      const isTaken = response.write(
        `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`,
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
        }, drainMs)
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
