import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isToken, isVenue, opensHere, word } from './words.js'

/** `1.25 weth out of compound`: an order whose verb is left unsaid. */
export function readOutOf(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const number = items[index] as Item
  const place = items[index + 4]
  return opensHere(items[index - 1]) &&
    isToken(items[index + 1]) &&
    textOf(items[index + 2]) === 'out' &&
    textOf(items[index + 3]) === 'of' &&
    isVenue(place) &&
    getVenueKind(place.senses.venue ?? '') === 'lending'
    ? {
        items: [word('withdraw', number, number.start), number],
        next: index + 1,
      }
    : undefined
}
