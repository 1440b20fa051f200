import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { isToken, isVerb, word } from './words.js'

/**
 * `5 usdt > usdc curve`, `3 eth -> dai, 1inch, base`: where it is traded, said
 * behind what is bought and without a word that ties it.
 */
export function foldPlaceBehind(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex((item, index) => isPlace(items, item, index))
  const place = items[at]
  if (place === undefined) return items
  const from = textOf(items[at - 1]) === ',' ? at - 1 : at
  return [
    ...items.slice(0, from),
    word('on', place, place.start),
    ...items.slice(at),
  ]
}

function isPlace(items: readonly Item[], item: Item, index: number): boolean {
  if (item.type !== 'word' || item.senses.venue === undefined) return false
  if (getVenueKind(item.senses.venue) !== 'dex') return false
  const behind = items[index + 1]
  if (
    behind !== undefined &&
    behind.type !== 'break' &&
    !/^(?:[,;.)]|and|then|please|pls|thanks|on)$/.test(textOf(behind))
  )
    return false
  const isListed = textOf(items[index - 1]) === ','
  const token = isListed ? index - 2 : index - 1
  if (!isToken(items[token])) return false
  const isArrow = /^(?:→|>)$/.test(textOf(items[token - 1]))
  // Behind a comma a token of that name could be the next one that is bought.
  if (isListed)
    return (
      isArrow &&
      (item.senses.token === undefined ||
        (textOf(behind) === ',' && !items.some(isVerb)))
    )
  return isArrow || /^(?:to|for|into)$/.test(textOf(items[token - 1]))
}
