import type { Request, Response } from 'express'
import { readLastSequence } from '../routes/streamEvents.js'

const heartbeatMs = 15_000
const pollMs = 1000

/**
 * Streams rows that have a sequence: those after `Last-Event-ID` first, then
 * each new one, until the last.
 *
 * @param options.subscribe - A hint that there is something new; asked anyway.
 */
export async function streamRows<
  Row extends { readonly sequence: number; readonly type: string },
>(options: {
  readonly request: Request
  readonly response: Response
  readonly after?: number
  readonly read: (afterSequence: number) => Promise<readonly Row[]>
  readonly subscribe: (onEvent: () => void) => () => void
  readonly isLast: (row: Row) => boolean
}): Promise<void> {
  const { request, response } = options
  let sequence = readLastSequence(request) ?? options.after ?? 0
  response.status(200)
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
  response.setHeader('Cache-Control', 'no-cache, no-transform')
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  response.write('retry: 1000\n\n')

  let isOpen = true
  let reading: Promise<void> | undefined
  const push = (): Promise<void> => {
    reading ??= (async () => {
      for (const row of await options.read(sequence)) {
        if (!isOpen) return
        sequence = row.sequence
        response.write(
          `id: ${row.sequence}\nevent: ${row.type}\ndata: ${JSON.stringify(row)}\n\n`,
        )
        if (options.isLast(row)) close()
      }
    })()
      .catch(close)
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const stopListening = options.subscribe(() => void push())
  const poll = setInterval(() => void push(), pollMs)
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs)
  function close(): void {
    if (!isOpen) return
    isOpen = false
    clearInterval(poll)
    clearInterval(heartbeat)
    stopListening()
    response.end()
  }
  request.on('close', close)
  response.on('error', close)
  await push()
}
