import { getSenses } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'

export type Word = Extract<Item, { type: 'word' }>

/** What stands in the place of the items up to `next`. */
export type Fold = { readonly items: readonly Item[]; readonly next: number }

/** How far back a form looks for the order that it belongs to. */
export const NEAR = 60

/** A word of ours in the place of one that was said. */
export function word(text: string, at: Item, end = at.end): Word {
  return {
    type: 'word',
    text,
    senses: getSenses(text) ?? {},
    start: at.start,
    end,
    spaced: at.spaced,
  }
}

export const isToken = (item: Item | undefined): item is Word =>
  item?.type === 'word' &&
  item.senses.token !== undefined &&
  !item.senses.tokenWeak

export const isVenue = (item: Item | undefined): item is Word =>
  item?.type === 'word' && item.senses.venue !== undefined

export const isVerb = (item: Item | undefined): item is Word =>
  item?.type === 'word' && item.senses.verb !== undefined

export const isParty = (item: Item | undefined): boolean =>
  item?.type === 'name' || item?.type === 'address'

export const isCount = (item: Item | undefined): boolean =>
  item?.type === 'number' || item?.type === 'quantity'

export const endsHere = (item: Item | undefined): boolean =>
  item === undefined ||
  item.type === 'break' ||
  /^(?:[,;).]|and|then|please|pls|thanks)$/.test(textOf(item))

export const opensHere = (item: Item | undefined): boolean =>
  item === undefined || item.type === 'break' || /^[,;:(]$/.test(textOf(item))
