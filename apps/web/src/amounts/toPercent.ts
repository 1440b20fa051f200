/** Writes a share as a percentage, cut to places: `'0.02094'` is `'2.09'`. */
export function toPercent(share: string, places = 2): string {
  const sign = share.startsWith('-') ? '-' : ''
  const [whole = '0', fraction = ''] = share.slice(sign.length).split('.')
  const digits = `${whole}${fraction.padEnd(2, '0').slice(0, 2)}`
  const rest = fraction.slice(2, 2 + places).replace(/0+$/, '')
  const units = digits.replace(/^0+(?=\d)/, '')
  return `${sign}${units}${rest === '' ? '' : `.${rest}`}`
}
