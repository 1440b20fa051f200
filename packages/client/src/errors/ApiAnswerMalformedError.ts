import { BehestError } from '@behest/spec'

/** Thrown when an answer is not what the contract promises. */
export class ApiAnswerMalformedError extends BehestError {
  readonly code = 'API_ANSWER_MALFORMED'
  readonly retry = 'never'

  constructor(options: {
    readonly method: string
    readonly path: string
    readonly status: number
    readonly problem: string
    readonly cause?: unknown
  }) {
    const { method, path, status, problem, cause } = options
    super(
      `${method} ${path} answered ${status}, but ${problem}. Check that client and server are of one version.`,
      { facts: { method, path, status, problem }, cause },
    )
  }
}
