import { type CliqueTrade, createCliqueTrade } from '../../market/CliquePool.js'
import { countEntries } from '../../market/countEntries.js'
import type { Market } from '../../market/Market.js'
import type { Dual } from '../../solve/createDual.js'
import { sellInPool } from '../sellInPool.js'
import type { Caps } from './createCaps.js'
import type { GasCosts } from './GasCosts.js'

/** A bound on what any route nets, and where it comes from. */
export type NetBound = {
  /** In the bought token's smallest unit. */
  readonly value: number
  /** The most that each pool can add, before its gas. */
  readonly gains: ReadonlyMap<number, number>
}

/**
 * Bounds what any route nets at a dual's prices: a pool counts with the most
 * that a trade of a size within reach could gain there, less its gas.
 *
 * Without the limit on the size gas could be escaped by using a pool a little.
 */
export function boundNet(
  dual: Dual,
  options: { readonly cost: GasCosts; readonly caps: Caps },
): NetBound {
  const { market, price } = dual
  const { cost, caps } = options
  const gains = new Map<number, number>()
  let value = dual.amount * price[dual.sell]!
  const add = (pool: number, gain: number): void => {
    gains.set(pool, gain)
    value += Math.max(0, gain - cost(pool))
  }
  for (let i = 0; i < dual.activeCount; i++) {
    const side = dual.activeSide[i]!
    const from = market.sideIn[side]!
    const free = dual.activeOut[i]! - dual.activeIn[i]!
    const most = Math.exp(caps.logUnits[from]!)
    if (dual.activeIn[i]! <= most * price[from]!) {
      add(side >> 1, free)
      continue
    }
    const out = sellInPool(market, side >> 1, side & 1, 1 - (side & 1), most)
    const limited = out * price[market.sideOut[side]!]! - most * price[from]!
    add(side >> 1, out > 0 ? Math.min(free, limited) : free)
  }
  for (const { pool, trade } of dual.activeCliques)
    add(
      pool,
      Math.min(
        trade.value + trade.margin,
        chargeClique(market, pool, dual, cost(pool), caps) + cost(pool),
      ),
    )
  return { value, gains }
}

const trades = new WeakMap<Market['tokenIds'], Map<number, CliqueTrade>>()

/**
 * What a pool of another kind gains when its gas is spread over the most that
 * it can be paid: never less than what it gains beyond its gas.
 */
function chargeClique(
  market: Market,
  pool: number,
  dual: Dual,
  cost: number,
  caps: Caps,
): number {
  const clique = market.cliques[pool]!
  const first = market.poolStart[pool]!
  const logPrices = new Float64Array(clique.size)
  const logCharges = new Float64Array(clique.size)
  const share = cost / countEntries(market, pool)
  for (let k = 0; k < clique.size; k++) {
    const token = market.poolToken[first + k]!
    logPrices[k] =
      market.basePrice[token]! -
      market.basePrice[dual.buy]! +
      dual.shift[token]! -
      dual.shift[dual.buy]!
    logCharges[k] = Math.log1p(
      share / Math.exp(caps.logUnits[token]! + logPrices[k]!),
    )
  }
  let known = trades.get(market.tokenIds)
  if (known === undefined) {
    known = new Map()
    trades.set(market.tokenIds, known)
  }
  let trade = known.get(clique.size)
  if (trade === undefined) {
    trade = createCliqueTrade(clique.size)
    known.set(clique.size, trade)
  }
  clique.evaluate(logPrices, trade, logCharges)
  return trade.value + trade.margin
}
