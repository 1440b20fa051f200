import type { DraftStep } from '../bind/DraftStep.js'
import type { Item } from '../text/Item.js'
import type { Slot } from './Slot.js'

/** What is to stay behind, and of what. */
export type Kept = {
  readonly number: Extract<Item, { type: 'number' }>
  readonly token: Extract<Item, { type: 'word' }>
}

/** Reads what is to stay behind: `0.1ETHだけ`. */
export function readKept(slots: readonly Slot[]): Kept | undefined {
  let number: Kept['number'] | undefined
  let token: Kept['token'] | undefined
  for (const slot of slots) {
    if (slot.type !== 'item') continue
    if (slot.item.type === 'number') number = slot.item
    else if (slot.item.type === 'word' && slot.item.senses.token !== undefined)
      token = slot.item
  }
  return number === undefined ||
    token === undefined ||
    number.problem !== undefined
    ? undefined
    : { number, token }
}

/** `…を全部交換して、0.1ETHは残して`: takes it off the order before. */
export function keepBack(drafts: DraftStep[], kept: Kept): boolean {
  const last = drafts.at(-1)
  if (last === undefined) return false
  const name = last.legs.sell === undefined ? 'main' : 'sell'
  const leg = last.legs[name]
  if (
    leg?.amount?.value.kind !== 'share' ||
    leg.amount.value.bps !== 10_000 ||
    leg.token?.symbol !== kept.token.senses.token
  )
    return false
  drafts[drafts.length - 1] = {
    ...last,
    legs: {
      ...last.legs,
      [name]: {
        ...leg,
        // From `全部` to what is kept: both say how much.
        amount: {
          start: Math.min(leg.amount.start, kept.number.start),
          end: Math.max(leg.amount.end, kept.number.end),
          value: { kind: 'rest', keep: { decimal: kept.number.decimal } },
        },
      },
    },
  }
  return true
}

/** Puts `all but 0.1 eth` in the place of `all`. */
export function withKept(
  items: readonly Item[],
  kept: Kept | undefined,
): Item[] {
  if (kept === undefined) return [...items]
  const at = items.findIndex(
    (item) =>
      item.type === 'quantity' &&
      (item.quantity.kind === 'remainder' ||
        (item.quantity.kind === 'share' && item.quantity.bps === 10_000)),
  )
  const rest: Item = {
    start: kept.number.start,
    end: kept.number.end,
    spaced: true,
    type: 'quantity',
    quantity: { kind: 'rest', keep: { decimal: kept.number.decimal } },
  }
  if (at < 0) return [...items, rest, kept.token]
  const named = items[at + 1]
  const own =
    named?.type === 'word' && named.senses.token === kept.token.senses.token
  return [
    ...items.slice(0, at),
    rest,
    ...(own ? [] : [kept.token]),
    ...items.slice(at + 1),
  ]
}
