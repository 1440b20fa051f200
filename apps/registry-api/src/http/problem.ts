import { toDatabaseError } from '@behest/journal'
import { BehestError, type Problem } from '@behest/spec'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import type * as z from 'zod'

// What each of our codes means to HTTP. A code that is not here was not meant
// for a caller and becomes a 500 that says nothing.
const statusOfCode: Readonly<Record<string, number>> = {
  AGENT_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  ANCHOR_ABSENT: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_MALFORMED: 400,
  IDEMPOTENCY_KEY_INVALID: 400,
  IDEMPOTENCY_IN_PROGRESS: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  QUERY_REFUSED: 400,
  CURSOR_STALE: 409,
  SEQUENCE_STALE: 409,
  HEARTBEAT_STALE: 409,
  NAME_TAKEN: 409,
  NAME_UNPROVEN: 422,
  SIGNATURE_INVALID: 401,
  OPERATOR_UNKNOWN: 401,
  CARD_TOO_LARGE: 413,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  CARD_MALFORMED: 422,
  MESSAGE_MISMATCH: 422,
  MESSAGE_EXPIRED: 422,
  URL_REFUSED: 422,
  RECEIPT_REFUSED: 422,
  ANCHOR_REFUSED: 422,
  MANIFEST_MALFORMED: 422,
  QUOTA_EXCEEDED: 429,
  RATE_LIMITED: 429,
  // What was asked for may never come: the asker's number, not our failure.
  INDEX_BEHIND: 409,
  REGISTRY_NOT_READY: 503,
  // The chain is away: another replica's may not be.
  ANCHOR_UNREADABLE: 503,
  REGISTRY_DRAINING: 503,
  REGISTRY_BUSY: 503,
  DATABASE_AWAY: 503,
}

const titleOfStatus: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Unprocessable',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
}

/** Thrown when a request does not have the form that the route describes. */
export class RequestMalformedError extends BehestError {
  readonly code = 'REQUEST_MALFORMED'
  readonly retry = 'never'

  constructor(facts: { where: string; reason: string }) {
    super(
      `The request's ${facts.where} cannot be read: ${facts.reason.slice(0, 300)}. Correct it as /openapi.json describes.`,
      { facts: { where: facts.where, reason: facts.reason.slice(0, 300) } },
    )
  }
}

/** Thrown when there is nothing at a path. */
export class RouteNotFoundError extends BehestError {
  readonly code = 'ROUTE_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { method: string; path: string }) {
    super(
      `There is no ${facts.method} ${facts.path.slice(0, 200)} here. See /openapi.json for what there is.`,
      { facts: { method: facts.method, path: facts.path.slice(0, 200) } },
    )
  }
}

/** Thrown when a path does not answer a method. */
export class MethodNotAllowedError extends BehestError {
  readonly code = 'METHOD_NOT_ALLOWED'
  readonly retry = 'never'

  constructor(facts: { method: string; path: string; allowed: string }) {
    super(
      `${facts.path.slice(0, 200)} does not answer ${facts.method}. Use ${facts.allowed}.`,
      { facts: { ...facts, path: facts.path.slice(0, 200) } },
    )
  }
}

/** Thrown when a body has more bytes than are read. */
export class BodyTooLargeError extends BehestError {
  readonly code = 'BODY_TOO_LARGE'
  readonly retry = 'never'

  constructor(facts: { maxBytes: number }) {
    super(
      `The body is larger than ${facts.maxBytes} bytes. Send a smaller one.`,
      { facts },
    )
  }
}

/** Thrown when a body is of a kind that is not read. */
export class MediaTypeUnsupportedError extends BehestError {
  readonly code = 'MEDIA_TYPE_UNSUPPORTED'
  readonly retry = 'never'

  constructor(facts: { expected: string }) {
    super(`The body's media type is not read here. Send ${facts.expected}.`, {
      facts,
    })
  }
}

/** Thrown when one source asks too often. */
export class RateLimitedError extends BehestError {
  readonly code = 'RATE_LIMITED'
  readonly retry = 'same-input'

  constructor(facts: {
    perMinute: number
    retryAfterSeconds: number
    from: 'address' | 'key'
  }) {
    super(
      `More than ${facts.perMinute} such requests a minute came from your ${facts.from}. Ask again in ${facts.retryAfterSeconds} s.`,
      { facts },
    )
  }
}

