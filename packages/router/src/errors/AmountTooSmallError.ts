import { BehestError } from '@behest/spec'

/** Thrown when an amount is so small that no pool pays a single unit for it. */
export class AmountTooSmallError extends BehestError {
  readonly code = 'ROUTE_AMOUNT_TOO_SMALL'
  override readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly amountIn: bigint
    readonly sell: string
    readonly buy: string
  }) {
    super(
      `${facts.amountIn} units of ${facts.sell} buy less than one unit of ${facts.buy}. Sell more.`,
      { facts },
    )
  }
}
