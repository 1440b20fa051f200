import { createCliqueTrade } from '../market/CliquePool.js'
import { countEntries } from '../market/countEntries.js'
import { createStableClique } from '../market/createStableClique.js'
import { createWeightedClique } from '../market/createWeightedClique.js'
import { getMarket } from '../market/getMarket.js'
import type { Market } from '../market/Market.js'
import { divideUp, squareRoot } from '../math/integer.js'
import {
  getSqrtPriceAtTick,
  maxSqrtPriceX96,
  minSqrtPriceX96,
} from '../math/tickMath.js'
import type {
  ConcentratedPool,
  ConstantProductPool,
  Pool,
  StablePool,
  TokenId,
  WeightedPool,
} from '../pools/Pool.js'
import type { Dual } from '../solve/createDual.js'
import { hashPools } from './hashPools.js'

/**
 * A proof that no route over a pool set pays more than a bound: one price for
 * every token. It speaks about routes that never come back to the sold token nor
 * go on from the bought one. It survives a JSON round trip.
 */
export type Certificate = {
  readonly version: 3
  /** Names the pool set that the proof is about. */
  readonly poolSetHash: string
  readonly sell: TokenId
  readonly buy: TokenId
  /** In smallest units, as decimal text. */
  readonly amountIn: string
  readonly amountOut: string
  readonly upperBound: string
  /**
   * Natural log of the price of one smallest unit of each token in the bought
   * token's, by first appearance of the token among the pools; null for tokens
   * that no pool connects with it.
   */
  readonly logPrices: readonly (number | null)[]
  /**
   * The same for what is left after the cost of gas: every pool counts with the
   * most that a trade could gain there, less its gas. No trade is larger than
   * what `upperBound` buys of a token at `logPrices` of the whole certificate.
   */
  readonly net?: {
    readonly gasPriceWei: string
    /** Smallest units of the bought token that one wei is worth. */
    readonly unitsPerWei: number
    readonly amountOut: string
    readonly upperBound: string
    readonly logPrices: readonly (number | null)[]
  }
}

/** Whether a certificate holds, and what the check found. */
export type CertificateCheck =
  | {
      readonly type: 'valid'
      /** The bound as recomputed, in smallest units, rounded up. */
      readonly upperBound: bigint
      readonly netUpperBound?: bigint
    }
  | { readonly type: 'invalid'; readonly reason: string }

/** Reads a price for every token off a solved dual function. */
export function readLogPrices(
  dual: Dual,
  pools: Int32Array,
): (number | null)[] {
  const { market, buy, shift } = dual
  const { component, basePrice, peeled, peeledPool, poolStart, poolToken } =
    market
  const isUsed = new Uint8Array(market.pools.length)
  for (const pool of pools) isUsed[pool] = 1
  const shifts = shift.slice()
  // A token that was left out gets the middle price of the one pool it hangs
  // on, at which that pool is not worth trading with.
  for (let position = peeled.length - 1; position >= 0; position--) {
    const pool = peeledPool[position]!
    if (isUsed[pool] === 1) continue
    const token = peeled[position]!
    const first = poolStart[pool]!
    let anchor = first
    for (let slot = first; slot < poolStart[pool + 1]!; slot++) {
      const other = market.peelPosition[poolToken[slot]!]!
      if (other < 0 || other > position) anchor = slot
    }
    const from = poolToken.indexOf(token, first) - first
    const to = anchor - first
    const clique = market.cliques[pool]
    const near = poolToken[anchor]!
    shifts[token] =
      shifts[near]! +
      (clique === undefined
        ? market.sideOffset[2 * pool + from]! -
          market.sideOffset[2 * pool + to]!
        : clique.getLogRate(from, to) + basePrice[near]! - basePrice[token]!)
  }
  const own = component[buy]!
  const logPrices: (number | null)[] = new Array(shifts.length)
  for (let token = 0; token < shifts.length; token++)
    logPrices[token] =
      component[token] === own
        ? basePrice[token]! - basePrice[buy]! + shifts[token]!
        : null
  return logPrices
}

/**
 * Checks a certificate against the pools that it speaks about.
 *
 * The bound is recomputed from the pools' own integers, without the solver and,
 * for constant-product and concentrated pools, without floating point: every
 * step rounds so that the result can only be too high.
 *
 * @param pools - The same pool set, in the same order.
 * @param certificate - As returned with a route, possibly after JSON.
 * @returns `'valid'` with the recomputed bounds, or why it does not hold.
 */
