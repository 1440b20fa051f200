import type { Market } from '../market/Market.js'
import { revivePools } from '../market/peelMarket.js'
import { createDual, type Dual } from '../solve/createDual.js'
import { computeRates, getRates } from '../solve/getRates.js'
import { type Solution, solveDual } from '../solve/solveDual.js'

/** A request in the market's own numbers. */
export type Request = {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  readonly amountIn: bigint
  readonly isLate?: (() => boolean) | undefined
}

// The pools of each connected part, without what hangs on a single pool.
const cores = new WeakMap<Market, Map<number, Int32Array>>()

/** Gives the pools that can carry anything from the sold to the bought token. */
export function selectPools(request: Request): Int32Array {
  const { market, sell, buy } = request
  const { component, poolStart, poolToken, corePools } = market
  const own = component[buy]!
  let known = cores.get(market)
  if (known === undefined) {
    known = new Map()
    cores.set(market, known)
  }
  let core = known.get(own)
  if (core === undefined) {
    core = corePools.filter(
      (pool) => component[poolToken[poolStart[pool]!]!] === own,
    )
    known.set(own, core)
  }
  return revivePools({ ...market, corePools: core }, [sell, buy])
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
  },
): { readonly dual: Dual; readonly solution: Solution } {
  const { market, sell, buy } = request
  const dual = createDual({
    market,
    sell,
    buy,
    amount: Number(request.amountIn),
    pools: options.pools,
    ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
  })
  const rates =
    options.subset === true || options.allowed !== undefined
      ? computeRates(market, [buy], options)
      : getRates(market, buy)
  dual.shift.set(options.start ?? rates.potential)
  return {
    dual,
    solution: solveDual(dual, { rates, isLate: request.isLate }),
  }
}
