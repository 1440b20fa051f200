import { BehestError } from '@behest/spec'

/** Why a model gave no usable answer. */
export type ModelFailure =
  | 'timeout'
  | 'rate-limited'
  | 'unreachable'
  | 'refused'
  | 'invalid-answer'
  | 'rejected-request'
  | 'over-budget'

/** Thrown when a model gives no usable answer; the embedded parser goes on alone. */
export class ModelUnavailableError extends BehestError {
  readonly code = 'MODEL_UNAVAILABLE'
  override readonly stage = 'intent'
  readonly retry = 'same-input'
  /** Which kind of failure it was. */
  readonly failure: ModelFailure
  /** Whether the same request may be tried once more. */
  readonly passing: boolean
  /** How long the endpoint asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    facts: {
      readonly failure: ModelFailure
      readonly model: string
      readonly status?: number
      readonly passing?: true
      readonly retryAfterMs?: number
    },
    cause?: unknown,
  ) {
    const { failure, model, status } = facts
    super(
      `The model "${model}" gave no usable answer (${failure}${status === undefined ? '' : `, HTTP ${status}`}). The embedded parser answers alone.`,
      { facts: { failure, model, status }, cause },
    )
    this.failure = failure
    this.passing = facts.passing === true
    this.retryAfterMs = facts.retryAfterMs
  }
}