export function verifyCertificate(
  pools: readonly Pool[],
  certificate: Certificate,
): CertificateCheck {
  const invalid = (reason: string): CertificateCheck => ({
    type: 'invalid',
    reason,
  })
  const market = getMarket(pools)
  if (certificate.version !== 3) return invalid('Its version is not known.')
  if (certificate.poolSetHash !== hashPools(market))
    return invalid('It speaks about another pool set.')
  const sell = market.tokenIndex.get(certificate.sell)
  const buy = market.tokenIndex.get(certificate.buy)
  if (sell === undefined || buy === undefined || sell === buy)
    return invalid('Its tokens are not in the pool set.')
  const amountIn = toUnits(certificate.amountIn)
  const amountOut = toUnits(certificate.amountOut)
  const claimed = toUnits(certificate.upperBound)
  if (
    amountIn === undefined ||
    amountOut === undefined ||
    claimed === undefined
  )
    return invalid('An amount is not a whole number.')
  const upperBound = recompute(market, {
    sell,
    buy,
    amountIn,
    logPrices: certificate.logPrices,
  })
  if (typeof upperBound === 'string') return invalid(upperBound)
  if (upperBound > claimed)
    return invalid(`Its prices prove ${upperBound}, not ${claimed}.`)
  if (amountOut > claimed) return invalid('It claims more than its own bound.')
  const { net } = certificate
  if (net === undefined) return { type: 'valid', upperBound }

  const gasPriceWei = toUnits(net.gasPriceWei)
  const claimedNet = toUnits(net.upperBound)
  if (
    gasPriceWei === undefined ||
    claimedNet === undefined ||
    !(net.unitsPerWei > 0) ||
    !Number.isFinite(net.unitsPerWei)
  )
    return invalid('Its gas price is not a number.')
  const netUpperBound = recompute(market, {
    sell,
    buy,
    amountIn,
    logPrices: net.logPrices,
    gas: {
      unitsPerGas: Number(gasPriceWei) * net.unitsPerWei,
      bound: claimed,
      logPrices: certificate.logPrices,
    },
  })
  if (typeof netUpperBound === 'string') return invalid(netUpperBound)
  if (netUpperBound > claimedNet)
    return invalid(`Its prices prove ${netUpperBound} net, not ${claimedNet}.`)
  return { type: 'valid', upperBound, netUpperBound }
}

function toUnits(text: string): bigint | undefined {
  return typeof text === 'string' && /^-?\d{1,100}$/.test(text)
    ? BigInt(text)
    : undefined
}

// Values are held as multiples of 2^-128 of the bought token's smallest unit:
// fine enough that rounding a hundred thousand terms stays far under one unit.
const valueBits = 128n
// Prices as multiples of 2^-320: a unit can be worth 1e-50 of another and keep
// 150 bits.
const priceBits = 320n
const million = 1_000_000n
// Allowance for the float evaluation of pools whose formula has powers.
const cliqueMargin = 1 + 1e-9
// The same for gas as a fee. It is paid on all that comes in, which prices far out
// of line make many times the trade, so there is no room for more.
const chargeMargin = 1 - 1e-14

