import { BehestError } from '@behest/spec'

/** Thrown when a rate or health function is given a value no protocol can hold. */
export class RateInputError extends BehestError {
  readonly code = 'LENDING_RATE_INPUT_INVALID'
  readonly retry = 'never'

  constructor(facts: {
    readonly field: string
    readonly value: bigint | number | string
    readonly market?: string
  }) {
    super(
      `${facts.market === undefined ? 'A' : `Market "${facts.market}": a`} lending figure is out of range: ${facts.field} is ${facts.value}. Read the market again, then retry.`,
      { facts },
    )
  }
}
