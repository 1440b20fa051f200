import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isVerb, NEAR, word } from './words.js'

/** `borrow 3,300 usdc, put up 2 wsteth`: what backs the loan. */
export function readPledge(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  const said = textOf(first)
  const length =
    /^(?:pledge|pledging|posting|put up|putting up|backed by)$/.test(said)
      ? 1
      : /^(?:put|putting|backed|post)$/.test(said) &&
          /^(?:up|by)$/.test(textOf(items[index + 1]))
        ? 2
        : 0
  if (length === 0 || !isCount(items[index + length])) return undefined
  const borrows = items
    .slice(Math.max(0, index - NEAR), index)
    .findLast((item) => isVerb(item))
  const loan = items
    .slice(Math.max(0, index - NEAR), index)
    .some((item) => textOf(item) === 'loan')
  return (isVerb(borrows) && borrows.senses.verb === 'borrow') || loan
    ? { items: [word('against', first)], next: index + length }
    : undefined
}
