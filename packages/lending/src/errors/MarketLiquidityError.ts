import { BehestError } from '@behest/spec'

/** Thrown when more is taken out of a market than lies in it. */
export class MarketLiquidityError extends BehestError {
  readonly code = 'LENDING_LIQUIDITY_EXCEEDED'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly market: string
    readonly availableUnits: bigint
    readonly takenUnits: bigint
  }) {
    super(
      `Market "${facts.market}" holds ${facts.availableUnits} units, and ${facts.takenUnits} were to be taken. Take less, or use another market.`,
      { facts },
    )
  }
}
