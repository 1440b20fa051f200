import { BehestError } from '@behest/spec'

/** Thrown when there is nothing to lend or to borrow. */
export class LendingAmountError extends BehestError {
  readonly code = 'LENDING_AMOUNT_NOT_POSITIVE'
  readonly retry = 'ask-user'

  constructor(facts: { readonly field: string; readonly units: bigint }) {
    super(
      `${facts.field} is ${facts.units} units; it must be between 1 and 2^128 - 1. Give another amount.`,
      { facts },
    )
  }
}
