import {
  BehestError,
  type IntentEvent,
  type IntentStatus,
  intentEventSchema,
  type OrderEvent,
  orderEventSchema,
} from '@behest/spec'
import type * as z from 'zod'
import { ApiAnswerMalformedError } from './errors/ApiAnswerMalformedError.js'
import { ApiProblemError } from './errors/ApiProblemError.js'
import { ApiUnreachableError } from './errors/ApiUnreachableError.js'
import type { CallOptions, Http } from './http/createHttp.js'
import { parseEventStream, type StreamItem } from './http/parseEventStream.js'

/** After these nothing more happens to an intent. */
const lastStatuses: readonly IntentStatus[] = [
  'done',
  'failed',
  'rejected',
  'cancelled',
]

/** From where, and until when, events are followed. */
export type FollowOptions = CallOptions & {
  /** The sequence of the last event that is known; from the first if absent. */
  readonly afterSequence?: number
  /** How often in a row a broken stream is opened again; 10 when absent. */
  readonly maxReconnects?: number
  /** A stream that is silent for longer is opened again; 45 s when absent. */
  readonly silenceMs?: number
}

const firstPauseMs = 500
const longestPauseMs = 15_000

/**
 * Follows the events of an intent to its end, across broken connections.
 *
 * Goes on after the last event that was given, so each is given once and in
 * order. Ends after an event with a last status.
 *
 * @throws {ApiProblemError} when the API refuses, such as for an unknown id.
 * @throws {ApiUnreachableError} when the stream cannot be opened again.
 * @throws {ApiAnswerMalformedError} when an event is not what was promised.
 */
export function followEvents(
  http: Http,
  path: string,
  options: FollowOptions,
): AsyncGenerator<IntentEvent, void, void> {
  return followStream(http, path, options, {
    schema: intentEventSchema,
    isLast: ({ status }) => lastStatuses.includes(status),
  })
}

/** The same for the events of a standing order: to the one that ends it. */
export function followOrderEvents(
  http: Http,
  path: string,
  options: FollowOptions,
): AsyncGenerator<OrderEvent, void, void> {
  return followStream(http, path, options, {
    schema: orderEventSchema,
    isLast: ({ type }) => type === 'ended',
  })
}

type Kind<Event> = {
  readonly schema: z.ZodType<Event>
  readonly isLast: (event: Event) => boolean
}

async function* followStream<Event extends { readonly sequence: number }>(
  http: Http,
  path: string,
  options: FollowOptions,
  { schema, isLast }: Kind<Event>,
): AsyncGenerator<Event, void, void> {
  const maxReconnects = options.maxReconnects ?? 10
  const silenceMs = options.silenceMs ?? 45_000
  let sequence = options.afterSequence ?? 0
  let pauseMs = firstPauseMs
  let failures = 0
  while (true) {
    let failure: unknown
    const quiet = createSilenceTimer(silenceMs)
    const signal =
      options.signal === undefined
        ? quiet.signal
        : AbortSignal.any([options.signal, quiet.signal])
    try {
      const stream = await http.open({
        method: 'GET',
        path,
        signal,
        ...(sequence === 0
          ? {}
          : { headers: { 'Last-Event-ID': String(sequence) } }),
      })
      for await (const item of parseEventStream(stream, path)) {
        quiet.restart()
        const event = readEvent(item, path, schema)
        if (item.type === 'retry')
          pauseMs = Math.min(item.retryMs, longestPauseMs)
        // After a reconnect a server may send again what is known.
        if (event === undefined || event.sequence <= sequence) continue
        sequence = event.sequence
        failures = 0
        quiet.stop()
        yield event
        if (isLast(event)) return
        quiet.restart()
      }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!isPassing(error)) throw error
      failure = error
    } finally {
      quiet.stop()
    }
    failures += 1
    if (failures > maxReconnects)
      throw BehestError.isInstance(failure)
        ? failure
        : new ApiUnreachableError({
            method: 'GET',
            path,
            reason: `the stream ended ${failures} times without an event`,
            cause: failure,
          })
    await pause(
      Math.min(longestPauseMs, pauseMs * 2 ** (failures - 1)),
      options.signal,
    )
  }
}

function readEvent<Event>(
  item: StreamItem,
  path: string,
  schema: z.ZodType<Event>,
): Event | undefined {
  if (item.type !== 'message') return undefined
  const fail = (problem: string, cause?: unknown) =>
    new ApiAnswerMalformedError({
      method: 'GET',
      path,
      status: 200,
      problem,
      cause,
    })
  let value: unknown
  try {
    value = JSON.parse(item.message.data)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw fail('an event is not JSON', cause)
  }
  const event = schema.safeParse(value)
  if (!event.success)
    throw fail(
      `an event does not fit: ${event.error.issues[0]?.message ?? 'unknown'}`,
      event.error,
    )
  return event.data
}

/** What may be over at the next attempt: a cut line, a server that restarts. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiProblemError)
    return error.retry === 'same-input' && error.status >= 429
  if (error instanceof ApiUnreachableError) return true
  // What a reader of a cut or a timed-out body throws is not ours.
  return !BehestError.isInstance(error)
}

/** Ends a stream whose connection died without a word. */
function createSilenceTimer(silenceMs: number) {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)
  const restart = () => {
    stop()
    timer = setTimeout(() => controller.abort(), silenceMs)
  }
  restart()
  return { signal: controller.signal, restart, stop }
}

function pause(
  pauseMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, pauseMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
