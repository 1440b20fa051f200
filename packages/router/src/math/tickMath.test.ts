import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  getSqrtPriceAtTick,
  getTickAtSqrtPrice,
  maxSqrtPriceX96,
  maxTick,
  minSqrtPriceX96,
  minTick,
} from './tickMath.js'

describe('getSqrtPriceAtTick', () => {
  test('default: the ends and the middle of the protocol', () => {
    expect(getSqrtPriceAtTick(minTick)).toBe(minSqrtPriceX96)
    expect(getSqrtPriceAtTick(maxTick)).toBe(maxSqrtPriceX96)
    expect(getSqrtPriceAtTick(0)).toBe(1n << 96n)
  })

  test('behavior: one tick up is a factor of 1.0001 on the price', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400_000, max: 400_000 }), (tick) => {
        const low = getSqrtPriceAtTick(tick)
        const high = getSqrtPriceAtTick(tick + 1)
        const ratio = (high * high * 10n ** 12n) / (low * low)
        expect(Math.abs(Number(ratio) - 1.0001e12)).toBeLessThan(1e4)
      }),
    )
  })
})

describe('getTickAtSqrtPrice', () => {
  test('behavior: it is the floor, at every tick and next to it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: minTick + 1, max: maxTick - 1 }),
        (tick) => {
          const price = getSqrtPriceAtTick(tick)
          expect(getTickAtSqrtPrice(price)).toBe(tick)
          expect(getTickAtSqrtPrice(price - 1n)).toBe(tick - 1)
        },
      ),
    )
  })
})
