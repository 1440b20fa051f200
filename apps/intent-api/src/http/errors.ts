import { BehestError } from '@behest/spec'

/** Thrown when a request's body, query or header does not fit its schema. */
export class RequestInvalidError extends BehestError {
  readonly code = 'REQUEST_INVALID'
  readonly retry = 'never'

  constructor(facts: { where: string; problem: string }) {
    super(
      `The ${facts.where} is not usable: ${facts.problem}. See /openapi.json for what it takes.`,
      { facts },
    )
  }
}

/** Thrown when nothing lives at a path. */
export class RouteNotFoundError extends BehestError {
  readonly code = 'ROUTE_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { method: string; path: string }) {
    super(
      `There is nothing at ${facts.method} ${facts.path.slice(0, 200)}. See /openapi.json for what there is.`,
      { facts },
    )
  }
}

/** Thrown when a body is not JSON. */
export class MediaTypeError extends BehestError {
  readonly code = 'MEDIA_TYPE_UNSUPPORTED'
  readonly retry = 'never'

  constructor(facts: { given: string }) {
    super(
      `The body is "${facts.given.slice(0, 100)}"; only application/json is read.`,
      { facts },
    )
  }
}

/** Thrown when a body is larger than any request needs to be. */
export class BodyTooLargeError extends BehestError {
  readonly code = 'BODY_TOO_LARGE'
  readonly retry = 'never'

  constructor(facts: { maxBytes: number }) {
    super(`The body has more than ${facts.maxBytes} bytes. Send less.`, {
      facts,
    })
  }
}

/** Thrown while the server is leaving. */
export class DrainingError extends BehestError {
  readonly code = 'DRAINING'
  readonly retry = 'same-input'

  constructor() {
    super('This server is shutting down. Try again in a few seconds.')
  }
}

/** Thrown when somebody asks too often. */
export class RateLimitedError extends BehestError {
  readonly code = 'RATE_LIMITED'
  readonly retry = 'same-input'

  constructor(facts: { limit: number; windowSeconds: number }) {
    super(
      `More than ${facts.limit} requests came in ${facts.windowSeconds} s. Wait a little, then go on.`,
      { facts },
    )
  }
}

/** Thrown when an approval or reply names an intent without a receipt yet. */
export class ReceiptNotReadyError extends BehestError {
  readonly code = 'RECEIPT_NOT_READY'
  readonly retry = 'same-input'

  constructor(facts: { intentId: string; status: string }) {
    super(
      `Intent ${facts.intentId} is ${facts.status} and has no receipt. Follow its events until it is done.`,
      { facts },
    )
  }
}

/** HTTP status of the errors that belong to the edge. */
export const edgeStatus: Readonly<Record<string, number>> = {
  REQUEST_INVALID: 400,
  IDEMPOTENCY_KEY_INVALID: 400,
  CURSOR_MALFORMED: 400,
  ROUTE_NOT_FOUND: 404,
  RECEIPT_NOT_READY: 404,
  CHAT_LINK_REFUSED: 403,
  APPROVER_SIGNATURE_MISSING: 403,
  ORDER_NOT_FOUND: 404,
  NO_ALLOWANCE_OPEN: 404,
  POLICY_MISSING: 404,
  POLICY_REPLAYED: 409,
  POLICY_SIGNATURE_INVALID: 401,
  ORDER_CONFLICT: 409,
  HOLDER_LEG_NOT_FOUND: 404,
  HOLDER_LEG_STATE: 409,
  HOLDER_CALL_REFUSED: 409,
  HOLDER_MAY_HAVE_SENT: 409,
  HOST_REFUSED: 421,
  SIGN_IN_REQUIRED: 401,
  SIGN_IN_REFUSED: 401,
  ACCOUNT_NOT_YOURS: 403,
  MEDIA_TYPE_UNSUPPORTED: 415,
  BODY_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  DRAINING: 503,
  DATABASE_UNREACHABLE: 503,
  DATABASE_AWAY: 503,
  CHAIN_ANSWER_MALFORMED: 502,
  CHAIN_READ_FAILED: 502,
  CHAIN_UNREACHABLE: 503,
  REGISTRY_UNREACHABLE: 503,
}
