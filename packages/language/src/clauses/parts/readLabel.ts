import { type Item, textOf } from '../../text/Item.js'
import type { Cue } from '../Part.js'

/** `chain arbitrum`, `collateral: 80 usdc`, `venue = gmx` */
export function readLabel(
  items: readonly Item[],
  index: number,
): { cue: Cue; next: number } | undefined {
  const word = textOf(items[index])
  if (
    !/^(?:chain|network|venue|protocol|platform|dex|collateral|margin|size)$/.test(
      word,
    )
  )
    return undefined
  let next = index + 1
  while (next < index + 3 && /^(?:[:=]|is|of)$/.test(textOf(items[next])))
    next += 1
  const value = items[next]
  if (word === 'collateral' || word === 'margin')
    return value?.type === 'number' ||
      value?.type === 'quantity' ||
      (textOf(value) === '$' && items[next + 1]?.type === 'number')
      ? { cue: 'with', next }
      : undefined
  return isPlaceItem(value) && word !== 'size' ? { cue: 'on', next } : undefined
}

export function isPlaceItem(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    (item.senses.chain !== undefined || item.senses.venue !== undefined)
  )
}

/** A token, and nothing that could be a place. */
export function isPlaceless(item: Item | undefined): boolean {
  return item?.type === 'word' && item.senses.token !== undefined
}
