import { type Item, textOf } from '../../text/Item.js'
import { CUES, TRADE } from './cues.js'
import { isTokenHere } from './isTokenHere.js'
import { isPlaceItem, isPlaceless, readLabel } from './readLabel.js'
import type { Walk } from './Walk.js'

/** Takes the small word that ties what follows: `to`, `with`, `on chain`. */
export function takeCue(walk: Walk, item: Item): boolean {
  const { items, sense, parts } = walk
  const { start, end } = item
  const word = textOf(item)

  // `split 1 eth 50/50`: how, and not how much.
  if (item.type === 'number' && /^(\d+) [/⁄] \1$/.test(item.text)) {
    parts.push({ type: 'word', text: 'evenly', start, end })
    walk.index += 1
    return true
  }
  // `send 3 dai 2 alice.eth`, `convert 5 usdc 2 eth`
  const behind2 = items[walk.index + 1]
  const before2 = parts.at(-1)
  if (
    item.type === 'number' &&
    /^[24]$/.test(item.text) &&
    item.spaced &&
    (item.text === '2' || TRADE.test(sense)) &&
    behind2 !== undefined &&
    before2?.type === 'money' &&
    before2.amount !== undefined &&
    before2.token !== undefined &&
    (behind2.type === 'name' ||
      behind2.type === 'address' ||
      (TRADE.test(sense) &&
        behind2.type === 'word' &&
        behind2.senses.token !== undefined &&
        !walk.joined &&
        !items.some((each) => /^(?:to|for|into|→)$/.test(textOf(each)))))
  ) {
    walk.cue = 'to'
    walk.joined = false
    walk.index += 1
    return true
  }
  // `500 usdc from base 2 arb`
  if (
    item.type === 'number' &&
    item.text === '2' &&
    item.spaced &&
    before2?.type === 'chain' &&
    behind2?.type === 'word' &&
    behind2.senses.chain !== undefined
  ) {
    walk.cue = 'to'
    walk.joined = false
    walk.index += 1
    return true
  }
  // `the token at 0x…`: where its contract is, and no cue of its own.
  if (word === 'at' && items[walk.index + 1]?.type === 'address') {
    walk.index += 1
    return true
  }
  // `chain arbitrum`, `venue: gmx`: what the place is said to be.
  const labelled = readLabel(items, walk.index)
  if (labelled !== undefined) {
    walk.cue = labelled.cue
    walk.joined = false
    walk.index = labelled.next
    return true
  }
  const next =
    word === 'across' && sense === 'split'
      ? 'to'
      : word === 'over' && isPlaceItem(items[walk.index + 1])
        ? 'via'
        : word === 'too' &&
            TRADE.test(sense) &&
            isPlaceless(items[walk.index + 1]) &&
            parts.at(-1)?.type === 'money'
          ? 'to'
          : CUES[word]
  if (
    next !== undefined &&
    !(item.type === 'number') &&
    !isTokenHere(item, items, walk.index)
  ) {
    // `of` inside a noun phrase was taken with it; here it ties to a noun.
    if (!(next === 'of' && walk.cue !== '')) walk.cue = next
    // `to usdc and to dai` is a list; `, on base` begins something new.
    walk.joined =
      walk.joined &&
      (next === 'of' ||
        (/^(?:and|&|plus)$/.test(textOf(items[walk.index - 1])) &&
          /^(?:to|for)$/.test(next)))
    walk.index += 1
    return true
  }
  return false
}
