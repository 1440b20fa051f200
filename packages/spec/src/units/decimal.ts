import { BehestError } from '../errors/BehestError.js'

/**
 * Turns a human amount into the smallest unit. The only place that does.
 *
 * @param decimalAmount - Plain decimal, e.g. `'1.5'`.
 * @param decimals - Decimals of the token.
 * @returns The amount in the smallest unit.
 * @throws {DecimalMalformedError} when it is not a plain decimal.
 * @throws {TooManyDecimalsError} when digits other than 0 would be lost.
 */
export function toUnits(decimalAmount: string, decimals: number): bigint {
  const match = /^(-?)(\d{1,96})(?:\.(\d{1,96}))?$/.exec(decimalAmount)
  if (!match) throw new DecimalMalformedError({ decimalAmount })
  const [, sign = '', whole = '0', fraction = ''] = match
  const trimmed = fraction.replace(/0+$/, '')
  if (trimmed.length > decimals)
    throw new TooManyDecimalsError({ decimalAmount, decimals })
  const units = BigInt(whole + trimmed.padEnd(decimals, '0'))
  return sign === '-' ? -units : units
}

/**
 * Writes an amount in the smallest unit as a plain decimal, exactly.
 *
 * @param units - Amount in the smallest unit.
 * @param decimals - Decimals of the token.
 * @returns E.g. `'1.5'`; no trailing zeros, no exponent.
 */
export function toDecimal(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : ''
  const digits = (units < 0n ? -units : units)
    .toString()
    .padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
}

/** Thrown when a human amount is not a plain decimal. */
export class DecimalMalformedError extends BehestError {
  readonly code = 'DECIMAL_MALFORMED'
  readonly retry = 'ask-user'

  constructor(facts: { decimalAmount: string }) {
    super(
      `"${facts.decimalAmount.slice(0, 60)}" is not an amount. Write it in digits, such as 1.5.`,
      { facts },
    )
  }
}

/** Thrown when an amount has more decimals than its token can hold. */
export class TooManyDecimalsError extends BehestError {
  readonly code = 'TOO_MANY_DECIMALS'
  readonly stage = 'intent'
  readonly retry = 'ask-user'

  constructor(facts: { decimalAmount: string; decimals: number }) {
    super(
      `${facts.decimalAmount.slice(0, 60)} has more decimals than the token's ${facts.decimals}. Give an amount with at most ${facts.decimals} decimals.`,
      { facts },
    )
  }
}
