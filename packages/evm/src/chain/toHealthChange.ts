import { type HealthChange, toDecimal } from '@behest/spec'
import { maxUint256 } from 'viem'
import type { LiquidationPrice } from './toLiquidationPrices.js'

const wad = 10n ** 18n

/**
 * Writes a health factor as a decimal of six places, rounded down.
 *
 * @param healthWad - Health in wad; the largest number stands for "no debt".
 * @returns The decimal, or `undefined` where there is no debt.
 */
export function toHealthDecimal(healthWad: bigint): string | undefined {
  if (healthWad === maxUint256) return undefined
  return toDecimal(healthWad / 10n ** 12n, 6)
}

/**
 * Computes the health of a Morpho position in wad.
 *
 * @param options.collateralUnits - In the collateral token's smallest unit.
 * @param options.borrowedUnits - In the loan token's smallest unit.
 * @param options.price - Of the market's oracle, scaled by 1e36.
 * @param options.lltv - Liquidation loan-to-value in wad.
 * @returns Health in wad, or the largest number where nothing is borrowed.
 */
export function getMorphoHealth(options: {
  readonly collateralUnits: bigint
  readonly borrowedUnits: bigint
  readonly price: bigint
  readonly lltv: bigint
}): bigint {
  const { collateralUnits, borrowedUnits, price, lltv } = options
  if (borrowedUnits === 0n) return maxUint256
  const mostUnits = (((collateralUnits * price) / 10n ** 36n) * lltv) / wad
  return (mostUnits * wad) / borrowedUnits
}

/** Builds one line of health; absent where there was and is no debt. */
export function toHealthChange(options: {
  readonly venue: string
  readonly market?: string
  readonly before?: bigint
  readonly after: bigint
  /** Afterwards; left out where there is none. */
  readonly liquidationPrices?: readonly LiquidationPrice[]
}): HealthChange | undefined {
  const { venue, market, liquidationPrices = [] } = options
  const before =
    options.before === undefined ? undefined : toHealthDecimal(options.before)
  const after = toHealthDecimal(options.after)
  if (before === undefined && after === undefined) return undefined
  return {
    venue,
    ...(market === undefined ? {} : { market }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(liquidationPrices.length === 0
      ? {}
      : { liquidationPrices: [...liquidationPrices] }),
  }
}
