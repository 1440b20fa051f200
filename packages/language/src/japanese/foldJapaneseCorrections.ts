import type { Item } from '../text/Item.js'

/** What the pieces of a sentence have in common, whether read or not. */
type Slot =
  | { readonly type: 'item'; readonly item: Item }
  | { readonly type: 'word' | 'particle'; readonly text: string }
  | { readonly type: string }

const MARKS =
  /^(?:いや|じゃなくて|じゃなく|ではなくて|ではなく|やっぱり|やっぱ|もとい|訂正|間違えた)$/

/**
 * Puts a correction in the place of what it corrects: `30USDC、いや50USDCを`.
 * What does not match in kind stays, and the rest of the grammar asks.
 */
export function foldJapaneseCorrections<Piece extends Slot>(
  slots: readonly Piece[],
): { slots: Piece[]; unclear: boolean } {
  const folded: Piece[] = []
  let unclear = false
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as Piece
    if (!isMark(slot)) {
      folded.push(slot)
      continue
    }
    let next = at + 1
    while (isPause(slots[next]) || isMark(slots[next])) next += 1
    const said = readShape(slots.slice(next, next + 4))
    const before = [...folded]
    while (isPause(before.at(-1))) before.pop()
    const tie = before.at(-1)
    if (
      tie !== undefined &&
      tie.type === 'particle' &&
      textOf(tie) === textOf(slots[next + said.length])
    )
      before.pop()
    const length = alike(before, said)
    if (length > 0) {
      folded.length = 0
      folded.push(...before.slice(0, -length))
      at = next - 1
    } else if (!/^やっぱり?$/.test(textOf(slot))) {
      folded.push(slot)
      unclear = true
    }
  }
  return { slots: folded, unclear }
}

function isMark(slot: Slot | undefined): boolean {
  return slot !== undefined && slot.type === 'word' && MARKS.test(textOf(slot))
}

function isPause(slot: Slot | undefined): boolean {
  return slot !== undefined && slot.type === 'particle' && textOf(slot) === '、'
}

function textOf(slot: Slot | undefined): string {
  return slot !== undefined && 'text' in slot ? slot.text : ''
}

/** How many of the last pieces are of the kinds that the correction begins with. */
function alike(before: readonly Slot[], said: readonly string[]): number {
  for (let length = said.length; length > 0; length -= 1) {
    const kinds = readShape(before.slice(-length))
    if (kinds.length === length && kinds.every((kind, at) => kind === said[at]))
      return length
  }
  return 0
}

/** The kinds of the items that stand together: an amount, a name, a place. */
function readShape(slots: readonly Slot[]): string[] {
  const kinds: string[] = []
  for (const slot of slots) {
    if (!('item' in slot)) break
    const { item } = slot
    if (item.type === 'number' || item.type === 'quantity') kinds.push('amount')
    else if (item.type === 'name' || item.type === 'address')
      kinds.push('party')
    else if (item.type === 'word')
      kinds.push(
        item.senses.token !== undefined
          ? 'token'
          : item.senses.chain !== undefined || item.senses.venue !== undefined
            ? 'place'
            : 'name',
      )
    else break
  }
  return kinds
}
