import type { Problem } from '../text/Problem.js'

/** A plain decimal, and why it may not be what was meant. */
export type Decimal = { readonly decimal: string; readonly problem?: Problem }

const MOST_DIGITS = 78
/** Countries that write `1.000,5` where others write `1,000.5`. */
const COMMA_DECIMAL =
  /^(?:de|fr|es|it|pt|nl|pl|ru|tr|id|da|sv|nb|no|fi|cs|el|hu|ro|uk|vi|bg|hr|sk|sl|sr)(?:-|$)/

/**
 * Reads digits as people group them: `1,000.50`, `1_000`, `1 000`, `.5`.
 *
 * `1,5` and, where the locale writes decimals with a comma, `1.000` have two
 * readings: both come back as options and none is chosen.
 */
export function readDecimal(text: string, locale?: string): Decimal {
  const plain = text.replace(/[_ ]/g, '')
  const comma = COMMA_DECIMAL.test(locale ?? '')
  if (!plain.includes(',')) {
    if (comma && /^[1-9]\d{0,2}(?:\.\d{3})+$/.test(plain))
      return doubt(text, plain, plain.replaceAll('.', ''))
    return finish(plain)
  }
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(plain)) {
    if (comma && /^\d{1,3},\d{3}$/.test(plain) && plain[0] !== '0')
      return doubt(text, plain.replace(',', ''), plain.replace(',', '.'))
    if (/^0/.test(plain))
      return doubt(text, plain.replace(',', '.'), plain.replaceAll(',', ''))
    return finish(plain.replaceAll(',', ''))
  }
  // Indian grouping: `1,00,000`.
  if (/^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?$/.test(plain))
    return finish(plain.replaceAll(',', ''))
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(plain))
    return finish(plain.replaceAll('.', '').replace(',', '.'))
  const parts = plain.split(',')
  if (parts.length === 2 && /^\d*$/.test(parts.join('')))
    return comma
      ? finish(plain.replace(',', '.'))
      : doubt(text, plain.replace(',', '.'), plain.replace(',', ''))
  return doubt(text, plain.replaceAll(',', ''))
}

/**
 * Shifts the point of a plain decimal to the right, exactly.
 *
 * @param decimal - Plain decimal.
 * @param places - How many places; negative shifts to the left.
 */
export function shiftDecimal(decimal: string, places: number): string {
  const [whole = '', fraction = ''] = decimal.split('.')
  if (places < 0) {
    const padded = whole.padStart(1 - places, '0')
    const cut = padded.length + places
    return tidy(`${padded.slice(0, cut)}.${padded.slice(cut)}${fraction}`)
  }
  const padded = fraction.padEnd(places, '0')
  return tidy(`${whole}${padded.slice(0, places)}.${padded.slice(places)}`)
}

/** Takes leading zeros off the whole part; keeps the decimals as written. */
export function tidy(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.')
  const head = whole.replace(/^0+(?=\d)/, '') || '0'
  return fraction.replace(/0+$/, '') === ''
    ? head
    : `${head}.${fraction.replace(/0+$/, '')}`
}

/**
 * Turns a plain decimal into hundredths of a percent, or nothing where it has
 * more digits than a basis point.
 */
export function toBps(percent: string): number | undefined {
  const shifted = shiftDecimal(percent, 2)
  return /^\d{1,7}$/.test(shifted) ? Number(shifted) : undefined
}

function doubt(text: string, ...options: string[]): Decimal {
  const read = options.map((option) => tidy(option))
  return {
    decimal: read[0] ?? '0',
    problem: {
      reason: `"${text}" can be read in more than one way.`,
      options: [...new Set(read)],
    },
  }
}

function finish(plain: string): Decimal {
  const decimal = tidy(plain.startsWith('.') ? `0${plain}` : plain)
  if (decimal.replace('.', '').length > MOST_DIGITS)
    return {
      decimal: '0',
      problem: { reason: 'That number has more digits than any token.' },
    }
  return { decimal }
}

/**
 * Divides a decimal into equal parts, or gives nothing where the parts are not
 * the same to the last of eighteen places.
 */
export function divideDecimal(
  decimal: string,
  count: number,
): string | undefined {
  const scaled = shiftDecimal(decimal, 18)
  if (!/^\d+$/.test(scaled) || count < 1) return undefined
  const units = BigInt(scaled)
  const parts = BigInt(count)
  return units % parts === 0n
    ? shiftDecimal((units / parts).toString(), -18)
    : undefined
}
