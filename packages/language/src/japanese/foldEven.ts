import type { Slot } from './Slot.js'

const EVEN =
  /^(?:均等に?|等分に?|等分して|折半して|半々で|半々に|半々ずつ|山分けして|二等分して|三等分して|2等分して|3等分して)$/

/**
 * Finds that a sum is to be divided: `100USDCを半分ずつETHとBTCに`, `均等に`. Gives
 * the phrases without that word, and among how many it goes where that was said.
 */
export function foldEven(
  slots: readonly Slot[],
  sense: string,
): { slots: Slot[]; among: number | undefined } | undefined {
  if (!/^(?:swap|sell|buy|send|deposit|lend|split)$/.test(sense))
    return undefined
  const isSum = slots.some(
    (slot) => slot.type === 'item' && slot.item.type === 'number',
  )
  if (!isSum) return undefined
  let among: number | undefined
  let isEven = false
  const rest: Slot[] = []
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as Slot
    const next = slots[at + 1]
    if (slot.type === 'word' && EVEN.test(slot.text)) {
      isEven = true
      if (/^(?:二|2|折|半)/.test(slot.text)) among = 2
      if (/^(?:三|3)/.test(slot.text)) among = 3
    } else if (
      slot.type === 'item' &&
      slot.item.type === 'quantity' &&
      slot.item.quantity.kind === 'share' &&
      slot.item.quantity.bps === 5000 &&
      next?.type === 'particle' &&
      next.text === 'ずつ'
    ) {
      isEven = true
      among = 2
      at += 1
    } else if (
      slot.type === 'item' &&
      slot.item.type === 'number' &&
      next?.type === 'word' &&
      /^等分(?:に|して)?$/.test(next.text)
    ) {
      isEven = true
      among = Number(slot.item.decimal)
      at += 1
    } else rest.push(slot)
  }
  if (!isEven) return undefined
  return { slots: sense === 'buy' ? rest.map(turned) : rest, among }
}

/** What a buyer pays with is what is divided, and what is bought is where it goes. */
function turned(slot: Slot): Slot {
  if (slot.type !== 'particle') return slot
  return /^(?:で|を使って|から|を使い)$/.test(slot.text)
    ? { ...slot, text: 'を' }
    : slot.text === 'を'
      ? { ...slot, text: 'に' }
      : slot
}
