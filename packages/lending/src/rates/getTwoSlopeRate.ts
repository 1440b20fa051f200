import { RateInputError } from '../errors/RateInputError.js'
import { min, secondsPerYear, wad } from '../math/fixedPoint.js'
import type { TwoSlopeRate } from './getAaveV3Rates.js'

const wadToRay = 1_000_000_000n

/**
 * Reads a fixed curve of two lines as a Morpho rate model does: in wad, each
 * division cut, then per second.
 *
 * @param options.rate - The curve, in ray per year.
 * @param options.utilisationWad - The use, in wad; above 1 counts as 1.
 * @returns The rate per second, in wad.
 * @throws {RateInputError} when the optimal use is 0 or above 1.
 */
export function getTwoSlopePerSecondRateWad(options: {
  readonly rate: TwoSlopeRate
  readonly utilisationWad: bigint
}): bigint {
  const { rate } = options
  const optimal = rate.optimalUsageRay / wadToRay
  if (optimal <= 0n || optimal > wad)
    throw new RateInputError({
      field: 'optimalUsageRay',
      value: rate.optimalUsageRay,
    })
  const used = min(options.utilisationWad, wad)
  const base = rate.baseRay / wadToRay
  const slope1 = rate.slope1Ray / wadToRay
  const slope2 = rate.slope2Ray / wadToRay
  const perYearWad =
    used <= optimal
      ? base + (slope1 * used) / optimal
      : base + slope1 + (slope2 * (used - optimal)) / (wad - optimal)
  return perYearWad / secondsPerYear
}
