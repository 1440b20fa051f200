import { toDecimal, toUnits } from '@behest/spec'
import { HealthFloorError } from '../errors/HealthFloorError.js'
import { RateInputError } from '../errors/RateInputError.js'
import { wad } from '../math/fixedPoint.js'
import { noDebtHealthWad } from './getHealth.js'

/** Under this health factor a preview carries a warning: 1.5, in wad. */
export const healthWarningWad = (3n * wad) / 2n

/** What a health factor means for the preview. */
export type HealthVerdict = {
  readonly type: 'no-debt' | 'safe' | 'warning'
  readonly healthWad: bigint
}

/**
 * Asserts that a health factor is at or above the user's floor.
 *
 * @param options.healthWad - The health after the action, in wad.
 * @param options.floorWad - The user's floor in wad; 1 when absent.
 * @param options.warningWad - Warned below this, in wad; 1.5 when absent.
 * @returns Whether to warn.
 * @throws {RateInputError} when the floor is below 1: that is liquidation.
 * @throws {HealthFloorError} when the health is below the floor.
 */
export function assertHealthFloor(options: {
  readonly healthWad: bigint
  readonly floorWad?: bigint
  readonly warningWad?: bigint
}): HealthVerdict {
  const { healthWad } = options
  const floorWad = options.floorWad ?? wad
  assertFloor(floorWad)
  if (healthWad < floorWad) throw new HealthFloorError({ healthWad, floorWad })
  if (healthWad === noDebtHealthWad) return { type: 'no-debt', healthWad }
  const isLow = healthWad < (options.warningWad ?? healthWarningWad)
  return { type: isLow ? 'warning' : 'safe', healthWad }
}

/** @throws {RateInputError} when a floor would allow liquidation. */
export function assertFloor(floorWad: bigint): void {
  if (floorWad < wad)
    throw new RateInputError({
      field: 'floorWad',
      value: toDecimal(floorWad, 18),
    })
}

/**
 * Parses a health factor as a person writes it.
 *
 * @param decimal - Such as `1.8`.
 * @returns Wad.
 * @throws {DecimalMalformedError} when it is not a plain decimal.
 * @throws {TooManyDecimalsError} when it has more than 18 decimals.
 */
export function parseHealthWad(decimal: string): bigint {
  return toUnits(decimal, 18)
}

/**
 * Writes a health factor for people and for `HealthChange`, cut to 4 decimals.
 *
 * @param healthWad - Wad.
 * @returns Such as `1.8231`, or `undefined` where there is no debt.
 */
export function toDecimalHealth(healthWad: bigint): string | undefined {
  if (healthWad === noDebtHealthWad) return undefined
  return toDecimal(healthWad / 10n ** 14n, 4)
}
