import { RateInputError } from '../errors/RateInputError.js'
import { percentMul, wadDivHalfUp } from '../math/fixedPoint.js'
import type { HealthPosition } from './position.js'

/** The health of a position that owes nothing, as Aave answers it. */
export const noDebtHealthWad = 2n ** 256n - 1n

/** The state of a position's health. Values are in the base currency's unit. */
export type Health = {
  /** The health factor in wad; liquidated below 1, `noDebtHealthWad` without debt. */
  readonly healthWad: bigint
  readonly collateralValueUnits: bigint
  readonly debtValueUnits: bigint
  /** Averages over the collateral by value, cut, as Aave keeps them. */
  readonly averageLtvBps: number
  readonly averageLiquidationThresholdBps: number
  /** How much more may be borrowed by the venue's own rule. */
  readonly borrowableValueUnits: bigint
}

/**
 * Computes a position's health with the rounding of Aave's `getUserAccountData`.
 *
 * @param position - Collaterals and debts of one account at one venue.
 * @returns The health factor in wad and the values it comes from.
 * @throws {RateInputError} when a figure is negative or a factor above 1.
 */
export function getHealth(position: HealthPosition): Health {
  let collateralValueUnits = 0n
  let ltvSum = 0n
  let thresholdSum = 0n
  for (const collateral of position.collaterals) {
    assertFactor('ltvBps', collateral.ltvBps)
    assertFactor('liquidationThresholdBps', collateral.liquidationThresholdBps)
    const value = getValueUnits(collateral)
    collateralValueUnits += value
    ltvSum += value * BigInt(collateral.ltvBps)
    thresholdSum += value * BigInt(collateral.liquidationThresholdBps)
  }
  let debtValueUnits = 0n
  for (const debt of position.debts) debtValueUnits += getValueUnits(debt)

  const isEmpty = collateralValueUnits === 0n
  const averageLtv = isEmpty ? 0n : ltvSum / collateralValueUnits
  const averageThreshold = isEmpty ? 0n : thresholdSum / collateralValueUnits
  const borrowable =
    percentMul(collateralValueUnits, averageLtv) - debtValueUnits
  return {
    healthWad:
      debtValueUnits === 0n
        ? noDebtHealthWad
        : wadDivHalfUp(
            percentMul(collateralValueUnits, averageThreshold),
            debtValueUnits,
          ),
    collateralValueUnits,
    debtValueUnits,
    averageLtvBps: Number(averageLtv),
    averageLiquidationThresholdBps: Number(averageThreshold),
    borrowableValueUnits: borrowable > 0n ? borrowable : 0n,
  }
}

/** The value of an amount in the base currency's unit, cut as Aave cuts it. */
function getValueUnits(asset: {
  readonly units: bigint
  readonly decimals: number
  readonly priceUnits: bigint
}): bigint {
  const { units, decimals, priceUnits } = asset
  if (units < 0n) throw new RateInputError({ field: 'units', value: units })
  if (priceUnits < 0n)
    throw new RateInputError({ field: 'priceUnits', value: priceUnits })
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 77)
    throw new RateInputError({ field: 'decimals', value: decimals })
  return (units * priceUnits) / 10n ** BigInt(decimals)
}

function assertFactor(field: string, bps: number): void {
  if (!Number.isInteger(bps) || bps < 0 || bps > 10_000)
    throw new RateInputError({ field, value: bps })
}
