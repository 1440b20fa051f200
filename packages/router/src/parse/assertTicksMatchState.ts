import { LyingTickListError } from '../errors/LyingTickListError.js'
import {
  getSqrtPriceAtTick,
  maxSqrtPriceX96,
  maxTick,
  minSqrtPriceX96,
} from '../math/tickMath.js'
import type { ConcentratedPool } from '../pools/Pool.js'

/**
 * Checks that a concentrated pool's ticks add up to its own state.
 *
 * @param pool - Ticks ascending by index.
 * @throws {LyingTickListError} when price, tick, spacing or liquidity disagree
 */
export function assertTicksMatchState(pool: ConcentratedPool): void {
  const { ticks, tickSpacing, tick, sqrtPriceX96, window } = pool
  const fail = (
    problem: string,
    expected: bigint | number,
    found: bigint | number,
  ): never => {
    throw new LyingTickListError({ pool: pool.id, problem, expected, found })
  }

  if (sqrtPriceX96 < minSqrtPriceX96 || sqrtPriceX96 >= maxSqrtPriceX96)
    fail('the price is outside the protocol', minSqrtPriceX96, sqrtPriceX96)
  const low = getSqrtPriceAtTick(tick)
  const high = tick >= maxTick ? maxSqrtPriceX96 : getSqrtPriceAtTick(tick + 1)
  // A price that fell exactly onto a tick is stored with the tick below it.
  if (sqrtPriceX96 < low || sqrtPriceX96 > high)
    fail('the price is not inside the tick', low, sqrtPriceX96)

  let previous: number | undefined
  let total = 0n
  let active = 0n
  for (const { index, liquidityNet } of ticks) {
    if (index === previous) fail('a tick is listed twice', 1, 2)
    if (index % tickSpacing !== 0)
      fail('a tick is off the spacing', tickSpacing, index)
    if (
      window !== undefined &&
      (index < window.lowest || index > window.highest)
    )
      fail('a tick is outside the window that was read', window.lowest, index)
    previous = index
    total += liquidityNet
    if (index <= tick) active = total
    if (window === undefined && total < 0n)
      fail('the liquidity falls below zero', 0, total)
  }
  if (window === undefined) {
    if (total !== 0n)
      fail('the net liquidity does not add up to zero', 0, total)
    if (active !== pool.liquidity)
      fail('the liquidity at the price differs', pool.liquidity, active)
    return
  }
  if (tick < window.lowest || tick > window.highest)
    fail('the price is outside the window that was read', window.lowest, tick)
  // Outside the window the totals are unknown, but none may be negative.
  let running = pool.liquidity - active
  if (running < 0n) fail('the liquidity falls below zero', 0, running)
  for (const { liquidityNet } of ticks) {
    running += liquidityNet
    if (running < 0n) fail('the liquidity falls below zero', 0, running)
  }
}
