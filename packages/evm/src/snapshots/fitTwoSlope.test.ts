import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitTwoSlope, sampledUses } from './fitTwoSlope.js'

const ray = 10n ** 27n
const secondsPerYear = 31_536_000n

/** What a contract answers: rounded down to wad per second. */
const sample = (curve: {
  optimalUsageRay: bigint
  baseRay: bigint
  slope1Ray: bigint
  slope2Ray: bigint
}): bigint[] =>
  sampledUses.map((useWad) => {
    const useRay = useWad * 10n ** 9n
    const { optimalUsageRay, baseRay, slope1Ray, slope2Ray } = curve
    const rate =
      useRay <= optimalUsageRay
        ? baseRay + (slope1Ray * useRay) / optimalUsageRay
        : baseRay +
          slope1Ray +
          (slope2Ray * (useRay - optimalUsageRay)) / (ray - optimalUsageRay)
    return rate / 10n ** 9n / secondsPerYear
  })

describe('fitTwoSlope', () => {
  test('default: finds the very curve behind the answers', () => {
    const percent = (value: number) => BigInt(value) * (ray / 1000n)
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 980 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 10, max: 300 }),
        fc.integer({ min: 400, max: 3000 }),
        (optimal, base, slope1, slope2) => {
          const curve = {
            optimalUsageRay: percent(optimal),
            baseRay: percent(base),
            slope1Ray: percent(slope1),
            slope2Ray: percent(slope2),
          }
          expect(fitTwoSlope(sample(curve))).toEqual(curve)
        },
      ),
    )
  })

  test('behavior: what is no curve of two lines is no curve', () => {
    const parabola = sampledUses.map((use) => use * (use / 10n ** 12n))
    expect(fitTwoSlope(parabola)).toBeUndefined()
    expect(fitTwoSlope([])).toBeUndefined()
  })
})
