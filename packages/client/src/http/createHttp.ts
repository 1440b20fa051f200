import { type Problem, problemSchema } from '@behest/spec'
import type * as z from 'zod'
import { ApiAnswerMalformedError } from '../errors/ApiAnswerMalformedError.js'
import { ApiProblemError } from '../errors/ApiProblemError.js'
import { ApiUnreachableError } from '../errors/ApiUnreachableError.js'

/** The part of `fetch` that is used, so that tests and proxies can stand in. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What both clients are created with. */
export type ClientOptions = {
  /** Where the API is served, such as `http://127.0.0.1:4000`. */
  readonly baseUrl: string
  /** The platform's `fetch` when absent. */
  readonly fetch?: Fetch
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** How long one answer may take; 30 s when absent. */
  readonly timeoutMs?: number
}

/** What each call may be given beside its own input. */
export type CallOptions = {
  /** Ends the call early. */
  readonly signal?: AbortSignal
}

/** One request. */
export type HttpCall = CallOptions & {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Begins with a slash, its parts encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** JSON objects, one a line, in place of a body. */
  readonly lines?: string
}

/** Sends requests to one API. */
export type Http = {
  /**
   * Asks and reads the answer with a schema.
   *
   * @throws {ApiProblemError} when the API answers with a problem.
   * @throws {ApiUnreachableError} when no answer comes in time.
   * @throws {ApiAnswerMalformedError} when the answer does not fit the schema.
   */
  readonly ask: <Answer>(
    call: HttpCall,
    schema: z.ZodType<Answer>,
  ) => Promise<Answer>
  /** Opens a stream; the answer has status 200 and a body. */
  readonly open: (call: HttpCall) => Promise<ReadableStream<Uint8Array>>
}

const defaultTimeoutMs = 30_000

/** Creates the sender of requests to one API. */
export function createHttp(options: ClientOptions): Http {
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  // Called as a plain function: a browser's fetch refuses any other `this`.
  const platformFetch: Fetch = (url, init) => fetch(url, init)
  const send = options.fetch ?? platformFetch

  const request = async (
    call: HttpCall,
    accept: string,
    signal: AbortSignal | undefined,
  ): Promise<Response> => {
    const { method, path, lines } = call
    const body =
      lines ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
    const type =
      lines === undefined ? 'application/json' : 'application/x-ndjson'
    try {
      return await send(`${baseUrl}${path}${toQuery(call.query)}`, {
        method,
        headers: {
          ...options.headers,
          ...(body === undefined ? {} : { 'Content-Type': type }),
          Accept: accept,
          ...call.headers,
        },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (cause) {
      // A caller who ends a call knows why, and is told in their own words.
      call.signal?.throwIfAborted()
      throw new ApiUnreachableError({
        method,
        path,
        reason: signal?.aborted
          ? `more than ${timeoutMs} ms passed`
          : 'the connection failed',
        cause,
      })
    }
  }

  return {
    ask: async (call, schema) => {
      const { method, path } = call
      const timeout = AbortSignal.timeout(timeoutMs)
      const signal =
        call.signal === undefined
          ? timeout
          : AbortSignal.any([call.signal, timeout])
      const response = await request(
        call,
        'application/json, application/problem+json',
        signal,
      )
      const text = await readText(response, call, signal, timeoutMs)
      if (!response.ok) throw toProblemError(call, response.status, text)
      const answer = schema.safeParse(parseJson(text))
      if (!answer.success)
        throw new ApiAnswerMalformedError({
          method,
          path,
          status: response.status,
          problem: describeIssue(answer.error),
          cause: answer.error,
        })
      return answer.data
    },
    open: async (call) => {
      const response = await request(call, 'text/event-stream', call.signal)
      if (!response.ok) {
        const text = await readText(response, call, call.signal, timeoutMs)
        throw toProblemError(call, response.status, text)
      }
      const type = response.headers.get('content-type') ?? 'nothing'
      if (response.body === null || !type.startsWith('text/event-stream')) {
        await response.body?.cancel()
        throw new ApiAnswerMalformedError({
          method: call.method,
          path: call.path,
          status: response.status,
          problem: `it is ${type} and not a stream of events`,
        })
      }
      return response.body
    },
  }
}

async function readText(
  response: Response,
  call: HttpCall,
  signal: AbortSignal | undefined,
  timeoutMs: number,
): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    call.signal?.throwIfAborted()
    throw new ApiUnreachableError({
      method: call.method,
      path: call.path,
      reason: signal?.aborted
        ? `more than ${timeoutMs} ms passed`
        : 'the connection broke off within the answer',
      cause,
    })
  }
}

/** A problem of the API, or of something in front of it that speaks no problem. */
function toProblemError(
  call: HttpCall,
  status: number,
  text: string,
): ApiProblemError {
  const { method, path } = call
  const sent = problemSchema.safeParse(parseJson(text))
  const isPassing = status === 429 || (status >= 502 && status <= 504)
  const problem: Problem = sent.success
    ? // The line of the answer counts, whatever the body claims.
      { ...sent.data, status }
    : {
        type: 'about:blank',
        title: 'Not a problem document',
        status,
        detail: `${method} ${path} answered ${status} without saying why. ${isPassing ? 'Send the same request again in a while.' : 'Look at the server and what stands in front of it.'}`,
        code: `HTTP_${status}`,
        retry: isPassing ? 'same-input' : 'never',
      }
  return new ApiProblemError({ method, path, problem })
}

/** Not JSON is `undefined`, which no schema takes. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  const place = issue?.path.map(String).join('.')
  return place === undefined || place === ''
    ? `it does not fit: ${issue?.message ?? 'unknown'}`
    : `${place} does not fit: ${issue?.message ?? 'unknown'}`
}

function toQuery(query: HttpCall['query']): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) parameters.set(name, String(value))
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
