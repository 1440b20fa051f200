import { type Item, textOf } from '../../text/Item.js'
import { isCount, isParty, isToken, isVenue, isVerb } from './words.js'

/** `long eth, no, short eth 3x`: another verb for the same things counts alone. */
export function foldChange(items: readonly Item[]): readonly Item[] {
  const first = items[0]
  const at = items.findIndex(
    (item, index) =>
      index > 1 &&
      index < 8 &&
      /^(?:no|nope|wait|actually|sorry|oops|scratch)$/.test(textOf(item)),
  )
  if (!isVerb(first) || at < 0) return items
  let next = at
  while (
    /^(?:no|nope|wait|actually|sorry|oops|scratch|that|i|meant|mean|make|it|,|-|…)$/.test(
      textOf(items[next]),
    )
  )
    next += 1
  const other = items[next]
  if (!isVerb(other) || other.text === first.text) return items
  // What was said of the first order has to come again in the second.
  const named = items.slice(1, at).filter((item) => item.type === 'word')
  const later = items.slice(next + 1)
  return named.every(
    (item) =>
      !(isToken(item) || isVenue(item)) ||
      later.some((each) => textOf(each) === item.text),
  ) &&
    items.slice(1, at).every((item) => item.type !== 'break') &&
    !items.slice(1, at).some((item) => isCount(item) || isParty(item))
    ? items.slice(next)
    : items
}
