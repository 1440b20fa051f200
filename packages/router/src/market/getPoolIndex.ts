import type { Market } from './Market.js'

const indices = new WeakMap<Market, ReadonlyMap<string, number>>()

/** Gives the position of every pool by its id. */
export function getPoolIndex(market: Market): ReadonlyMap<string, number> {
  let index = indices.get(market)
  if (index === undefined) {
    index = new Map(market.pools.map((pool, i) => [pool.id, i]))
    indices.set(market, index)
  }
  return index
}
