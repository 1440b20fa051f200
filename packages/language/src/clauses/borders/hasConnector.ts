import type { Item } from '../../text/Item.js'

export const CONNECTORS =
  /^(?:and|then|,|;|&|plus|afterwards|afterward|subsequently|next|finally|lastly|before|but|followed|after|also|→|-|\+|or|while|…)$/

/** For each sentence, how many connectors stand before each of its items. */
const connectorCounts = new WeakMap<readonly Item[], Uint32Array>()

export function hasConnector(
  items: readonly Item[],
  from: number,
  to: number,
): boolean {
  let counts = connectorCounts.get(items)
  if (counts === undefined) {
    counts = new Uint32Array(items.length + 1)
    for (const [at, item] of items.entries())
      counts[at + 1] = (counts[at] ?? 0) + (isConnector(item) ? 1 : 0)
    connectorCounts.set(items, counts)
  }
  const last = Math.min(to, items.length)
  return from < last && (counts[last] ?? 0) > (counts[Math.max(0, from)] ?? 0)
}

function isConnector(item: Item): boolean {
  return (
    (item.type === 'word' || item.type === 'symbol') &&
    CONNECTORS.test(item.text) &&
    !(item.text === '-' && !item.spaced)
  )
}
