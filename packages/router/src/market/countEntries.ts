import type { Market } from './Market.js'

/**
 * How often the same value can enter a pool: two tokens of a pool can both be
 * sold to it only where one is bought for what the other brought.
 */
export function countEntries(market: Market, pool: number): number {
  const size = market.poolStart[pool + 1]! - market.poolStart[pool]!
  return Math.max(1, size >> 1)
}
