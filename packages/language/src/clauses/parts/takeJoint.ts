import { type Item, textOf } from '../../text/Item.js'
import type { Walk } from './Walk.js'

/** Takes arrows, commas, `and` and `or`, and the words that only go on with the same order. */
export function takeJoint(walk: Walk, item: Item): boolean {
  const { items, sense, parts } = walk
  const { start, end } = item
  const word = textOf(item)

  // `->` and `=>`
  if (/^[-=]$/.test(word) && textOf(items[walk.index + 1]) === '>') {
    walk.cue = 'to'
    walk.joined = false
    walk.index += 2
    return true
  }
  if (item.type === 'symbol') {
    if (/^[,&+]$/.test(word)) walk.joined = true
    else if (word === '→' || word === '>') walk.cue = 'to'
    else if (word === '@')
      walk.cue =
        items[walk.index + 1]?.type === 'number' ||
        textOf(items[walk.index + 1]) === '$'
          ? 'at'
          : 'on'
    else if (
      word === '#' &&
      items[walk.index + 1]?.type === 'number' &&
      /^(?:in|issue|ticket|pr|see|per|re|task)$/.test(
        textOf(items[walk.index - 1]),
      )
    )
      // `as discussed in #482`
      walk.index += 1
    else if (word === '#' && items[walk.index + 1]?.type === 'number') {
      parts.push({
        type: 'problem',
        start,
        end: items[walk.index + 1]?.end ?? end,
        problem: { reason: 'Behest does not move NFTs.' },
      })
      walk.index += 1
    }
    walk.index += 1
    return true
  }
  if (/^(?:and|plus|or)$/.test(word)) {
    walk.joined = true
    walk.either = word === 'or'
    walk.index += 1
    return true
  }
  // `… to usdc, but leave 0.1 eth for gas`: what stays of the whole.
  // `…, it's on arbitrum`: where it is by now.
  if (
    sense === 'bridge' &&
    (/^(?:its|it's|they're)$/.test(word) ||
      (/^(?:it|they)$/.test(word) &&
        /^(?:is|are)$/.test(textOf(items[walk.index + 1])))) &&
    /^(?:on|in)$/.test(
      textOf(items[walk.index + (/^(?:it|they)$/.test(word) ? 2 : 1)]),
    )
  ) {
    walk.cue = 'from'
    walk.joined = false
    walk.index += /^(?:it|they)$/.test(word) ? 3 : 2
    return true
  }
  // `… make it on arbitrum`, `do it on base`: about the same order.
  if (/^(?:make|do)$/.test(word) && textOf(items[walk.index + 1]) === 'it') {
    walk.index += 2
    return true
  }
  return false
}
