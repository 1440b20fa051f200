import { type Item, textOf } from '../../text/Item.js'
import { SKIPPED } from '../heads/edges.js'
import { CONNECTORS } from './hasConnector.js'

/** Where one clause ends and the next one begins. */
export function findBorder(
  items: readonly Item[],
  from: number,
  head: number,
): { end: number; next: number; joined: boolean } {
  let at = head - 1
  let firstSkipped = head
  let skipping = true
  while (at >= from) {
    const item = items[at]
    const word = textOf(item)
    const connector =
      item !== undefined &&
      (item.type === 'word' || item.type === 'symbol') &&
      CONNECTORS.test(word) &&
      !(word === '-' && !item.spaced)
    if (connector) {
      // `withdraw it and, if eth is low, swap it`: it is what comes that waits.
      if (items[at - 1]?.type === 'conditions') {
        let start = at - 2
        if (textOf(items[start]) === ',') start -= 1
        if (start > from && /^(?:and|then|but|;)$/.test(textOf(items[start])))
          return { end: start, next: at - 1, joined: false }
      }
      let end = at
      const words = [word]
      while (
        end > from &&
        (CONNECTORS.test(textOf(items[end - 1])) ||
          /^(?:once|that|done|this|by|so)$/.test(textOf(items[end - 1]))) &&
        items[end - 1]?.type !== 'number'
      ) {
        // `that` belongs to the border only behind `after`.
        if (/^(?:that|this|done|by|so|once)$/.test(textOf(items[end - 1])))
          break
        end -= 1
        words.push(textOf(items[end]))
      }
      return {
        end,
        next: at + 1,
        joined: words.every((each) => /^(?:and|&|,|\+|plus)$/.test(each)),
      }
    }
    // `wrap it send the weth`: the object of the verb right before it.
    const object = at === from && /^(?:it|them|all)$/.test(word)
    if (skipping && SKIPPED.test(word) && !object) firstSkipped = at
    else skipping = false
    at -= 1
  }
  return { end: firstSkipped, next: firstSkipped, joined: false }
}
