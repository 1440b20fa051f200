import { BehestError } from '@behest/spec'

/** Thrown when an amount is not a positive integer below 2^255 units. */
export class InvalidAmountError extends BehestError {
  readonly code = 'ROUTE_AMOUNT_INVALID'
  override readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: { readonly name: string; readonly units: bigint }) {
    super(
      `${facts.name} is ${facts.units} units. Give a whole number from 1 up to 2^255 - 1.`,
      { facts },
    )
  }
}
