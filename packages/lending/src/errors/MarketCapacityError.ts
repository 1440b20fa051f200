import { BehestError } from '@behest/spec'

/** Thrown when all markets together cannot take, or give, the amount. */
export class MarketCapacityError extends BehestError {
  readonly code = 'LENDING_CAPACITY_EXCEEDED'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly action: 'supply' | 'borrow'
    readonly units: bigint
    readonly capacityUnits: bigint
    readonly limitedBy: 'caps' | 'liquidity' | 'collateral'
    readonly markets: number
  }) {
    const { action, units, capacityUnits, limitedBy, markets } = facts
    super(
      `Cannot ${action} ${units} units: ${capacityUnits} is the most, limited by ${limitedBy} (markets: ${markets}). Ask for that much or less.`,
      { facts },
    )
  }
}
