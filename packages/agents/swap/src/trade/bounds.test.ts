import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getLeastUnits, getMostUnits, shareOut } from './bounds.js'

const amount = fc.bigInt({ min: 1n, max: 2n ** 200n })
const bps = fc.integer({ min: 0, max: 10_000 })

describe('getLeastUnits', () => {
  test.each([
    [2_998_433_877n, 50, 2_983_441_707n],
    [1n, 50, 1n],
    [10_000n, 0, 10_000n],
    [10_000n, 10_000, 1n],
  ])('%i less %i bps is %i', (expectedUnits, maxSlippageBps, least) => {
    expect(getLeastUnits({ expectedUnits, maxSlippageBps })).toBe(least)
  })

  test('L-SLIP-06: at least 1, never above what is expected, rounded down', () => {
    fc.assert(
      fc.property(amount, bps, (expectedUnits, maxSlippageBps) => {
        const least = getLeastUnits({ expectedUnits, maxSlippageBps })
        expect(least).toBeGreaterThanOrEqual(1n)
        expect(least).toBeLessThanOrEqual(expectedUnits)
        expect(least * 10_000n).toBeLessThanOrEqual(
          expectedUnits * BigInt(10_000 - maxSlippageBps) + 10_000n,
        )
        expect((least + 1n) * 10_000n).toBeGreaterThan(
          expectedUnits * BigInt(10_000 - maxSlippageBps),
        )
      }),
    )
  })
})

describe('getMostUnits', () => {
  test('never past the tolerance, never under what is expected', () => {
    fc.assert(
      fc.property(amount, bps, (expectedUnits, maxSlippageBps) => {
        const most = getMostUnits({ expectedUnits, maxSlippageBps })
        expect(most).toBeGreaterThanOrEqual(expectedUnits)
        expect(most * 10_000n).toBeLessThanOrEqual(
          expectedUnits * BigInt(10_000 + maxSlippageBps),
        )
      }),
    )
  })
})

describe('shareOut', () => {
  test('adds up, and no part is above its ceiling', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.bigInt({ min: 0n, max: 2n ** 131n }),
        (ceilings, total) => {
          const parts = shareOut(total, ceilings)
          const sum = (values: readonly bigint[]) =>
            values.reduce((a, b) => a + b, 0n)
          const most = sum(ceilings)
          expect(sum(parts)).toBe(total < most ? total : most)
          parts.forEach((part, index) => {
            expect(part).toBeGreaterThanOrEqual(0n)
            expect(part).toBeLessThanOrEqual(ceilings[index] ?? 0n)
          })
        },
      ),
    )
  })
})
