const secondsPerYear = 31_536_000n
const ray = 10n ** 27n

/**
 * What is added to a balance that goes on earning or owing interest until the
 * block that acts on it. Blocks can come late, and a chain that stood still
 * jumps to the present with its next block; a day covers that and is still
 * nothing: 0.01 % at 4 % a year.
 */
const interestSeconds = 86_400n

/** Scaled balances and shares round; a few units either way is nobody's doing. */
export const roundingUnits = 2n

/**
 * Gets the most that a balance can have grown by when a quote is carried out.
 *
 * @param options.units - The balance, in the token's smallest unit.
 * @param options.ratePerYearRay - Interest per year in ray, not compounded.
 * @returns In the token's smallest unit, rounding included.
 */
export function getInterestUnits(options: {
  readonly units: bigint
  readonly ratePerYearRay: bigint
}): bigint {
  const { units, ratePerYearRay } = options
  if (units === 0n) return 0n
  const interest =
    (units * ratePerYearRay * interestSeconds) / (secondsPerYear * ray)
  return interest + 1n + roundingUnits
}

/** The smaller of two amounts. */
export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** What is left of an amount, never less than nothing. */
export function subtract(units: bigint, taken: bigint): bigint {
  return units > taken ? units - taken : 0n
}
