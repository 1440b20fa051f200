import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isToken, isVerb, NEAR, word } from './words.js'

/** `borrow 500 usdc, 1 eth as collateral`: what backs the loan. */
export function readAsCollateral(
  items: readonly Item[],
  index: number,
  kept: Item[],
): Fold | undefined {
  const amount = items[index] as Item
  const token = items[index + 1]
  if (!isToken(token) || textOf(items[index + 2]) !== 'as') return undefined
  let at = index + 3
  if (/^(?:the|my|a)$/.test(textOf(items[at]))) at += 1
  if (!/^(?:collateral|security|backing)$/.test(textOf(items[at])))
    return undefined
  const verb = kept.slice(-NEAR).findLast((item) => isVerb(item))
  if (!isVerb(verb) || verb.senses.verb !== 'borrow') return undefined
  const before = textOf(kept.at(-1))
  if (/^(?:against|with|using)$/.test(before)) return undefined
  if (/^(?:,|and)$/.test(before)) kept.pop()
  return {
    items: [word('against', amount, amount.start), amount, token],
    next: at + 1,
  }
}
