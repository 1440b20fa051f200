import type { Engine } from '@behest/engine'
import type { IntentStorePort } from '@behest/spec'
import type { Request, Response } from 'express'
import { readId, readQuery } from '../http/readRequest.js'
import { streamRows } from '../http/streamRows.js'
import { eventsQuerySchema } from './schemas.js'

const pollMs = 5000

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
  const { after } = readQuery(request, eventsQuerySchema)
  await engine.get(intentId)
  await streamRows({
    request,
    response,
    ...(after === undefined ? {} : { after }),
    read: (afterSequence) => store.readEvents({ intentId, afterSequence }),
    subscribe: (onEvent) => store.subscribe({ intentId, onEvent }),
    isLast: ({ status }) =>
      ['done', 'failed', 'rejected', 'cancelled'].includes(status),
    pollMs,
  })
}
