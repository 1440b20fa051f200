import { RateInputError } from '../errors/RateInputError.js'
import { percentMul, ray, rayDiv, rayMul } from '../math/fixedPoint.js'

/** A borrow curve of two straight lines, as Aave stores it, in ray per year. */
export type TwoSlopeRate = {
  /** The use at which the slope changes, in ray. */
  readonly optimalUsageRay: bigint
  /** The rate at no use. */
  readonly baseRay: bigint
  /** What the first line adds between no use and the optimal use. */
  readonly slope1Ray: bigint
  /** What the second line adds between the optimal use and full use. */
  readonly slope2Ray: bigint
}

/**
 * The generations of Aave V3 rate strategies that round differently. `3.0`
 * (3.0.x and 3.1) weighs stable and variable debt in 27 digits before it takes
 * the supplier's share; `3.2` and later know one debt and take it directly.
 */
export type AaveV3Version = '3.0' | '3.2'

export type AaveV3RatesOptions = {
  readonly version: AaveV3Version
  /**
   * What lies in the reserve, in the token's smallest unit: the aToken's
   * balance of the token in 3.0.x, the virtual balance from 3.1 on.
   */
  readonly availableUnits: bigint
  /** The variable debt, in the token's smallest unit. */
  readonly debtUnits: bigint
  /** Minted through bridges without cover, in the token's smallest unit. */
  readonly unbackedUnits?: bigint
  readonly reserveFactorBps: number
  readonly rate: TwoSlopeRate
}

/** Rates of one market, all in ray; the rates per year and not compounded. */
export type LendingRates = {
  readonly utilisationRay: bigint
  readonly supplyRateRay: bigint
  readonly borrowRateRay: bigint
}

/**
 * Computes an Aave V3 reserve's rates to the last digit.
 *
 * Follows the order and the half-up rounding of the deployed strategies.
 *
 * @param options.availableUnits - In the token's smallest unit.
 * @param options.debtUnits - In the token's smallest unit.
 * @param options.unbackedUnits - In the token's smallest unit, 0 when absent.
 * @param options.reserveFactorBps - 0 to 10000.
 * @param options.rate - The borrow curve, in ray per year.
 * @returns The use and both rates, in ray (per year).
 * @throws {RateInputError} when an amount is negative, the reserve factor is
 *   not in 0..10000, or the optimal use is 0 or above 1.
 */
export function getAaveV3Rates(options: AaveV3RatesOptions): LendingRates {
  const { availableUnits, debtUnits, rate, version } = options
  const unbackedUnits = options.unbackedUnits ?? 0n
  assertNotNegative('availableUnits', availableUnits)
  assertNotNegative('debtUnits', debtUnits)
  assertNotNegative('unbackedUnits', unbackedUnits)
  const { reserveFactorBps } = options
  if (
    !Number.isInteger(reserveFactorBps) ||
    reserveFactorBps < 0 ||
    reserveFactorBps > 10_000
  )
    throw new RateInputError({
      field: 'reserveFactorBps',
      value: reserveFactorBps,
    })

  if (debtUnits === 0n)
    return {
      utilisationRay: 0n,
      supplyRateRay: 0n,
      borrowRateRay: rate.baseRay,
    }

  const total = availableUnits + debtUnits
  const utilisationRay = rayDiv(debtUnits, total)
  const supplyUsageRay = rayDiv(debtUnits, total + unbackedUnits)
  const borrowRateRay = getTwoSlopeBorrowRateRay({ rate, utilisationRay })
  const paidRay =
    version === '3.0' ? weighDebt(debtUnits, borrowRateRay) : borrowRateRay

  return {
    utilisationRay,
    supplyRateRay: percentMul(
      rayMul(paidRay, supplyUsageRay),
      BigInt(10_000 - reserveFactorBps),
    ),
    borrowRateRay,
  }
}

/**
 * Reads a two-slope curve at one use, with Aave's rounding.
 *
 * @param options.rate - The curve, in ray per year.
 * @param options.utilisationRay - The use, in ray.
 * @returns Ray per year.
 * @throws {RateInputError} when the optimal use is 0 or above 1.
 */
export function getTwoSlopeBorrowRateRay(options: {
  readonly rate: TwoSlopeRate
  readonly utilisationRay: bigint
}): bigint {
  const { rate, utilisationRay } = options
  const { optimalUsageRay, baseRay, slope1Ray, slope2Ray } = rate
  if (optimalUsageRay <= 0n || optimalUsageRay > ray)
    throw new RateInputError({
      field: 'optimalUsageRay',
      value: optimalUsageRay,
    })
  if (utilisationRay <= optimalUsageRay)
    return baseRay + rayDiv(rayMul(slope1Ray, utilisationRay), optimalUsageRay)
  const excessRay = rayDiv(
    utilisationRay - optimalUsageRay,
    ray - optimalUsageRay,
  )
  return baseRay + slope1Ray + rayMul(slope2Ray, excessRay)
}

/** 3.0.x averages over two kinds of debt, which costs digits on small debts. */
function weighDebt(debtUnits: bigint, rateRay: bigint): bigint {
  const debtRay = debtUnits * 1_000_000_000n
  return rayDiv(rayMul(debtRay, rateRay), debtRay)
}

function assertNotNegative(field: string, value: bigint): void {
  if (value < 0n) throw new RateInputError({ field, value })
}
