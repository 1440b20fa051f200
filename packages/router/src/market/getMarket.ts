import type { Pool } from '../pools/Pool.js'
import { compileMarket } from './compileMarket.js'
import type { Market } from './Market.js'

const markets = new WeakMap<readonly Pool[], Market>()

/** Gives the compiled form of a pool set, compiled once per array. */
export function getMarket(pools: readonly Pool[]): Market {
  const known = markets.get(pools)
  if (known !== undefined) return known
  const market = compileMarket(pools)
  markets.set(pools, market)
  return market
}
