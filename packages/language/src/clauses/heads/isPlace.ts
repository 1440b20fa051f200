import type { Item } from '../../text/Item.js'

export function isPlace(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    (item.senses.chain !== undefined || item.senses.venue !== undefined) &&
    !/^(?:eth|ether|aave|comp|gmx|uni|crv|link|arb|op)$/.test(item.text)
  )
}
