import { type Address, isSameAddress } from '@behest/spec'
import type { SwapVenue } from '../calls/SwapLeg.js'
import type { KnownPool } from './findPools.js'

/** One step of a path, before its amounts are known. */
export type PathHop = {
  readonly venue: SwapVenue
  readonly pool: Address
  readonly feePips: number
  readonly tokenIn: Address
  readonly tokenOut: Address
}

/** A way through one pool, or through two of one venue. */
export type SwapPath = readonly [PathHop, ...PathHop[]]

/**
 * Lists the ways between two tokens: every pool between them, and through one
 * token in the middle every pair of pools of one venue.
 *
 * @param options.middles - Tokens to go through; the two sides are passed over.
 */
export function listPaths(options: {
  readonly pools: readonly KnownPool[]
  readonly sellToken: Address
  readonly buyToken: Address
  readonly middles: readonly Address[]
}): readonly SwapPath[] {
  const { pools, sellToken, buyToken, middles } = options
  const between = (from: Address, to: Address): readonly PathHop[] =>
    pools
      .filter(({ tokens }) =>
        [from, to].every((token) =>
          tokens.some((one) => isSameAddress(one, token)),
        ),
      )
      .map(({ venue, pool, feePips }) => ({
        venue,
        pool,
        feePips,
        tokenIn: from,
        tokenOut: to,
      }))
  return [
    ...between(sellToken, buyToken).map((hop): SwapPath => [hop]),
    ...middles
      .filter(
        (middle) =>
          !isSameAddress(middle, sellToken) && !isSameAddress(middle, buyToken),
      )
      .flatMap((middle) =>
        between(sellToken, middle).flatMap((first) =>
          between(middle, buyToken)
            .filter(({ venue }) => venue === first.venue)
            .map((second): SwapPath => [first, second]),
        ),
      ),
  ]
}
