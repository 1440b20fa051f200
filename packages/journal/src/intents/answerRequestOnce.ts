import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BehestError } from '@behest/spec'
import type { Idempotency, KeptAnswer } from './createIdempotency.js'

/** Thrown when an `Idempotency-Key` header cannot be one. */
export class IdempotencyKeyInvalidError extends BehestError {
  readonly code = 'IDEMPOTENCY_KEY_INVALID'
  readonly retry = 'never'

  constructor() {
    super(
      'The Idempotency-Key header must be 1 to 255 visible characters. Send another one, or none.',
    )
  }
}

/** A request whose body was read, e.g. express' own. */
type ReadRequest = IncomingMessage & {
  readonly originalUrl?: string
  readonly body?: unknown
}

/** A response that is sent in one piece, e.g. express' own. */
type SendingResponse = ServerResponse & {
  send: (body: string) => unknown
  status: (code: number) => unknown
}

const readers: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const day = 86_400

/**
 * Answers a writing request with an `Idempotency-Key` once: the first good answer is
 * kept, and the same key and body get it again, byte for byte. A bad answer is not
 * kept: the request may be sent again.
 *
 * @param options.idempotency - Keeps answers.
 * @param options.principal - Whose keys these are: keys of others never meet them.
 * @param options.request - Its body was read already.
 * @param options.response - Answered here when the answer is known; by the handler
 *   otherwise.
 * @param options.handle - Goes on to the handler.
 * @throws {IdempotencyKeyInvalidError} when the header is not usable.
 * @throws {IdempotencyKeyReusedError} when the key belongs to another request.
 * @throws {IdempotencyInProgressError} when the first one is still being answered.
 */
export async function answerRequestOnce(options: {
  readonly idempotency: Idempotency
  readonly principal: string
  readonly request: ReadRequest
  readonly response: SendingResponse
  readonly handle: () => void
}): Promise<void> {
  const { idempotency, principal, request, response, handle } = options
  const key = request.headers['idempotency-key']
  if (key === undefined || readers.includes(request.method ?? 'GET'))
    return handle()
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
    throw new IdempotencyKeyInvalidError()
  const { send } = response
  try {
    const answer = await idempotency.answerOnce(
      { principal, key, bodyHash: hashRequest(request), keepSeconds: day },
      () => catchAnswer(response, handle),
    )
    response.status(answer.status)
    if (answer.location !== undefined)
      response.setHeader('Location', answer.location)
    if (answer.isRepeated) response.setHeader('Idempotency-Replayed', 'true')
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    send.call(response, answer.body)
  } catch (error) {
    if (!(error instanceof NotKept)) throw error
    // The key is free again by now: who asks anew at this answer is not told to wait.
    error.deliver()
  }
}

/** The answer of the handler is not one to keep; it is still to be sent. */
class NotKept extends BehestError {
  readonly code = 'ANSWER_NOT_KEPT'
  readonly retry = 'never'
  readonly deliver: () => unknown

  constructor(deliver: () => unknown) {
    super(
      'The answer was no success, so it is not kept. Nothing is to be done.',
    )
    this.deliver = deliver
  }
}

/** Holds back what the handler sends, if it is a success. */
function catchAnswer(
  response: SendingResponse,
  handle: () => void,
): Promise<KeptAnswer> {
  const { send, end } = response
  return new Promise((resolve, reject) => {
    const letGo = (deliver: () => unknown) => {
      response.send = send
      response.end = end
      reject(new NotKept(deliver))
      return response
    }
    response.send = (body) => {
      if (response.statusCode >= 400 || typeof body !== 'string')
        return letGo(() => send.call(response, body))
      response.send = send
      response.end = end
      const location = response.getHeader('Location')
      resolve({
        status: response.statusCode,
        body,
        ...(typeof location === 'string' ? { location } : {}),
      })
      return response
    }
    // Also when the asker is gone by now: the handler has said its last word.
    response.end = ((...values: Parameters<typeof end>) =>
      letGo(() => end.apply(response, values))) as typeof end
    handle()
  })
}

/** Two requests are the same when method, address and what was asked are. */
function hashRequest(request: ReadRequest): `0x${string}` {
  const { method = '', originalUrl = request.url ?? '', body } = request
  // The time of asking is no part of what was asked.
  const asked = JSON.stringify(body, (name, value: unknown) =>
    name === 'now' ? undefined : value,
  )
  const digest = createHash('sha256')
    .update(`${method} ${originalUrl}\n${asked ?? ''}`)
    .digest('hex')
  return `0x${digest}`
}
