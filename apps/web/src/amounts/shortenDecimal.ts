const significantDigits = 5
const scales = [
  [15, 'Q'],
  [12, 'T'],
  [9, 'B'],
  [6, 'M'],
] as const

/**
 * Shortens a decimal for pictures, cut and never rounded up: `1.067368` is
 * `1.0673`, `100907.11` is `100,907`, `12345678` is `12.34M`.
 *
 * Where an amount is agreed to, it is shown whole instead.
 */
export function shortenDecimal(decimal: string): string {
  const sign = decimal.startsWith('-') ? '-' : ''
  const [whole = '0', fraction = ''] = decimal.slice(sign.length).split('.')
  for (const [digits, name] of scales) {
    if (whole.length <= digits) continue
    const head = whole.slice(0, -digits)
    const tail = whole.slice(-digits).slice(0, 2).replace(/0+$/, '')
    return `${sign}${group(head)}${tail === '' ? '' : `.${tail}`}${name}`
  }
  if (whole.length >= significantDigits) return sign + group(whole)
  const leadingZeros =
    whole === '0' ? (/^0*/.exec(fraction)?.[0].length ?? 0) : 0
  const places =
    whole === '0'
      ? leadingZeros + significantDigits - 1
      : significantDigits - whole.length
  const kept = fraction.slice(0, places).replace(/0+$/, '')
  return `${sign}${group(whole)}${kept === '' ? '' : `.${kept}`}`
}

function group(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',')
}
