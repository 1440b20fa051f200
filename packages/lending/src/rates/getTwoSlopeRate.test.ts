import { describe, expect, test } from 'vitest'
import { ray, secondsPerYear, wad } from '../math/fixedPoint.js'
import { getTwoSlopePerSecondRateWad } from './getTwoSlopeRate.js'

/** 1 % a year when nothing is borrowed, 4 % at 90 % use, 16 % at full use. */
const rate = {
  optimalUsageRay: (9n * ray) / 10n,
  baseRay: ray / 100n,
  slope1Ray: (3n * ray) / 100n,
  slope2Ray: (12n * ray) / 100n,
}
const at = (utilisationWad: bigint) =>
  getTwoSlopePerSecondRateWad({ rate, utilisationWad })

describe('getTwoSlopePerSecondRateWad', () => {
  test('default: 1 %, 4 % and 16 % a year, cut per second', () => {
    expect(at(0n)).toBe(wad / 100n / secondsPerYear)
    expect(at((9n * wad) / 10n)).toBe((4n * wad) / 100n / secondsPerYear)
    expect(at(wad)).toBe((16n * wad) / 100n / secondsPerYear)
    expect(at(2n * wad)).toBe(at(wad))
  })

  test('behavior: each division is cut on its own', () => {
    const used = 123_456_789_012_345_678n
    const perYear =
      wad / 100n + (((3n * wad) / 100n) * used) / ((9n * wad) / 10n)
    expect(at(used)).toBe(perYear / secondsPerYear)
  })
})
