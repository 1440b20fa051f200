import { type Item, textOf } from '../../text/Item.js'
import { type Fold, opensHere, word } from './words.js'

/** `1inch: 2500 usdc → cbbtc`, `base - swap …`: where, as a heading. */
export function readHeaded(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const place = items[index]
  const mark = items[index + 1]
  const before = items[index - 1]
  if (
    place?.type !== 'word' ||
    (place.senses.venue === undefined && place.senses.chain === undefined) ||
    (before !== undefined && before.type !== 'break' && !opensHere(before))
  )
    return undefined
  const colon = textOf(mark) === ':' && items[index + 2]?.spaced === true
  const dash =
    textOf(mark) === '-' &&
    mark?.spaced === true &&
    items[index + 2]?.spaced === true
  // `eth: …` may be a token as well as a chain.
  if (!(colon || dash) || /^(?:eth|ether|bnb|avax|matic|pol)$/.test(place.text))
    return undefined
  return {
    items: [
      word('on', place, place.start),
      place,
      {
        type: 'symbol',
        text: ',',
        start: (mark as Item).start,
        end: (mark as Item).end,
        spaced: false,
      },
    ],
    next: index + 2,
  }
}
