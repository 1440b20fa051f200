import { findRoute, type Pool } from '@behest/router'
import { toDecimal } from '@behest/spec'
import type { SwapPart } from '../trade/boundLegs.js'
import type { PoolState } from './createPoolReader.js'
import { walkExactIn } from './walkPaths.js'

/** The parts of a trade, and how near to the best possible they are. */
export type RoutedTrade = {
  readonly parts: readonly SwapPart[]
  readonly certificate: {
    readonly upperBoundUnits: bigint
    readonly gapBps: string
    readonly pools: number
    readonly arbitrage?: {
      readonly gainUnits: bigint
      readonly gapBps: string
    }
  }
}

/** What routing takes besides the amount. */
export type RouteOptions = {
  readonly state: PoolState
  readonly pools: readonly Pool[]
  readonly sellToken: string
  readonly buyToken: string
  /** After so long the best route so far is taken, in milliseconds. */
  readonly maxMilliseconds: number
}

// Each leg is a call of its own: a dozen cost more gas than the last of them
// can bring.
export const mostLegs = 8

/**
 * Routes the sale of an exact amount over all pools.
 *
 * @param options.maxPaths - 1 where the amount may still change: only a single
 *   path can take another amount than it was made for.
 * @throws the errors of the router.
 */
export function routeExactIn(
  options: RouteOptions & {
    readonly amountIn: bigint
    readonly maxPaths: number
  },
): RoutedTrade {
  const { state, pools, sellToken, buyToken, amountIn, maxPaths } = options
  const route = findRoute({
    pools,
    tokens: state.tokens,
    sell: sellToken,
    buy: buyToken,
    amountIn,
    gasPriceWei: state.gasPriceWei,
    maxPaths,
    maxMilliseconds: options.maxMilliseconds,
    now: () => performance.now(),
  })
  const { paths } = route.executable
  const parts = walkExactIn({
    pools,
    paths,
    amounts: paths.map((path) => path.amountIn),
  })
  const amountOut = parts.reduce((sum, part) => sum + part.amountOutUnits, 0n)
  const { upperBound, arbitrage } = route
  return {
    parts,
    certificate: {
      upperBoundUnits: upperBound,
      gapBps: toGapBps(amountOut, upperBound),
      pools: route.poolCount,
      ...(arbitrage === undefined
        ? {}
        : {
            arbitrage: {
              gainUnits: arbitrage.gainUnits,
              gapBps: toGapBps(amountOut, upperBound - arbitrage.gainUnits),
            },
          }),
    },
  }
}

/** How far an amount is under its bound, in basis points with four decimals. */
export function toGapBps(units: bigint, boundUnits: bigint): string {
  if (boundUnits <= units) return '0'
  return toDecimal(((boundUnits - units) * 100_000_000n) / boundUnits, 4)
}
