import { BehestError } from '@behest/spec'

/**
 * Thrown when an API could not be asked or did not answer in time. Whether a
 * request that changes something was carried out is not known: send it again
 * with the same idempotency key.
 */
export class ApiUnreachableError extends BehestError {
  readonly code = 'API_UNREACHABLE'
  readonly retry = 'same-input'

  constructor(options: {
    readonly method: string
    readonly path: string
    readonly reason: string
    readonly cause?: unknown
  }) {
    const { method, path, reason, cause } = options
    super(
      `${method} ${path} got no answer: ${reason}. Check that the server runs, then send the same request again.`,
      { facts: { method, path, reason }, cause },
    )
  }
}
