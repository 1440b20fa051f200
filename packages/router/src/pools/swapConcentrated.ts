import { maximum, minimum } from '../math/integer.js'
import { computeStepExactIn, computeStepExactOut } from '../math/swapMath.js'
import {
  getSqrtPriceAtTick,
  getTickAtSqrtPrice,
  maxSqrtPriceX96,
  maxTick,
  minSqrtPriceX96,
  minTick,
} from '../math/tickMath.js'
import type { ConcentratedPool, Tick } from './Pool.js'

/** What a swap in a concentrated pool moves. */
export type ConcentratedSwap = {
  /** What the pool takes, fee included, in smallest units. */
  readonly amountIn: bigint
  /** What the pool pays, in smallest units. */
  readonly amountOut: bigint
  readonly poolAfter: ConcentratedPool
}

/**
 * Swaps in a concentrated pool exactly as its contract does, tick by tick.
 *
 * Stops where liquidity ends, so it may take less than the exact input or pay
 * less than the exact output, as the contract does at its price limit.
 *
 * @param pool - State before the swap; it is not changed.
 * @param options.direction - `'zero-for-one'` sells token0.
 * @param options.type - Which side `options.units` fixes.
 * @param options.units - The fixed amount, in smallest units.
 * @returns Both amounts in smallest units, and the state after.
 */
export function swapConcentrated(
  pool: ConcentratedPool,
  options: {
    readonly direction: 'zero-for-one' | 'one-for-zero'
    readonly type: 'exact-in' | 'exact-out'
    readonly units: bigint
  },
): ConcentratedSwap {
  const falls = options.direction === 'zero-for-one'
  const exactIn = options.type === 'exact-in'
  const feePips = BigInt(pool.feePips)
  const { ticks, tickSpacing } = pool
  const limit = getPriceLimit(pool, falls)
  let remaining = options.units
  let counterpart = 0n
  let { sqrtPriceX96: price, liquidity, tick } = pool
  let next = findFirstTick(ticks, tick, falls)

  while (remaining > 0n && price !== limit) {
    const initialised = ticks[next]
    const stop = findStop(initialised, tick, tickSpacing, falls, liquidity)
    const stopPrice = getSqrtPriceAtTick(stop)
    const target = falls ? maximum(stopPrice, limit) : minimum(stopPrice, limit)
    const start = price
    if (liquidity === 0n) price = target
    else {
      const compute = exactIn ? computeStepExactIn : computeStepExactOut
      const step = compute(price, target, liquidity, remaining, feePips)
      const taken = step.amountIn + step.fee
      remaining -= exactIn ? taken : step.amountOut
      counterpart += exactIn ? step.amountOut : taken
      price = step.price
    }
    if (price === stopPrice) {
      if (initialised !== undefined && initialised.index === stop) {
        liquidity += falls
          ? -initialised.liquidityNet
          : initialised.liquidityNet
        next += falls ? -1 : 1
      }
      tick = falls ? stop - 1 : stop
    } else if (price !== start) tick = getTickAtSqrtPrice(price)
  }

  const moved = options.units - remaining
  return {
    amountIn: exactIn ? moved : counterpart,
    amountOut: exactIn ? counterpart : moved,
    poolAfter: { ...pool, sqrtPriceX96: price, liquidity, tick },
  }
}

function getPriceLimit(pool: ConcentratedPool, falls: boolean): bigint {
  const { window, sqrtPriceX96: price } = pool
  if (falls) {
    if (window === undefined) return minSqrtPriceX96 + 1n
    const edge = getSqrtPriceAtTick(Math.max(minTick, window.lowest))
    return minimum(edge, price)
  }
  if (window === undefined) return maxSqrtPriceX96 - 1n
  const edge = getSqrtPriceAtTick(Math.min(maxTick, window.highest))
  return maximum(edge, price)
}

/** Finds the position of the first tick that the price can meet. */
function findFirstTick(
  ticks: readonly Tick[],
  tick: number,
  falls: boolean,
): number {
  let low = 0
  let high = ticks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ticks[middle]!.index <= tick) low = middle + 1
    else high = middle
  }
  return falls ? low - 1 : low
}

/**
 * Finds the tick at which the contract ends its step. It looks for the next
 * initialised tick inside one 256-bit word of its bitmap, and rounds once more
 * at the word's edge when there is none. Without liquidity nothing is rounded,
 * so empty words are skipped at once.
 */
function findStop(
  initialised: Tick | undefined,
  tick: number,
  spacing: number,
  falls: boolean,
  liquidity: bigint,
): number {
  const compressed = Math.floor(tick / spacing)
  if (falls) {
    const edge = Math.floor(compressed / 256) * 256 * spacing
    const index = initialised?.index ?? minTick
    return Math.max(minTick, liquidity === 0n ? index : Math.max(index, edge))
  }
  const edge = (Math.floor((compressed + 1) / 256) * 256 + 255) * spacing
  const index = initialised?.index ?? maxTick
  return Math.min(maxTick, liquidity === 0n ? index : Math.min(index, edge))
}
