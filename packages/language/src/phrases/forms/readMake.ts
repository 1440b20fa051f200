import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isToken, isVerb, NEAR, word } from './words.js'

/** `make my 3 weth into usdc`: another word for a trade. */
export function readMake(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const verb = items[index] as Item
  if (!/^(?:make|making)$/.test(textOf(verb))) return undefined
  // `so please make that exchange on ethereum`: the trade that was told of.
  if (
    /^(?:that|this|the)$/.test(textOf(items[index + 1])) &&
    /^(?:exchange|swap|trade|conversion|switch)$/.test(
      textOf(items[index + 2]),
    ) &&
    items
      .slice(Math.max(0, index - NEAR), index)
      .some((item) => isCount(item)) &&
    !items.slice(index + 3, index + NEAR).some((item) => isCount(item))
  ) {
    return { items: [], next: index + 3 }
  }
  let counted = false
  for (let at = index + 1; at < index + 8; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') return undefined
    if (isCount(item) || /^(?:all|half)$/.test(textOf(item))) counted = true
    if (/^(?:into|to)$/.test(textOf(item)))
      return counted && isToken(items[at - 1]) && isToken(items[at + 1])
        ? { items: [word('convert', verb)], next: index + 1 }
        : undefined
    if (isVerb(item)) return undefined
  }
  return undefined
}
