import type { Item } from '../../text/Item.js'

export function isTokenHere(
  item: Item,
  items: readonly Item[],
  index: number,
): boolean {
  // `swap 5 op to at`: a cue word straight behind a number is a ticker.
  return (
    item.type === 'word' &&
    item.senses.token !== undefined &&
    (items[index - 1]?.type === 'number' || item.cashtag === true)
  )
}
