import type { Item } from '../../text/Item.js'

export function hasMoneyAhead(
  items: readonly Item[],
  from: number,
  count: number,
): boolean {
  for (let at = from; at < from + count; at += 1) {
    const item = items[at]
    if (item === undefined) return false
    if (
      item.type === 'number' ||
      item.type === 'quantity' ||
      item.type === 'address'
    )
      return true
    if (
      item.type === 'word' &&
      ((item.senses.token !== undefined && !item.senses.tokenWeak) ||
        (item.senses.venue !== undefined && !item.senses.venueWeak) ||
        item.cashtag ||
        /^(?:it|them|both|everything|proceeds|debt|loan|rewards|liquidity|collateral|position|positions|token|tokens)$/.test(
          item.text,
        ))
    )
      return true
  }
  return false
}
