import { type CliqueTrade, createCliqueTrade } from '../market/CliquePool.js'
import type { Market } from '../market/Market.js'

/** Which direction of a pool may be used: both, or only one side. */
export const bothSides = 3

/** The dual function of one request, evaluated in place. */
export type Dual = {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  /** Input in smallest units. */
  amount: number
  /**
   * Log prices over the base prices; the solver moves them. Only differences
   * count, so the bought token's own may differ from zero while it does.
   */
  readonly shift: Float64Array
  /**
   * Price of a token's smallest unit in the buy token's smallest unit, once the
   * buy token's shift is zero.
   */
  readonly price: Float64Array
  /** The bound: what no route can exceed, in the buy token's smallest unit. */
  value: number
  /** Slope of the bound in each token's log price. */
  readonly gradient: Float64Array
  /** Two-token pools that trade at these prices. */
  activeCount: number
  readonly activeSide: Int32Array
  readonly activeIn: Float64Array
  readonly activeOut: Float64Array
  readonly activeConductance: Float64Array
  /** Other pools that trade at these prices. */
  readonly activeCliques: { pool: number; trade: CliqueTrade }[]
  /** Tells whether a side may be used. */
  readonly allows: (side: number) => boolean
  /** Evaluates all of the above at `shift`. */
  readonly evaluate: () => void
}

/**
 * Creates the dual function of selling one token for another.
 *
 * For any prices it is the value of the input plus, for every pool, the best
 * profit that a trade with it could make at these prices. No route can pay more.
 *
 * @param options.pools - Positions of the pools that may be used.
 * @param options.allowed - By pool: bit 1 allows side 0, bit 2 allows side 1.
 */
export function createDual(options: {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  readonly amount: number
  readonly pools: Int32Array
  readonly allowed?: Uint8Array
}): Dual {
  const { market, sell, buy, pools, allowed } = options
  const { sideIn, sideOut, sideOffset, sideScale, cliques } = market
  const { poolStart, poolToken, basePrice } = market
  const tokens = market.tokenIds.length
  const shift = new Float64Array(tokens)
  const price = new Float64Array(tokens)
  const priced = new Float64Array(tokens).fill(Number.NaN)
  const gradient = new Float64Array(tokens)
  // How far each token's price has moved in all, there and back. A pool at rest
  // can be skipped until its tokens have moved by its distance from trading.
  const travel = new Float64Array(tokens)
  const wake = new Float64Array(pools.length)
  const activeSide = new Int32Array(pools.length)
  const activeIn = new Float64Array(pools.length)
  const activeOut = new Float64Array(pools.length)
  const activeConductance = new Float64Array(pools.length)
  const trades = new Map<number, CliqueTrade>()
  const logPrices = new Float64Array(8)

  const member = new Uint8Array(market.pools.length)
  for (const pool of pools) member[pool] = 1
  const used: number[] = []
  const seen = new Uint8Array(tokens)
  for (const pool of pools)
    for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
      const token = poolToken[slot]!
      if (seen[token] === 0) {
        seen[token] = 1
        used.push(token)
      }
    }
  for (const token of [sell, buy]) if (seen[token] === 0) used.push(token)

  const dual: Dual = {
    market,
    sell,
    buy,
    amount: options.amount,
    shift,
    price,
    value: 0,
    gradient,
    activeCount: 0,
    activeSide,
    activeIn,
    activeOut,
    activeConductance,
    activeCliques: [],
    allows: (side) =>
      member[side >> 1] === 1 &&
      (allowed === undefined ||
        (allowed[side >> 1]! & (1 << (side & 1))) !== 0),
    evaluate: () => {
      const origin = basePrice[buy]!
      for (const token of used) {
        const now = shift[token]!
        const before = priced[token]!
        gradient[token] = 0
        if (now === before) continue
        price[token] = Math.exp(basePrice[token]! - origin + now)
        if (!Number.isNaN(before)) travel[token]! += Math.abs(now - before)
        priced[token] = now
      }
      const scale = Math.exp(-shift[buy]!)
      const sold = dual.amount * price[sell]! * scale
      gradient[sell] = sold
      let value = sold
      let active = 0
      dual.activeCliques.length = 0
      for (let position = 0; position < pools.length; position++) {
        const pool = pools[position]!
        const clique = cliques[pool]
        if (clique !== undefined) {
          value += evaluateClique(pool, position)
          continue
        }
        let side = 2 * pool
        let from = sideIn[side]!
        let to = sideOut[side]!
        const moved = travel[from]! + travel[to]!
        if (moved < wake[position]!) continue
        const half = (shift[to]! - shift[from]!) / 2
        let distance = sideOffset[side]! + half
        const other = sideOffset[side + 1]! - half
        const sides = allowed === undefined ? bothSides : allowed[pool]!
        if ((sides & 1) === 0) distance = Number.NEGATIVE_INFINITY
        if (other > distance && (sides & 2) !== 0) {
          distance = other
          side++
          const swap = from
          from = to
          to = swap
        }
        if (!(distance > 0)) {
          wake[position] = moved - 2 * distance
          continue
        }
        wake[position] = 0
        const trade = evaluateSide(market, side, distance)
        const priceIn = price[from]! * sideScale[side]! * scale
        const paid = trade.input * priceIn
        const received = trade.output * price[to]! * scale
        value += received - paid
        gradient[from]! -= paid
        gradient[to]! += received
        activeSide[active] = side
        activeIn[active] = paid
        activeOut[active] = received
        activeConductance[active] = trade.slope * priceIn
        active++
      }
      dual.activeCount = active
      dual.value = value
    },
  }
  return dual

  function evaluateClique(pool: number, position: number): number {
    const clique = cliques[pool]!
    const first = poolStart[pool]!
    let moved = 0
    for (let k = 0; k < clique.size; k++)
      moved += travel[poolToken[first + k]!]!
    if (moved < wake[position]!) return 0
    for (let k = 0; k < clique.size; k++) {
      const token = poolToken[first + k]!
      logPrices[k] =
        basePrice[token]! - basePrice[buy]! + shift[token]! - shift[buy]!
    }
    let trade = trades.get(pool)
    if (trade === undefined) {
      trade = createCliqueTrade(clique.size)
      trades.set(pool, trade)
    }
    clique.evaluate(logPrices, trade)
    wake[position] = trade.slack > 0 ? moved + trade.slack : 0
    if (!(trade.value > 0)) return 0
    for (let k = 0; k < clique.size; k++)
      gradient[poolToken[first + k]!]! += trade.flows[k]!
    dual.activeCliques.push({ pool, trade })
    return trade.value
  }
}

const sideTrade = { input: 0, output: 0, slope: 0 }
// e^300 squared is still a finite number.
const farthest = 300

/**
 * Computes what a side trades when its log price moves by a distance.
 *
 * @returns Input before the fee is added and output, both in smallest units,
 * and the slope of the input in the log of the price. The object is reused.
 */
export function evaluateSide(
  market: Market,
  side: number,
  distance: number,
): { input: number; output: number; slope: number } {
  const { segmentStart, segmentIn, segmentOut } = market
  let low = market.sideSegment[side]!
  let high = market.sideSegmentEnd[side]!
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (segmentStart[middle]! <= distance) low = middle
    else high = middle
  }
  const move = Math.expm1(Math.min(farthest, distance - segmentStart[low]!))
  sideTrade.input = market.priorIn[low]! + segmentIn[low]! * move
  sideTrade.output =
    market.priorOut[low]! + (segmentOut[low]! * move) / (1 + move)
  sideTrade.slope = 0.5 * segmentIn[low]! * (1 + move)
  return sideTrade
}
