import type { Market } from '../market/Market.js'
import { createHeap } from './heap.js'

/**
 * The best zero-size rate of every token into one token.
 *
 * As a price vector it makes no pool worth trading and prices the first unit
 * exactly: the solver starts there.
 */
export type Rates = {
  /** Log of the rate over the base prices; minus infinity without a path. */
  readonly potential: Float64Array
  /** Pool and next token of the best path, -1 where there is none. */
  readonly viaPool: Int32Array
  readonly viaToken: Int32Array
}

/** Gives the rates into a token, from the market's cache after the first time. */
export function getRates(market: Market, buy: number): Rates {
  const known = market.rates.get(buy)
  if (known !== undefined) return known
  const { tokenStart, tokenPool, poolStart, poolToken, sideOffset, cliques } =
    market
  const tokens = tokenStart.length - 1
  const potential = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY)
  const viaPool = new Int32Array(tokens).fill(-1)
  const viaToken = new Int32Array(tokens).fill(-1)
  const done = new Uint8Array(tokens)
  const heap = createHeap()
  potential[buy] = 0
  heap.push(0, buy)
  for (let to = heap.pop(); to >= 0; to = heap.pop()) {
    if (done[to] === 1) continue
    done[to] = 1
    for (let p = tokenStart[to]!; p < tokenStart[to + 1]!; p++) {
      const pool = tokenPool[p]!
      const first = poolStart[pool]!
      const clique = cliques[pool]
      for (let slot = first; slot < poolStart[pool + 1]!; slot++) {
        const from = poolToken[slot]!
        if (done[from] === 1) continue
        const surplus =
          clique === undefined
            ? 2 * sideOffset[2 * pool + (slot - first)]!
            : clique.getLogRate(
                slot - first,
                poolToken.indexOf(to, first) - first,
              ) +
              Math.log1p(-market.pools[pool]!.feePips / 1e6) +
              market.basePrice[to]! -
              market.basePrice[from]!
        // A pool that pays more than the base prices is arbitrage; following
        // it round a cycle would never end.
        const rate = potential[to]! + Math.min(0, surplus)
        if (rate > potential[from]!) {
          potential[from] = rate
          viaPool[from] = pool
          viaToken[from] = to
          heap.push(-rate, from)
        }
      }
    }
  }
  const rates = { potential, viaPool, viaToken }
  // Each entry is three numbers a token; a market is asked for few tokens.
  if (market.rates.size >= 64) market.rates.clear()
  market.rates.set(buy, rates)
  return rates
}
