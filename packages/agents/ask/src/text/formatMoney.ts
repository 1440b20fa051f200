import { toDecimal } from '@behest/spec'

/**
 * Computes what an amount is worth in US dollars, to the last digit.
 *
 * @param options.units - In the token's smallest unit.
 * @param options.decimals - Decimals of the token.
 * @param options.priceUsdE8 - US dollars for one whole token, times 1e8.
 * @returns A plain decimal, exact.
 */
export function toUsd(options: {
  readonly units: bigint
  readonly decimals: number
  readonly priceUsdE8: bigint
}): string {
  const { units, decimals, priceUsdE8 } = options
  return toDecimal(units * priceUsdE8, decimals + 8)
}

/**
 * Cuts a decimal for reading. Never rounds up: nobody has more than they read.
 *
 * @param decimal - A plain decimal, not negative.
 * @param places - Most digits after the point.
 * @returns The decimal; `'<0.01'` where only digits beyond the places are left.
 */
export function cutDecimal(decimal: string, places: number): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  const kept = fraction.slice(0, places).replace(/0+$/, '')
  if (whole === '0' && kept === '' && /[1-9]/.test(fraction))
    return `<0.${'0'.repeat(places - 1)}1`
  return kept === '' ? whole : `${whole}.${kept}`
}

/** Writes dollars for reading: `$1234.56`. */
export function formatUsd(decimal: string): string {
  const cut = cutDecimal(decimal, 2)
  return cut.startsWith('<') ? `less than $${cut.slice(1)}` : `$${cut}`
}

/**
 * Writes a rate per year for reading.
 *
 * @param ratePerYear - A plain decimal: `'0.0208'`.
 * @returns Per cent, cut to two digits: `'2.08 %'`.
 */
export function formatPercent(ratePerYear: string): string {
  const [whole = '0', fraction = ''] = ratePerYear.split('.')
  const digits = fraction.padEnd(2, '0')
  const percent = `${BigInt(whole + digits.slice(0, 2))}.${digits.slice(2)}`
  return `${cutDecimal(percent.replace(/\.$/, ''), 2)} %`
}
