import { BehestError } from '@behest/spec'

/** Thrown when a line of a pool file is malformed or out of range. */
export class InvalidPoolError extends BehestError {
  readonly code = 'POOL_INVALID'
  override readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: {
    readonly line: number
    readonly problem: string
    readonly pool?: string | undefined
    readonly cause?: unknown
  }) {
    const { cause, ...rest } = facts
    const name = facts.pool === undefined ? '' : ` (pool "${facts.pool}")`
    super(
      `Line ${facts.line}${name}: ${facts.problem}. Correct the line or leave it out.`,
      { facts: rest, cause },
    )
  }
}
