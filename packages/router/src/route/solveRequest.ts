import type { Market } from '../market/Market.js'
import { revivePools } from '../market/peelMarket.js'
import { createDual, type Dual, evaluateSide } from '../solve/createDual.js'
import { getRates } from '../solve/getRates.js'
import { type Solution, solveDual } from '../solve/solveDual.js'

/** A request in the market's own numbers. */
export type Request = {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  readonly amountIn: bigint
  readonly isLate?: (() => boolean) | undefined
}

/** Gives the pools that can carry anything from the sold to the bought token. */
export function selectPools(request: Request): Int32Array {
  const { market, sell, buy } = request
  const pools = revivePools(market, [sell, buy])
  const { component, poolStart, poolToken } = market
  const own = component[buy]!
  return pools.filter((pool) => component[poolToken[poolStart[pool]!]!] === own)
}

/** Minimises the bound of a request, from the zero-size rates. */
export function solveRequest(
  request: Request,
  options: {
    readonly pools: Int32Array
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
  if (options.start !== undefined) {
    dual.shift.set(options.start)
    return {
      dual,
      solution: solveDual(dual, { isLate: request.isLate }),
    }
  }
  const { potential, viaPool, viaToken } = getRates(market, buy)
  dual.shift.set(potential)
  const startPath = []
  for (let token = sell; token !== buy; token = viaToken[token]!) {
    const pool = viaPool[token]!
    if (market.cliques[pool] !== undefined) continue
    const side = 2 * pool + (market.sideIn[2 * pool] === token ? 0 : 1)
    const price = Math.exp(
      market.basePrice[token]! - market.basePrice[buy]! + potential[token]!,
    )
    startPath.push({
      from: token,
      to: viaToken[token]!,
      conductance:
        evaluateSide(market, side, 0).slope *
        price *
        market.inverseGamma[pool]!,
    })
  }
  return {
    dual,
    solution: solveDual(dual, { startPath, isLate: request.isLate }),
  }
}
