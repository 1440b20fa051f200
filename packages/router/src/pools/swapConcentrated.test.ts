import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getAmount0Between, getAmount1Between } from '../math/swapMath.js'
import { getSqrtPriceAtTick } from '../math/tickMath.js'
import type { ConcentratedPool } from './Pool.js'
import { swapConcentrated } from './swapConcentrated.js'

const liquidity = 12_345_678_901_234_567_890n

/** One range over many bitmap words, at a price inside it. */
const pool: ConcentratedPool = {
  kind: 'concentrated',
  id: 'wide',
  tokens: ['a', 'b'],
  feePips: 500,
  tickSpacing: 10,
  sqrtPriceX96: getSqrtPriceAtTick(7),
  liquidity,
  tick: 7,
  ticks: [
    { index: -20_000, liquidityNet: liquidity },
    { index: 20_000, liquidityNet: -liquidity },
  ],
  gas: 110_000,
}

describe('swapConcentrated', () => {
  test('behavior: it stops at every word of the bitmap and rounds there', () => {
    // To the lower end it is 8 words of 2,560 ticks; one jump would round once.
    const { amountIn, amountOut, poolAfter } = swapConcentrated(pool, {
      direction: 'zero-for-one',
      type: 'exact-in',
      units: 1n << 200n,
    })
    const stops = [
      7, 0, -2560, -5120, -7680, -10240, -12800, -15360, -17920, -20000,
    ]
    let taken = 0n
    let paid = 0n
    for (let i = 1; i < stops.length; i++) {
      const high = getSqrtPriceAtTick(stops[i - 1]!)
      const low = getSqrtPriceAtTick(stops[i]!)
      const input = getAmount0Between(low, high, liquidity, 'up')
      taken += input + (input * 500n + 999_499n) / 999_500n
      paid += getAmount1Between(low, high, liquidity, 'down')
    }
    expect([amountIn, amountOut]).toEqual([taken, paid])
    expect(poolAfter.liquidity).toBe(0n)
  })

  test('behavior: a swap in two parts never pays more than at once', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 19n })
    fc.assert(
      fc.property(amount, amount, fc.boolean(), (first, second, falls) => {
        const direction = falls ? 'zero-for-one' : 'one-for-zero'
        const swap = (state: ConcentratedPool, units: bigint) =>
          swapConcentrated(state, { direction, type: 'exact-in', units })
        const whole = swap(pool, first + second)
        const left = swap(pool, first)
        const right = swap(left.poolAfter, second)
        expect(left.amountOut + right.amountOut <= whole.amountOut).toBe(true)
      }),
    )
  })

  test('behavior: crossing a tick down and up again restores the liquidity', () => {
    const down = swapConcentrated(pool, {
      direction: 'zero-for-one',
      type: 'exact-in',
      units: 1n << 200n,
    })
    const up = swapConcentrated(down.poolAfter, {
      direction: 'one-for-zero',
      type: 'exact-in',
      units: 1_000_000n,
    })
    expect(up.poolAfter.liquidity).toBe(liquidity)
    expect(up.poolAfter.tick).toBe(-20_000)
  })
})
