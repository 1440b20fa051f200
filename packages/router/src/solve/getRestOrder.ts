import type { Market } from '../market/Market.js'
import type { Rates } from './getRates.js'

/**
 * How far every pool is from trading at the zero-size rates, by token.
 *
 * A solve from those prices need not look at a pool before one of its tokens
 * has moved by half of that.
 */
export type RestOrder = {
  /** Pools of each token: `pool[start[token] … start[token + 1]]`, nearest first. */
  readonly start: Int32Array
  readonly pool: Int32Array
  /** Half the log price that the pool's tokens must move between them. */
  readonly half: Float64Array
  /** Pools that are looked at from the start. */
  readonly near: Int32Array
}

// Closer than the rounding of the prices.
const nearby = 1e-9
const orders = new WeakMap<Rates, RestOrder>()

/** Gives the order in which pools can wake, built once for the rates. */
export function getRestOrder(market: Market, rates: Rates): RestOrder {
  let order = orders.get(rates)
  if (order === undefined) {
    order = buildRestOrder(market, rates.potential)
    orders.set(rates, order)
  }
  return order
}

function buildRestOrder(market: Market, shift: Float64Array): RestOrder {
  const { sideIn, sideOut, sideOffset, cliques } = market
  const count = market.pools.length
  const slack = new Float64Array(count)
  const near: number[] = []
  const resting: number[] = []
  for (let pool = 0; pool < count; pool++) {
    const from = shift[sideIn[2 * pool]!]!
    const to = shift[sideOut[2 * pool]!]!
    if (cliques[pool] !== undefined) {
      near.push(pool)
      continue
    }
    // What the bought token cannot be reached from never trades.
    if (!Number.isFinite(from) || !Number.isFinite(to)) continue
    slack[pool] = -Math.max(
      2 * sideOffset[2 * pool]! + to - from,
      2 * sideOffset[2 * pool + 1]! + from - to,
    )
    if (slack[pool]! > nearby) resting.push(pool)
    else near.push(pool)
  }
  resting.sort((left, right) => slack[left]! - slack[right]!)
  const start = new Int32Array(market.tokenIds.length + 1)
  for (const pool of resting) {
    start[sideIn[2 * pool]! + 1]!++
    start[sideOut[2 * pool]! + 1]!++
  }
  for (let token = 0; token < market.tokenIds.length; token++)
    start[token + 1]! += start[token]!
  const place = start.slice()
  const pools = new Int32Array(2 * resting.length)
  const half = new Float64Array(2 * resting.length)
  for (const pool of resting)
    for (const token of [sideIn[2 * pool]!, sideOut[2 * pool]!]) {
      const at = place[token]!++
      pools[at] = pool
      half[at] = slack[pool]! / 2
    }
  return { start, pool: pools, half, near: Int32Array.from(near) }
}
