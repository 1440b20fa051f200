import { BehestError } from '@behest/spec'

/** Thrown when an amount is more than the pools can take in or pay out. */
export class AmountBeyondLiquidityError extends BehestError {
  readonly code = 'ROUTE_AMOUNT_BEYOND_LIQUIDITY'
  override readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly asked: bigint
    readonly possible: bigint
    readonly token: string
    readonly where: string
  }) {
    super(
      `${facts.where} can move ${facts.possible} of the ${facts.asked} units asked for (token ${facts.token}). Ask for less.`,
      { facts },
    )
  }
}
