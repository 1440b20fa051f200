import { BehestError } from '@behest/spec'

/** Thrown when no chain of pools leads from the sold to the bought token. */
export class NoRouteError extends BehestError {
  readonly code = 'ROUTE_NOT_FOUND'
  override readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly sell: string
    readonly buy: string
    readonly pools: number
  }) {
    super(
      `None of ${facts.pools} pools leads from ${facts.sell} to ${facts.buy}. Choose another token or read more pools.`,
      { facts },
    )
  }
}
