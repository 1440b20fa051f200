import { RateInputError } from '../errors/RateInputError.js'
import { toRayPerYear, wad } from '../math/fixedPoint.js'
import type { LendingRates } from './getAaveV3Rates.js'

/** One of Comet's two curves: rates per second in wad, as the contract holds them. */
export type CompoundV3Curve = {
  /** The use at which the slope changes, in wad. */
  readonly kinkWad: bigint
  readonly perSecondBaseWad: bigint
  /** What full use would add below the kink. */
  readonly perSecondSlopeLowWad: bigint
  /** What full use would add above the kink. */
  readonly perSecondSlopeHighWad: bigint
}

export type CompoundV3RatesOptions = {
  /** Present value of all supply of the base token, in its smallest unit. */
  readonly suppliedUnits: bigint
  /** Present value of all debt in the base token, in its smallest unit. */
  readonly borrowedUnits: bigint
  readonly supplyCurve: CompoundV3Curve
  readonly borrowCurve: CompoundV3Curve
}

/**
 * Computes a Compound V3 market's rates to the last digit.
 *
 * Supply and borrow have curves of their own; the use may exceed 1.
 *
 * @param options.suppliedUnits - In the base token's smallest unit.
 * @param options.borrowedUnits - In the base token's smallest unit.
 * @returns The use and both rates, in ray (per year).
 * @throws {RateInputError} when an amount is negative.
 */
export function getCompoundV3Rates(
  options: CompoundV3RatesOptions,
): LendingRates {
  const { suppliedUnits, borrowedUnits, supplyCurve, borrowCurve } = options
  const utilisationWad = getCompoundV3UtilisationWad({
    suppliedUnits,
    borrowedUnits,
  })
  return {
    utilisationRay: utilisationWad * 1_000_000_000n,
    supplyRateRay: toRayPerYear(
      getCompoundV3PerSecondRateWad({ curve: supplyCurve, utilisationWad }),
    ),
    borrowRateRay: toRayPerYear(
      getCompoundV3PerSecondRateWad({ curve: borrowCurve, utilisationWad }),
    ),
  }
}

/**
 * Computes Comet's use.
 *
 * @returns Wad, cut; 0 when nothing is supplied. May exceed 1.
 * @throws {RateInputError} when an amount is negative.
 */
export function getCompoundV3UtilisationWad(options: {
  readonly suppliedUnits: bigint
  readonly borrowedUnits: bigint
}): bigint {
  const { suppliedUnits, borrowedUnits } = options
  if (suppliedUnits < 0n)
    throw new RateInputError({ field: 'suppliedUnits', value: suppliedUnits })
  if (borrowedUnits < 0n)
    throw new RateInputError({ field: 'borrowedUnits', value: borrowedUnits })
  return suppliedUnits === 0n ? 0n : (borrowedUnits * wad) / suppliedUnits
}

/**
 * Reads one of Comet's curves, each product cut at 18 digits.
 *
 * @param options.curve - Rates per second, in wad.
 * @param options.utilisationWad - The use, in wad.
 * @returns The rate per second, in wad.
 */
export function getCompoundV3PerSecondRateWad(options: {
  readonly curve: CompoundV3Curve
  readonly utilisationWad: bigint
}): bigint {
  const { curve, utilisationWad } = options
  const { kinkWad, perSecondBaseWad } = curve
  const low = curve.perSecondSlopeLowWad
  if (utilisationWad <= kinkWad)
    return perSecondBaseWad + (low * utilisationWad) / wad
  return (
    perSecondBaseWad +
    (low * kinkWad) / wad +
    (curve.perSecondSlopeHighWad * (utilisationWad - kinkWad)) / wad
  )
}