function recompute(
  market: Market,
  options: {
    readonly sell: number
    readonly buy: number
    readonly amountIn: bigint
    readonly logPrices: readonly (number | null)[]
    readonly gas?: {
      readonly unitsPerGas: number
      /** A bound on what the whole trade is worth at these prices. */
      readonly bound: bigint
      readonly logPrices: readonly (number | null)[]
    }
  },
): bigint | string {
  const { sell, buy, logPrices } = options
  const { component, poolStart, poolToken, pools } = market
  if (logPrices.length !== market.tokenIds.length)
    return 'It does not price every token.'
  const own = component[buy]!
  if (component[sell] !== own) return 'Its tokens are not connected.'
  const prices: bigint[] = new Array(logPrices.length)
  const origin = logPrices[buy]
  if (origin === null || origin === undefined || Math.abs(origin) > 1e-9)
    return 'It does not price the bought token at one.'
  for (let token = 0; token < logPrices.length; token++) {
    if (component[token] !== own) continue
    const log = logPrices[token]
    if (log === null || log === undefined || !(Math.abs(log) < 200))
      return 'It does not price every token.'
    prices[token] =
      token === buy ? 1n << priceBits : toFixed(Math.exp(log), priceBits)
  }
  const { gas } = options
  /** The most of a token that any route gets hold of: it is a whole number. */
  const getMost = (token: number): bigint | undefined =>
    gas === undefined
      ? undefined
      : (gas.bound << priceBits) /
        (toFixed(Math.exp(gas.logPrices[token] ?? -200), priceBits) || 1n)
  /** The same for both sides of a pair; nothing where it would be a circle. */
  const getLimits = (first: number): Most => {
    const [token0, token1] = [poolToken[first]!, poolToken[first + 1]!]
    const isCircle = (from: number, to: number): boolean =>
      to === sell || from === buy
    return [
      isCircle(token0, token1) ? 0n : getMost(token0),
      isCircle(token1, token0) ? 0n : getMost(token1),
    ]
  }
  let total = toValueUp(options.amountIn * prices[sell]!)
  for (let i = 0; i < pools.length; i++) {
    const first = poolStart[i]!
    if (component[poolToken[first]!] !== own) continue
    const pool = pools[i]!
    const price0 = prices[poolToken[first]!]!
    const price1 = prices[poolToken[first + 1]!]!
    let profit: bigint
    switch (pool.kind) {
      case 'constant-product':
        profit = boundPair(pool, price0, price1, getLimits(first))
        break
      case 'concentrated':
        profit = boundConcentrated(pool, price0, price1, getLimits(first))
        break
      case 'weighted':
      case 'stable':
        profit = boundClique(
          pool,
          pool.tokens.map((_, slot) => logPrices[poolToken[first + slot]!]!),
        )
        if (gas !== undefined) {
          // Spread over the most that can be paid in, gas is a fee; what is
          // gained beyond that is no less than what is gained beyond the gas.
          const cost = pool.gas * gas.unitsPerGas
          const tokens = pool.tokens.map((_, slot) => poolToken[first + slot]!)
          const beyond =
            boundClique(
              pool,
              tokens.map((token) => logPrices[token]!),
              tokens.map(
                (token) =>
                  (cost * chargeMargin) /
                  countEntries(market, i) /
                  Number(getMost(token)) /
                  Math.exp(logPrices[token]!),
              ),
            ) + toFixed(cost, valueBits)
          if (beyond < profit) profit = beyond
        }
        break
    }
    if (gas !== undefined)
      // The cost is rounded down: what is left of the profit only grows.
      profit -= toFixed(pool.gas * gas.unitsPerGas, valueBits)
    if (profit > 0n) total += profit
  }
  // A bound under zero is still one: rounding towards zero rounds it up.
  return total > 0n
    ? divideUp(total, 1n << valueBits)
    : total / (1n << valueBits)
}

/** Turns a positive float into a fixed-point integer, exactly or rounded down. */
function toFixed(value: number, bits: bigint): bigint {
  if (!(value > 0)) return 0n
  const exponent = Math.floor(Math.log2(value)) - 52
  const mantissa = BigInt(Math.round(value / 2 ** exponent))
  const shift = BigInt(exponent) + bits
  return shift >= 0n ? mantissa << shift : mantissa >> -shift
}

function toValueUp(product: bigint): bigint {
  return divideUp(product, 1n << (priceBits - valueBits))
}

type Most = readonly [bigint | undefined, bigint | undefined]

/** Best profit of a pair: `(sqrt(w) - sqrt(u / gamma))^2`, or what `most` gains. */
function boundPair(
  pool: ConstantProductPool,
  price0: bigint,
  price1: bigint,
  most: Most,
): bigint {
  const gamma = million - BigInt(pool.feePips)
  const value0 = pool.reserves[0] * price0
  const value1 = pool.reserves[1] * price1
  const side =
    value1 * gamma > value0 * million
      ? 0
      : value0 * gamma > value1 * million
        ? 1
        : undefined
  if (side === undefined) return 0n
  const [paid, received] = side === 0 ? [value0, value1] : [value1, value0]
  const limit = most[side]
  if (limit === 0n) return 0n
  if (limit !== undefined) {
    const [priceIn, priceOut] = side === 0 ? [price0, price1] : [price1, price0]
    const reserveIn = pool.reserves[side] * million
    const reserveOut = pool.reserves[1 - side]!
    const added = limit * gamma
    const after = reserveIn + added
    // Past the most that can come in the trade would still gain.
    if (priceOut * gamma * reserveIn * reserveOut >= priceIn * after * after) {
      const out = divideUp(priceOut * reserveOut * added, after)
      const gain = out - priceIn * limit
      return gain > 0n ? toValueUp(gain) : 0n
    }
  }
  const u = divideUp(paid * million, gamma)
  return toValueUp(u + received - 2n * squareRoot(u * received) + 2n)
}

