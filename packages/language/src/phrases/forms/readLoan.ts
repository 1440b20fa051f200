import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isToken, word } from './words.js'

/** `take a 500 usdc loan against 1 eth`, `i would like a loan of 200 usdc` */
export function readLoan(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (
    !/^(?:take|take out|get|open|need|want|like|request)$/.test(textOf(first))
  )
    return undefined
  let at = index + 1
  while (at < index + 4 && /^(?:out|me|a|an|my)$/.test(textOf(items[at])))
    at += 1
  if (
    textOf(items[at]) === 'loan' &&
    /^(?:of|for)$/.test(textOf(items[at + 1])) &&
    isCount(items[at + 2]) &&
    isToken(items[at + 3])
  )
    return { items: [word('borrow', first)], next: at + 2 }
  if (at === index + 1 || !isCount(items[at]) || !isToken(items[at + 1]))
    return undefined
  return textOf(items[at + 2]) === 'loan'
    ? {
        items: [word('borrow', first), ...items.slice(at, at + 2)],
        next: at + 3,
      }
    : undefined
}
