import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getInterestUnits } from './interest.js'

const ray = 10n ** 27n

describe('getInterestUnits', () => {
  test('a day at 4 % is about a hundredth of a per cent', () => {
    expect(
      getInterestUnits({
        units: 1_000_000_000_000n,
        ratePerYearRay: (4n * ray) / 100n,
      }),
    ).toBe(109_589_041n + 3n)
    expect(getInterestUnits({ units: 0n, ratePerYearRay: ray })).toBe(0n)
  })

  test('grows with the amount and the rate, and covers rounding', () => {
    const amount = fc.bigInt({ min: 1n, max: 2n ** 128n })
    const rate = fc.bigInt({ min: 0n, max: 4n * ray })
    fc.assert(
      fc.property(amount, amount, rate, (units, more, ratePerYearRay) => {
        const least = getInterestUnits({ units, ratePerYearRay })
        expect(least).toBeGreaterThanOrEqual(3n)
        expect(
          getInterestUnits({ units: units + more, ratePerYearRay }),
        ).toBeGreaterThanOrEqual(least)
        expect(
          getInterestUnits({ units, ratePerYearRay: ratePerYearRay + ray }),
        ).toBeGreaterThanOrEqual(least)
      }),
    )
  })
})
