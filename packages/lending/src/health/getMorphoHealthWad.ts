import { RateInputError } from '../errors/RateInputError.js'
import { wadDivDown, wadMulDown } from '../math/fixedPoint.js'
import { noDebtHealthWad } from './getHealth.js'

const oraclePriceScale = 10n ** 36n

/**
 * Computes the health of a Morpho Blue position, each step cut as Morpho does.
 *
 * @param options.collateralUnits - In the collateral's smallest unit.
 * @param options.borrowUnits - Owed, in the loan token's smallest unit.
 * @param options.oraclePrice - Loan units for one collateral unit, times 1e36.
 * @param options.lltvWad - The market's liquidation loan-to-value, in wad.
 * @returns Wad; `noDebtHealthWad` without debt.
 * @throws {RateInputError} when a figure is negative.
 */
export function getMorphoHealthWad(options: {
  readonly collateralUnits: bigint
  readonly borrowUnits: bigint
  readonly oraclePrice: bigint
  readonly lltvWad: bigint
}): bigint {
  const { collateralUnits, borrowUnits, oraclePrice, lltvWad } = options
  for (const [field, value] of Object.entries(options))
    if (value < 0n) throw new RateInputError({ field, value })
  if (borrowUnits === 0n) return noDebtHealthWad
  const value = (collateralUnits * oraclePrice) / oraclePriceScale
  return wadDivDown(wadMulDown(value, lltvWad), borrowUnits)
}
