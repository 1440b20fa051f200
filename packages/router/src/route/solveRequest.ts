import type { Market } from '../market/Market.js'
import { revivePools } from '../market/peelMarket.js'
import { createDual, type Dual } from '../solve/createDual.js'
import { computeRates, getRates } from '../solve/getRates.js'
import { getRestOrder } from '../solve/getRestOrder.js'
import { type Solution, solveDual } from '../solve/solveDual.js'

/** A request in the market's own numbers. */
export type Request = {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  readonly amountIn: bigint
  readonly isLate?: (() => boolean) | undefined
}

// The pools of each connected part without what hangs on a single pool, and
// with what a request's own tokens hang on.
type Selections = {
  readonly cores: Map<number, Int32Array>
  readonly revived: Map<string, Int32Array>
}
const selections = new WeakMap<Market, Selections>()
// Each list has a number for every pool.
const mostRevived = 32

/**
 * Gives the pools that can carry anything from the sold to the bought token:
 * the same array for the same tokens, as long as it is remembered.
 */
export function selectPools(request: Request): Int32Array {
  const { market, sell, buy } = request
  const { component, poolStart, poolToken, corePools, peelPosition } = market
  const own = component[buy]!
  let known = selections.get(market)
  if (known === undefined) {
    known = { cores: new Map(), revived: new Map() }
    selections.set(market, known)
  }
  let core = known.cores.get(own)
  if (core === undefined) {
    core = corePools.filter(
      (pool) => component[poolToken[poolStart[pool]!]!] === own,
    )
    known.cores.set(own, core)
  }
  const hanging = [sell, buy].filter((token) => peelPosition[token]! >= 0)
  if (hanging.length === 0) return core
  const key = hanging.join()
  let pools = known.revived.get(key)
  if (pools === undefined) {
    pools = revivePools({ ...market, corePools: core }, hanging)
    if (known.revived.size >= mostRevived) known.revived.clear()
    known.revived.set(key, pools)
  }
  return pools
}

/** Minimises the bound of a request, from the zero-size rates. */
export function solveRequest(
  request: Request,
  options: {
    readonly pools: Int32Array
    /** Set when `pools` is not all that `selectPools` gives. */
    readonly subset?: boolean
    readonly allowed?: Uint8Array
    /** Log prices to start from instead of the zero-size rates. */
    readonly start?: Float64Array | undefined
    /** See `solveDual`. */
    readonly worth?: number
  },
): { readonly dual: Dual; readonly solution: Solution } {
  const { market, sell, buy } = request
  const isPart = options.subset === true || options.allowed !== undefined
  const rates = isPart
    ? computeRates(market, [buy], options)
    : getRates(market, buy)
  const dual = createDual({
    market,
    sell,
    buy,
    amount: Number(request.amountIn),
    pools: options.pools,
    ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
    ...(isPart || options.start !== undefined
      ? {}
      : { restOrder: getRestOrder(market, rates) }),
  })
  dual.shift.set(options.start ?? rates.potential)
  return {
    dual,
    solution: solveDual(dual, {
      rates,
      isLate: request.isLate,
      worth: options.worth,
    }),
  }
}
