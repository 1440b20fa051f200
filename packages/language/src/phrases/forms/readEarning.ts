import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isToken, word } from './words.js'

/**
 * `start earning on 500 usdc`, `get my 100 usdc earning on aave`: a thing that
 * is to earn is lent.
 */
export function readEarning(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (
    /^(?:start|begin)$/.test(textOf(first)) &&
    /^(?:earning|farming|making)(?: interest| yield)?$/.test(
      textOf(items[index + 1]),
    )
  ) {
    let at = index + 2
    while (
      /^(?:some|interest|yield|yields|money|returns?|on|from|with)$/.test(
        textOf(items[at]),
      ) &&
      at < index + 6
    )
      at += 1
    const counted =
      isCount(items[at]) || /^(?:my|all|half)$/.test(textOf(items[at]))
    return counted ? { items: [word('lend', first)], next: at } : undefined
  }
  if (!/^(?:get|have|make|put|set)$/.test(textOf(first))) return undefined
  let at = index + 1
  while (/^(?:my|the|all|half|of)$/.test(textOf(items[at])) && at < index + 4)
    at += 1
  if (isCount(items[at])) at += 1
  if (at === index + 1 || !isToken(items[at])) return undefined
  const thing = at + 1
  if (
    !/^(?:earn|earning|working|to|earn interest|earn yield|earning interest|earning yield)$/.test(
      textOf(items[thing]),
    )
  )
    return undefined
  at = thing
  if (textOf(items[at]) === 'to') {
    if (!/^(?:work|earn)$/.test(textOf(items[at + 1]))) return undefined
    at += 1
  }
  at += 1
  while (
    /^(?:some|interest|yield|yields|money|returns?|for|me)$/.test(
      textOf(items[at]),
    ) &&
    at < thing + 6
  )
    at += 1
  return {
    items: [word('lend', first), ...items.slice(index + 1, thing)],
    next: at,
  }
}
