import type { Engine } from '@behest/engine'
import type { IntentStorePort } from '@behest/spec'
import type { Request, Response } from 'express'
import { RequestInvalidError } from '../http/errors.js'
import { readId, readQuery } from '../http/readRequest.js'
import { eventsQuerySchema } from './schemas.js'

const heartbeatMs = 15_000
const retryMs = 1000

/**
 * Streams the events of an intent: those after `Last-Event-ID` first, then each
 * new one. Ends when the intent has ended, so that a reader need not guess.
 *
 * @throws {RequestInvalidError} when `Last-Event-ID` is no sequence number.
 */
export async function streamEvents(options: {
  readonly request: Request
  readonly response: Response
  readonly engine: Engine
  readonly store: IntentStorePort
}): Promise<void> {
  const { request, response, engine, store } = options
  const intentId = readId(request, 'id')
  const query = readQuery(request, eventsQuerySchema)
  let sequence = readLastSequence(request) ?? query.after ?? 0
  await engine.get(intentId)

  response.status(200)
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
  response.setHeader('Cache-Control', 'no-cache, no-transform')
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  response.write(`retry: ${retryMs}\n\n`)

  let isOpen = true
  let isReading = false
  let isStale = false

  const push = async (): Promise<void> => {
    if (isReading) {
      isStale = true
      return
    }
    isReading = true
    try {
      do {
        isStale = false
        const events = await store.readEvents({
          intentId,
          afterSequence: sequence,
        })
        for (const event of events) {
          if (!isOpen) return
          sequence = event.sequence
          response.write(
            `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
          )
        }
        const last = events.at(-1)
        if (last && hasEnded(last.status)) close()
      } while (isStale && isOpen)
    } finally {
      isReading = false
    }
  }
  const stopListening = store.subscribe({
    intentId,
    onEvent: () => void push().catch(close),
  })
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs)
  function close(): void {
    if (!isOpen) return
    isOpen = false
    clearInterval(heartbeat)
    stopListening()
    response.end()
  }
  request.on('close', close)
  response.on('error', close)
  await push().catch(close)
}

function hasEnded(status: string): boolean {
  return ['done', 'failed', 'rejected', 'cancelled'].includes(status)
}

/** The event that a reader saw last, where it came back. */
export function readLastSequence(request: Request): number | undefined {
  const header = request.headers['last-event-id']
  if (header === undefined) return undefined
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    throw new RequestInvalidError({
      where: 'Last-Event-ID header',
      problem: 'it must be the id of an event',
    })
  return Number(header)
}
