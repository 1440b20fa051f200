import { BehestError } from '@behest/spec'

/** Thrown when no route that buys an exact amount was found in time. */
export class RouteTimeError extends BehestError {
  readonly code = 'ROUTE_OUT_OF_TIME'
  override readonly stage = 'quotes'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly asked: bigint
    readonly token: string
    readonly milliseconds: number
    readonly pools: number
  }) {
    super(
      `No route over ${facts.pools} pools that buys ${facts.asked} units of ${facts.token} was found in ${facts.milliseconds} ms. Allow more time, ask for less, or sell an exact amount.`,
      { facts },
    )
  }
}