/** Thrown when more is asked at once than can be answered in time. */
export class RegistryBusyError extends BehestError {
  readonly code = 'REGISTRY_BUSY'
  readonly retry = 'same-input'

  constructor(facts: { inFlight: number }) {
    super(
      `${facts.inFlight} requests are being answered already. Ask again in a second.`,
      { facts },
    )
  }
}

/** Thrown when the process is about to end. */
export class RegistryDrainingError extends BehestError {
  readonly code = 'REGISTRY_DRAINING'
  readonly retry = 'same-input'

  constructor() {
    super('This registry process is stopping. Ask again in a second.')
  }
}

/** Thrown when an operator's call does not carry the operator's token. */
export class OperatorUnknownError extends BehestError {
  readonly code = 'OPERATOR_UNKNOWN'
  readonly retry = 'never'

  constructor() {
    super(
      'Only the operator may do this. Send the token as "Authorization: Bearer …".',
    )
  }
}

/** Builds the problem that tells a caller about an error. */
export function toProblem(error: unknown, instance: string): Problem {
  const known = BehestError.isInstance(error) ? error : undefined
  const status = known === undefined ? 500 : (statusOfCode[known.code] ?? 500)
  if (known === undefined || status === 500)
    return {
      type: '/errors/INTERNAL',
      title: titleOfStatus[500] ?? '',
      status: 500,
      detail:
        'Something failed here that should not. Ask again; if it stays, tell the operator the time and the address.',
      code: 'INTERNAL',
      retry: 'same-input',
      instance,
    }
  return {
    type: known.docsPath,
    title: titleOfStatus[status] ?? 'Problem',
    status,
    detail: known.shortMessage,
    code: known.code,
    ...(known.stage === undefined ? {} : { stage: known.stage }),
    retry: known.retry,
    facts: { ...known.facts },
    instance,
  }
}

/** Sends a problem. */
export function sendProblem(response: Response, problem: Problem): void {
  if (
    problem.status === 429 ||
    problem.status === 503 ||
    problem.facts?.retryAfterSeconds !== undefined
  )
    response.setHeader('retry-after', problem.facts?.retryAfterSeconds ?? '1')
  response
    .status(problem.status)
    .setHeader('content-type', 'application/problem+json')
  response.end(JSON.stringify(problem))
}

/**
 * Creates the one place where errors become answers.
 *
 * @param onInternalError - Told of what should not have happened.
 */
export function createErrorHandler(
  onInternalError: (error: unknown) => void,
): ErrorRequestHandler {
  return (error, request, response, next) => {
    const known = fromFramework(error)
    const problem = toProblem(known, request.path.slice(0, 200))
    if (problem.status === 500) onInternalError(error)
    // Half an answer cannot become a problem any more.
    if (response.headersSent) return next(error)
    // What is left of a refused body is not read: the connection ends with it.
    if (problem.status === 413) response.setHeader('connection', 'close')
    sendProblem(response, problem)
  }
}

// What express and its body parser throw, in our words.
function fromFramework(error: unknown): unknown {
  if (BehestError.isInstance(error)) return error
  const away = toDatabaseError(error)
  if (away !== undefined) return away
  const { type, status, limit } = error as {
    type?: string
    status?: number
    limit?: number
  }
  if (type === 'entity.too.large')
    return new BodyTooLargeError({ maxBytes: limit ?? 0 })
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new MediaTypeUnsupportedError({
      expected: 'application/json in UTF-8, not compressed',
    })
  if (type === 'entity.parse.failed')
    return new RequestMalformedError({ where: 'body', reason: 'not JSON' })
  if (
    type === 'request.aborted' ||
    type === 'request.size.invalid' ||
    (typeof status === 'number' && status >= 400 && status < 500)
  )
    return new RequestMalformedError({
      where: type === undefined ? 'path' : 'body',
      reason: 'it is not well-formed',
    })
  return error
}

/** Answers whatever no route answers. */
export const answerNotFound: RequestHandler = (request, _response, next) => {
  next(new RouteNotFoundError({ method: request.method, path: request.path }))
}

/**
 * Reads a part of a request by its schema.
 *
 * @throws {RequestMalformedError} when it does not fit.
 */
export function parsePart<Schema extends z.ZodType>(
  schema: Schema,
  where: 'path' | 'query' | 'body',
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = issue?.path.map(String).join('.') ?? ''
  throw new RequestMalformedError({
    where,
    reason: `${path === '' ? '' : `${path}: `}${issue?.message ?? 'it does not fit'}`,
  })
}
