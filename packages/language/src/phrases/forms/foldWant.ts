import { type Item, textOf } from '../../text/Item.js'
import { isCount, isToken, isVerb, word } from './words.js'

/** `i have 90 dai, i want it to become usdt`: what it is turned into. */
export function foldWant(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      /^(?:have|got|hold)$/.test(textOf(item)) &&
      /^(?:i|i've|we)$/.test(textOf(items[index - 1])) &&
      items[index + 1]?.type === 'number' &&
      isToken(items[index + 2]),
  )
  const have = items[at]
  if (have === undefined) return items
  const want = items.findIndex(
    (item, index) =>
      index > at + 2 &&
      /^(?:want|need|like|wish)$/.test(textOf(item)) &&
      /^(?:it|them|that|this)$/.test(textOf(items[index + 1])),
  )
  if (want < 0 || want > at + 14) return items
  let to = want + 2
  while (
    /^(?:to|be|become|as|in|into|turned|all|changed)$/.test(textOf(items[to]))
  )
    to += 1
  const goal = items[to]
  const gap = items.slice(at + 3, want)
  if (
    to === want + 2 ||
    !isToken(goal) ||
    gap.some((item) => isVerb(item) || isCount(item) || item.type === 'address')
  )
    return items
  const cue = items[to - 1] as Item
  return [
    ...items.slice(0, Math.max(0, at - 1)),
    word('convert', have),
    ...items.slice(at + 1, at + 3),
    word('to', cue),
    ...items.slice(to),
  ]
}
