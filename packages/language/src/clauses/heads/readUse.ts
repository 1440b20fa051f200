import { type Item, textOf } from '../../text/Item.js'
import type { Head } from './Head.js'

/** `use 60% of my usdc for eth`: spent on it. */
export function readUse(items: readonly Item[]): Head | undefined {
  const at = items.findIndex((item) => textOf(item) === 'use')
  if (at < 0) return undefined
  const money = items[at + 1]
  const spends = items.findIndex(
    (item, index) =>
      index > at + 1 &&
      /^(?:for|on)$/.test(textOf(item)) &&
      isNamed(items[index + 1]),
  )
  return (money?.type === 'number' || money?.type === 'quantity') && spends > 0
    ? { at, sense: 'invest', text: 'spend', negated: false }
    : undefined
}

export function isNamed(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    item.senses.token !== undefined &&
    !item.senses.tokenWeak
  )
}
