import { toGrouped } from './toGrouped.js'

const placesShown = 6

/** Cuts digits that nobody reads in a sentence, and shows that it did. */
export function cutDecimal(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return fraction.length <= placesShown
    ? toGrouped(decimal)
    : `${toGrouped(whole)}.${fraction.slice(0, placesShown)}…`
}
