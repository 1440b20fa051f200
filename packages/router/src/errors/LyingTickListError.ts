import { BehestError } from '@behest/spec'

/** Thrown when a concentrated pool's ticks contradict its own state. */
export class LyingTickListError extends BehestError {
  readonly code = 'POOL_TICKS_CONTRADICT_STATE'
  override readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: {
    readonly pool: string
    readonly problem: string
    readonly expected: bigint | number
    readonly found: bigint | number
  }) {
    super(
      `The ticks of pool "${facts.pool}" contradict its state: ${facts.problem} (expected ${facts.expected}, found ${facts.found}). Read the pool again.`,
      { facts },
    )
  }
}
