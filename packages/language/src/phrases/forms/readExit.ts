import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { endsHere, type Fold, isVenue, word } from './words.js'

/** `exit aave`: out of the protocol, whatever else bears its name. */
export function readExit(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  const place = items[index + 1]
  return /^(?:exit|leave|quit)$/.test(textOf(first)) &&
    isVenue(place) &&
    getVenueKind(place.senses.venue ?? '') === 'lending' &&
    (endsHere(items[index + 2]) ||
      /^(?:on|completely|fully|entirely)$/.test(textOf(items[index + 2])))
    ? {
        items: [word('exit', first), word('from', place, place.start), place],
        next: index + 2,
      }
    : undefined
}