/**
 * Best profit of a concentrated pool: range by range, the stop that a trader
 * would choose inside it.
 */
function boundConcentrated(
  pool: ConcentratedPool,
  price0: bigint,
  price1: bigint,
  most: Most,
): bigint {
  const gamma = million - BigInt(pool.feePips)
  const now = pool.sqrtPriceX96
  // Square-root prices at which the next unit is worth its price, Q64.96: the
  // lower one for selling token0, the upper one for selling token1.
  const ratio = (price0 << 192n) / price1
  const falling = squareRoot((ratio * million) / gamma)
  const rising = squareRoot((ratio * gamma) / million)
  if (falling < now && most[0] !== 0n)
    return walk(pool, 'down', falling, price0, price1, gamma, most[0])
  if (rising > now && most[1] !== 0n)
    return walk(pool, 'up', rising, price0, price1, gamma, most[1])
  return 0n
}

function walk(
  pool: ConcentratedPool,
  direction: 'up' | 'down',
  target: bigint,
  price0: bigint,
  price1: bigint,
  gamma: bigint,
  most: bigint | undefined,
): bigint {
  const { ticks, window } = pool
  const down = direction === 'down'
  const end = down
    ? window === undefined
      ? minSqrtPriceX96
      : getSqrtPriceAtTick(window.lowest)
    : window === undefined
      ? maxSqrtPriceX96
      : getSqrtPriceAtTick(window.highest)
  let position = 0
  while (position < ticks.length && ticks[position]!.index <= pool.tick)
    position++
  if (down) position--
  let { liquidity } = pool
  let here = pool.sqrtPriceX96
  let total = 0n
  // What may still come in after the fee, in millionths of a unit.
  let room = most === undefined ? undefined : most * gamma
  for (;;) {
    const tick = ticks[position]
    const stop = tick === undefined ? end : getSqrtPriceAtTick(tick.index)
    // One unit past the target covers the rounding of its square root.
    const isLast = down ? stop <= target : stop >= target
    let next = isLast ? target : stop
    let isFull = false
    if (room !== undefined && liquidity > 0n) {
      // How far the room moves the price, a unit further than it can.
      const furthest = down
        ? divideUp(
            (liquidity << 96n) * here * million,
            (liquidity << 96n) * million + room * here,
          ) - 2n
        : here + divideUp(room << 96n, liquidity * million) + 1n
      if (down ? furthest > next : furthest < next) {
        next = furthest
        isFull = true
      } else {
        // Rounded down, so that the room can only be too large.
        const moved = down
          ? (((liquidity * (here - next)) << 96n) * million) / here / next
          : (liquidity * (next - here) * million) >> 96n
        room = room > moved ? room - moved : 0n
      }
    }
    if (liquidity > 0n && (down ? next < here : next > here)) {
      const low = down ? next : here
      const high = down ? here : next
      // Token0 and token1 between the two prices, times 2^96 and as a ratio.
      const amount1 = liquidity * (high - low)
      const product = amount1 << 192n
      if (down) {
        const received = divideUp(amount1 * price1, 1n << 96n)
        const cost = (product / high / low) * price0
        total += received - ((cost / gamma) * million) / (1n << 96n)
      } else {
        const received = divideUp(
          divideUp(divideUp(product, high), low) * price0,
          1n << 96n,
        )
        total += received - ((amount1 * price1) / gamma / (1n << 96n)) * million
      }
      total += 2n * million
      // Stopping a hair off the best point loses less than this.
      if (isLast || isFull)
        total += divideUp(liquidity * price1, 1n << 125n) + 1n
    }
    if (isLast || isFull || tick === undefined) break
    liquidity += down ? -tick.liquidityNet : tick.liquidityNet
    here = stop
    position += down ? -1 : 1
  }
  return toValueUp(total > 0n ? total : 0n)
}

function boundClique(
  pool: WeightedPool | StablePool,
  logPrices: readonly (number | null)[],
  charges?: readonly number[],
): bigint {
  const clique =
    pool.kind === 'weighted'
      ? createWeightedClique(pool)
      : createStableClique(pool)
  const trade = createCliqueTrade(clique.size)
  clique.evaluate(
    Float64Array.from(logPrices, (log) => log ?? 0),
    trade,
    charges === undefined
      ? undefined
      : Float64Array.from(charges, (charge) =>
          Math.min(40, Math.log1p(charge)),
        ),
  )
  return toFixed(trade.value * cliqueMargin + trade.margin, valueBits)
}
