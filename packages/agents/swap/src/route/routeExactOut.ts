import {
  AmountBeyondLiquidityError,
  type ExactOutRoute,
  findRouteExactOut,
  NoRouteError,
  type Pool,
  RouteTimeError,
  UnknownTokenError,
} from '@behest/router'
import type { AgentDecline } from '@behest/sdk'
import { isSameAddress } from '@behest/spec'
import type { SwapPart } from '../trade/boundLegs.js'
import { toVenue } from './createPoolReader.js'
import {
  mostLegs,
  type RoutedTrade,
  type RouteOptions,
  toGapBps,
} from './routeExactIn.js'
import { type PoolPath, walkExactOut } from './walkPaths.js'

type ExactOutOptions = RouteOptions & { readonly amountOut: bigint }
type Search = ExactOutOptions & { readonly deadlineMilliseconds: number }

/**
 * Routes the purchase of an exact amount over all pools.
 *
 * No call of the router walks from one venue to the other backwards. Where the
 * best route does, it is found again with the two venues kept apart; the bound
 * that it is measured by stays that of all pools together. Where they
 * cannot reach the amount so, each venue alone is tried.
 *
 * @returns The route, or a decline where no paths reach the amount.
 * @throws the errors of the router.
 */
export function routeExactOut(
  asked: ExactOutOptions,
): RoutedTrade | AgentDecline {
  const { pools, amountOut } = asked
  // One limit for all that is tried.
  const options: Search = {
    ...asked,
    deadlineMilliseconds: performance.now() + asked.maxMilliseconds,
  }
  const free = find(options, pools)
  const route = isWalkable(free, pools) ? free : findWalkable(options)
  if (route === undefined)
    return {
      declined: 'ROUTE_NOT_EXECUTABLE',
      message: `No ways were found that together give exactly ${amountOut} units of ${options.buyToken} in one call. Sell an exact amount, or buy less.`,
    }
  const parts = walk(options, route)
  const amountIn = parts.reduce((sum, part) => sum + part.amountInUnits, 0n)
  const { lowerBound } = free
  return {
    parts,
    certificate: {
      // What a sale pays is concave in what is sold: nobody gets more for this
      // input than the same price would give that holds at the bound.
      upperBoundUnits: (amountOut * amountIn + lowerBound - 1n) / lowerBound,
      gapBps: toGapBps(lowerBound, amountIn),
      pools: free.poolCount,
    },
  }
}

function isWalkable(route: ExactOutRoute, pools: readonly Pool[]): boolean {
  return route.executable.paths.every((path) => !isMixed(path, pools))
}

/** The venues kept apart, then one alone: the first that can pay. */
function findWalkable(options: Search): ExactOutRoute | undefined {
  const { pools } = options
  const apart = attempt(() => find(options, keepVenuesApart(options)))
  if (apart !== undefined) return apart
  let best: ExactOutRoute | undefined
  for (const venue of ['uniswap-v3', 'uniswap-v2'] as const) {
    const some = pools.filter((pool) => toVenue(pool) === venue)
    const route = attempt(() => find(options, some))
    if (route === undefined) continue
    const { amountIn } = route.executable
    if (best === undefined || amountIn < best.executable.amountIn) best = route
  }
  return best
}

/** A venue that alone cannot pay is no obstacle. */
function attempt(act: () => ExactOutRoute): ExactOutRoute | undefined {
  try {
    return act()
  } catch (error) {
    if (
      error instanceof NoRouteError ||
      error instanceof RouteTimeError ||
      error instanceof UnknownTokenError ||
      error instanceof AmountBeyondLiquidityError
    )
      return undefined
    throw error
  }
}

function find(options: Search, pools: readonly Pool[]): ExactOutRoute {
  const { state, sellToken, buyToken, amountOut } = options
  return findRouteExactOut({
    pools,
    tokens: state.tokens,
    sell: sellToken,
    buy: buyToken,
    amountOut,
    gasPriceWei: state.gasPriceWei,
    maxPaths: mostLegs,
    maxMilliseconds: Math.max(
      1,
      options.deadlineMilliseconds - performance.now(),
    ),
    now: () => performance.now(),
  })
}

const apart = ' at Uniswap V2'

/**
 * Gives the tokens between the two sides another name in V2 pairs: then no
 * path can lead from one venue into the other.
 */
function keepVenuesApart(options: ExactOutOptions): readonly Pool[] {
  const { pools, sellToken, buyToken } = options
  const rename = (token: string): string =>
    isSameAddress(token, sellToken) || isSameAddress(token, buyToken)
      ? token
      : token + apart
  return pools.map((pool) =>
    pool.kind === 'constant-product'
      ? { ...pool, tokens: [rename(pool.tokens[0]), rename(pool.tokens[1])] }
      : pool,
  )
}

/** Shares the output over the paths and walks each from its end. */
function walk(
  options: ExactOutOptions,
  route: ExactOutRoute,
): readonly SwapPart[] {
  const { pools, amountOut } = options
  const { paths } = route.executable
  const total = paths.reduce((sum, path) => sum + path.amountOut, 0n)
  const amounts = paths.map((path) => (amountOut * path.amountOut) / total)
  const given = amounts.reduce((sum, amount) => sum + amount, 0n)
  const [first = 0n, ...others] = amounts
  const toName = (token: string) =>
    token.endsWith(apart) ? token.slice(0, -apart.length) : token
  const shares = [first + amountOut - given, ...others].map(
    (amount, index) => ({ amount, path: paths[index] }),
  )
  const used = shares.filter(({ amount }) => amount > 0n)
  return walkExactOut({
    pools,
    paths: used.map(({ path }) => ({
      hops: (path?.hops ?? []).map(({ pool, tokenIn, tokenOut }) => ({
        pool,
        tokenIn: toName(tokenIn),
        tokenOut: toName(tokenOut),
      })),
    })),
    amounts: used.map(({ amount }) => amount),
  })
}

function isMixed(path: PoolPath, pools: readonly Pool[]): boolean {
  const venues = path.hops.map(({ pool: id }) => {
    const pool = pools.find((one) => one.id === id)
    return pool === undefined ? undefined : toVenue(pool)
  })
  return new Set(venues).size > 1
}
