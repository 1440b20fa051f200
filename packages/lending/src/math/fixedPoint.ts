import { RateInputError } from '../errors/RateInputError.js'

/** One in Aave's 27-digit fixed point. */
export const ray = 10n ** 27n

/** One in the 18-digit fixed point of Morpho, Compound and Aave's health. */
export const wad = 10n ** 18n

/** The year of every protocol here: 365 days, in seconds. */
export const secondsPerYear = 31_536_000n

const halfRay = ray / 2n
const bpsPerOne = 10_000n
const halfBpsPerOne = bpsPerOne / 2n

/**
 * Multiplies two rays, half up, as Aave's WadRayMath does.
 *
 * @param a - Ray.
 * @param b - Ray.
 * @returns Ray.
 */
export function rayMul(a: bigint, b: bigint): bigint {
  return (a * b + halfRay) / ray
}

/**
 * Divides two rays, half up, as Aave's WadRayMath does.
 *
 * @param a - Ray.
 * @param b - Ray, not zero.
 * @returns Ray.
 * @throws {RateInputError} when `b` is zero.
 */
export function rayDiv(a: bigint, b: bigint): bigint {
  assertDivisor(b)
  return (a * ray + b / 2n) / b
}

/**
 * Takes a share in basis points, half up, as Aave's PercentageMath does.
 *
 * @param value - Any unit.
 * @param bps - Basis points.
 * @returns The unit of `value`.
 */
export function percentMul(value: bigint, bps: bigint): bigint {
  return (value * bps + halfBpsPerOne) / bpsPerOne
}

/** Divides two wads, half up, as Aave does for its health factor. */
export function wadDivHalfUp(a: bigint, b: bigint): bigint {
  assertDivisor(b)
  return (a * wad + b / 2n) / b
}

/** Multiplies two wads towards zero: Morpho's `wMulDown` and `wMulToZero`. */
export function wadMulDown(a: bigint, b: bigint): bigint {
  return (a * b) / wad
}

/** Divides two wads towards zero: Morpho's `wDivDown` and `wDivToZero`. */
export function wadDivDown(a: bigint, b: bigint): bigint {
  assertDivisor(b)
  return (a * wad) / b
}

/** Divides two non-negative integers, up. */
export function divideUp(a: bigint, b: bigint): bigint {
  assertDivisor(b)
  return (a + b - 1n) / b
}

/** Turns a rate per second in wad into a rate per year in ray. */
export function toRayPerYear(perSecondWad: bigint): bigint {
  return perSecondWad * secondsPerYear * 1_000_000_000n
}

/** The smaller of two integers. */
export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** The larger of two integers. */
export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/**
 * Renders a ray as a decimal string, cut (never rounded) to 18 digits.
 *
 * @param value - Ray, may be negative.
 * @returns Such as `0.0425` or `-0.1`; no exponent, no trailing zeros.
 */
export function toDecimalRate(value: bigint): string {
  const digits = (value < 0n ? -value : value) / 1_000_000_000n
  const whole = digits / wad
  const fraction = (digits % wad).toString().padStart(18, '0')
  const shown = fraction.replace(/0+$/, '')
  const text = shown === '' ? `${whole}` : `${whole}.${shown}`
  return value < 0n && digits > 0n ? `-${text}` : text
}

function assertDivisor(divisor: bigint): void {
  if (divisor === 0n) throw new RateInputError({ field: 'divisor', value: 0n })
}
