import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isToken, word } from './words.js'

/** `cancel the usdc allowance`, `kill my dai approval` */
export function readRevoke(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (!/^(?:cancel|kill|undo|delete|nix|remove|drop|zero)$/.test(textOf(first)))
    return undefined
  for (let at = index + 1; at < index + 5; at += 1) {
    const item = items[at]
    if (/^(?:allowance|allowances|approval|approvals)$/.test(textOf(item)))
      return { items: [word('revoke', first)], next: index + 1 }
    if (
      !isToken(item) &&
      !/^(?:the|my|that|all|this|old|spending|token)$/.test(textOf(item))
    )
      return undefined
  }
  return undefined
}
