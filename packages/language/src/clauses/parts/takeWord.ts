import { type Item, textOf } from '../../text/Item.js'
import { DETERMINERS } from './cues.js'
import { toQuantity } from './toQuantity.js'
import { inherit, place, type Walk } from './Walk.js'

/** Takes any other word or number as it stands. */
export function takeWord(walk: Walk, item: Item): boolean {
  const { parts } = walk
  const { start, end } = item
  const word = textOf(item)

  if (item.type === 'word') {
    parts.push({ type: 'word', text: word, start, end })
    if (!DETERMINERS.test(word) && item.senses.verb !== undefined) walk.cue = ''
    if (word === 'each' || word === 'apiece') {
      for (let at = parts.length - 1; at >= 0; at -= 1) {
        const part = parts[at]
        if (part?.type !== 'money') continue
        parts[at] = { ...part, each: true }
        break
      }
    }
    // `… to usdc and tell me the hash`: what goes on is no list.
    if (
      !DETERMINERS.test(word) &&
      !/^(?:also|maybe|even|then|please)$/.test(word)
    )
      walk.joined = false
  } else if (item.type === 'number') {
    place(walk, {
      type: 'money',
      start,
      end,
      ...inherit(walk),
      amount: { start, end, value: toQuantity(item) },
    })
  }
  walk.index += 1
  return true
}
