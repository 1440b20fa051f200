import { type CliqueTrade, createCliqueTrade } from '../market/CliquePool.js'
import type { Market } from '../market/Market.js'
import type { RestOrder } from './getRestOrder.js'
import { grow } from './grow.js'

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
  activeSide: Int32Array
  activeIn: Float64Array
  activeOut: Float64Array
  activeConductance: Float64Array
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
 * Trades that pay the sold token out or take the bought one in do not count: a
 * route that does not run in circles has none.
 *
 * @param options.pools - Positions of the pools that may be used.
 * @param options.allowed - By pool: bit 1 allows side 0, bit 2 allows side 1.
 * @param options.restOrder - Set when the first prices will be the zero-size
 * rates: pools are then looked at only once their tokens have moved far enough.
 */
export function createDual(options: {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  readonly amount: number
  readonly pools: Int32Array
  readonly allowed?: Uint8Array
  readonly restOrder?: RestOrder
}): Dual {
  const { market, sell, buy, pools, allowed, restOrder } = options
  const { sideIn, sideOut, sideOffset, sideScale, cliques } = market
  const { poolStart, poolToken, basePrice } = market
  const tokens = market.tokenIds.length
  // Duals are made by the hundred: one buffer costs less than ten.
  const floats = new Float64Array(5 * tokens + pools.length)
  const shift = floats.subarray(0, tokens)
  const price = floats.subarray(tokens, 2 * tokens)
  const priced = floats.subarray(2 * tokens, 3 * tokens).fill(Number.NaN)
  const gradient = floats.subarray(3 * tokens, 4 * tokens)
  // How far each token's price has moved in all, there and back. A pool at rest
  // can be skipped until its tokens have moved by its distance from trading.
  const travel = floats.subarray(4 * tokens, 5 * tokens)
  const wake = floats.subarray(5 * tokens)
  const trades = new Map<number, CliqueTrade>()
  const logPrices = new Float64Array(8)
  const found = getMembers(market, pools, restOrder !== undefined)
  const { member } = found
  const used = addTokens(found, [sell, buy])

  // Pools that are looked at: all of them, or those whose tokens moved enough.
  let watched = pools
  let watchedCount = pools.length
  let watch: ((token: number) => void) | undefined
  if (restOrder !== undefined) {
    const { start, pool, half, near } = restOrder
    const isWatched = new Uint8Array(market.pools.length)
    const reached = start.slice()
    watched = new Int32Array(pools.length)
    watchedCount = 0
    for (const which of near)
      if (member[which] === 1) {
        isWatched[which] = 1
        watched[watchedCount++] = which
      }
    watch = (token) => {
      const far = travel[token]!
      const end = start[token + 1]!
      let at = reached[token]!
      for (; at < end && half[at]! <= far; at++) {
        const which = pool[at]!
        if (isWatched[which] === 1 || member[which] === 0) continue
        isWatched[which] = 1
        watched[watchedCount++] = which
      }
      reached[token] = at
    }
  }

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
    activeSide: new Int32Array(firstActive),
    activeIn: new Float64Array(firstActive),
    activeOut: new Float64Array(firstActive),
    activeConductance: new Float64Array(firstActive),
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
        priced[token] = now
        if (Number.isNaN(before)) continue
        travel[token]! += Math.abs(now - before)
        watch?.(token)
      }
      const scale = Math.exp(-shift[buy]!)
      const sold = dual.amount * price[sell]! * scale
      gradient[sell] = sold
      let value = sold
      let active = 0
      dual.activeCliques.length = 0
      let { activeSide, activeIn, activeOut, activeConductance } = dual
      for (let position = 0; position < watchedCount; position++) {
        const pool = watched[position]!
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
        // No route comes back to the sold token or goes on from the bought one.
        if (distance > 0 && (to === sell || from === buy))
          distance =
            sideOffset[2 * pool]! + sideOffset[2 * pool + 1]! - distance
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
        if (active === activeSide.length) {
          activeSide = grow(activeSide, Int32Array)
          activeIn = grow(activeIn, Float64Array)
          activeOut = grow(activeOut, Float64Array)
          activeConductance = grow(activeConductance, Float64Array)
        }
        activeSide[active] = side
        activeIn[active] = paid
        activeOut[active] = received
        activeConductance[active] = trade.slope * priceIn
        active++
      }
      dual.activeSide = activeSide
      dual.activeIn = activeIn
      dual.activeOut = activeOut
      dual.activeConductance = activeConductance
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

const firstActive = 32

type Members = {
  /** By pool: 1 when it may be used. */
  readonly member: Uint8Array
  /** By token: 1 when one of them trades it. */
  readonly seen: Uint8Array
  readonly tokens: Int32Array
}
const members = new WeakMap<Int32Array, Members>()

/** Lists what a selection of pools trades; large ones are given again. */
function getMembers(
  market: Market,
  pools: Int32Array,
  isKept: boolean,
): Members {
  let found = members.get(pools)
  if (found === undefined) {
    const { poolStart, poolToken } = market
    const member = new Uint8Array(market.pools.length)
    const seen = new Uint8Array(market.tokenIds.length)
    const tokens: number[] = []
    for (const pool of pools) {
      member[pool] = 1
      for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
        const token = poolToken[slot]!
        if (seen[token] === 1) continue
        seen[token] = 1
        tokens.push(token)
      }
    }
    found = { member, seen, tokens: Int32Array.from(tokens) }
    if (isKept) members.set(pools, found)
  }
  return found
}

function addTokens({ seen, tokens }: Members, own: number[]): Int32Array {
  const missing = own.filter((token) => seen[token] === 0)
  return missing.length === 0
    ? tokens
    : Int32Array.from([...tokens, ...missing])
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
