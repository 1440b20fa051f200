import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isToken, isVerb, NEAR, word } from './words.js'

/** `30 usdc turned into dai`, `6,000 dai be held as usdc` */
export function readTurned(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const amount = items[index] as Item
  const token = items[index + 1]
  if (!isToken(token)) return undefined
  let at = index + 2
  while (/^(?:should|must|to|needs|be|is|all)$/.test(textOf(items[at]))) at += 1
  const be = at > index + 2
  const how = `${textOf(items[at])} ${textOf(items[at + 1])}`
  if (
    !/^(?:turned|changed|converted|made|flipped) (?:into|to)$/.test(how) &&
    !(be && /^(?:held|kept|sitting) (?:as|in)$/.test(how))
  )
    return undefined
  const goal = items[at + 2]
  if (!isToken(goal) && goal?.type !== 'address') return undefined
  // A verb of its own says what is to be done with it.
  if (
    items
      .slice(Math.max(0, index - NEAR), index)
      .some(
        (item) =>
          isVerb(item) && !/^(?:earn|get)$/.test(item.senses.verb ?? ''),
      )
  )
    return undefined
  const verb = items[at] as Item
  const cue = items[at + 1] as Item
  let next = at + 3
  if (textOf(items[next]) === 'instead') next += 1
  return {
    items: [
      word('then', amount, amount.start),
      word('convert', verb),
      amount,
      token,
      word('to', cue),
      goal,
    ],
    next,
  }
}
