import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isToken, word } from './words.js'

/** `buy 0.3 eth funded from my usdc`: what it is paid with. */
export function readPaidFrom(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (
    !/^(?:funded|financed|covered|paid|payable|sourced)$/.test(textOf(first)) ||
    !(isToken(items[index - 1]) || isCount(items[index - 1]))
  )
    return undefined
  let at = index + 1
  if (textOf(items[at]) === 'for') at += 1
  if (!/^(?:from|by|with|out of|out|using|in)$/.test(textOf(items[at])))
    return undefined
  if (textOf(items[at]) === 'out') at += 1
  at += 1
  while (/^(?:my|the|our|some|of)$/.test(textOf(items[at]))) at += 1
  return isToken(items[at])
    ? { items: [word('with', first)], next: at }
    : undefined
}
