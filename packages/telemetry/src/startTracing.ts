import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IntentStorePort } from '@behest/spec'

/** What sends a request; like the platform's `fetch`. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** Anything like `fetch`, whatever it takes beside the address. */
export type AnySender = (
  url: string,
  init?: never,
) => Promise<{ readonly status: number }>

/** Spans of an intent: one trace from its sentence to its receipt. */
export type IntentTracing = {
  /** What is asked of others while `work` runs belongs to the intent's trace. */
  readonly around: <Result>(
    intentId: string,
    work: () => Promise<Result>,
  ) => Promise<Result>
  /** A store that leaves a span for each stage that is written. */
  readonly watchStore: <Store extends IntentStorePort>(store: Store) => Store
}

/** What is known of a piece of work only while or after it is done. */
export type SpanNotes = {
  /** Ids, numbers and codes; never what people said. */
  readonly note: (attributes: Record<string, string | number>) => void
  /** Marks the work as failed where nothing is thrown. */
  readonly fail: (code: string) => void
  /** Leaves a span below this one, of something that has just ended. */
  readonly leaveChild: (span: {
    readonly name: string
    readonly lastedMs: number
    readonly attributes: Record<string, string | number>
    readonly failedWith?: string
  }) => void
}

/** The tracing of one process. */
export type Tracing = {
  readonly type: 'on' | 'off'
  /** Middleware: a span for each request, in the trace of whoever asks. */
  readonly serve: (
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) => void
  /** Sends the trace along with each request. */
  readonly watchFetch: <Sender extends AnySender>(fetch: Sender) => Sender
  /** A span around a piece of work, below the request that asked for it. */
  readonly measure: <Result>(
    name: string,
    work: (notes: SpanNotes) => Promise<Result>,
  ) => Promise<Result>
  readonly intents: IntentTracing
  /** Sends what is left, and ends. */
  readonly stop: () => Promise<void>
}

const noNotes: SpanNotes = {
  note: () => {},
  fail: () => {},
  leaveChild: () => {},
}

/** Does nothing, and costs nothing. */
export const tracingOff: Tracing = {
  type: 'off',
  serve: (_request, _response, next) => next(),
  watchFetch: (fetch) => fetch,
  measure: (_name, work) => work(noNotes),
  intents: {
    around: (_intentId, work) => work(),
    watchStore: (store) => store,
  },
  stop: async () => {},
}

/**
 * Starts tracing where a collector is named, and nothing otherwise: the libraries
 * are not even loaded.
 *
 * Spans carry ids, stages, outcomes and hosts; never a sentence, an amount, a key or
 * a path with its parameters.
 *
 * @param options.service - Name of this process in traces.
 * @param options.endpoint - Base address of an OTLP/HTTP collector, as
 *   `OTEL_EXPORTER_OTLP_ENDPOINT` has it; off if absent.
 */
export async function startTracing(options: {
  readonly service: string
  readonly endpoint: string | undefined
}): Promise<Tracing> {
  const { service, endpoint } = options
  if (endpoint === undefined || endpoint === '') return tracingOff
  const { createTracing } = await import('./createTracing.js')
  return createTracing({ service, endpoint })
}
