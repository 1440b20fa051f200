import type { Request, Response } from 'express'
import { RequestInvalidError } from './errors.js'
import { openEventStream, toLeftSignal } from './openEventStream.js'

const retryMs = 1000

/**
 * Streams rows that have a sequence: those after `Last-Event-ID` first, then
 * each new one, until the last. A reader that takes nothing is let go, and comes
 * back by the last id that it saw with nothing lost.
 *
 * @param options.after - Where to begin if the reader names no id.
 * @param options.subscribe - A hint that there is something new.
 * @param options.isLast - Asked of the newest row there is.
 * @param options.pollMs - How often rows are read without a hint: one may get lost.
 * @param options.patienceMs - As of {@link openEventStream}.
 * @throws {RequestInvalidError} when `Last-Event-ID` is no sequence number.
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
  readonly pollMs: number
  readonly patienceMs?: number
}): Promise<void> {
  const { request, response, patienceMs } = options
  let sequence = readLastSequence(request) ?? options.after ?? 0
  const signal = toLeftSignal(response)
  const stream = openEventStream({
    response,
    signal,
    retryMs,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  })
  let isStale = true
  let wakeUp = (): void => undefined
  const wake = (): void => {
    isStale = true
    wakeUp()
  }
  const stopListening = options.subscribe(wake)
  const poll = setInterval(wake, options.pollMs)
  signal.addEventListener('abort', wake)
  try {
    while (!signal.aborted) {
      isStale = false
      // A database that is away ends the stream; the reader comes back by its id.
      const rows = await options.read(sequence).catch(() => undefined)
      if (rows === undefined) return
      for (const row of rows) {
        if (signal.aborted) return
        await stream.send({
          id: row.sequence,
          event: row.type,
          data: JSON.stringify(row),
        })
        sequence = row.sequence
      }
      const last = rows.at(-1)
      if (last !== undefined && options.isLast(last)) return
      if (!isStale && !signal.aborted)
        await new Promise<void>((resolve) => {
          wakeUp = resolve
        })
    }
  } finally {
    clearInterval(poll)
    stopListening()
    stream.end()
  }
}

/** The event that a reader saw last, where it came back. */
function readLastSequence(request: Request): number | undefined {
  const header = request.headers['last-event-id']
  if (header === undefined) return undefined
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    throw new RequestInvalidError({
      where: 'Last-Event-ID header',
      problem: 'it must be the id of an event',
    })
  return Number(header)
}
