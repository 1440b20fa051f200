import type { Slot } from './Slot.js'

/** What is owed, held or laid somewhere, behind its token. */
const HELD = /^(?:ローン|借金|債務|負債|借入|残高|ポジション|預金|預け入れ)$/

/**
 * Puts an object into the order that the particles would give it: `DAIで300返す`
 * counts DAI, `USDCローン全額` is all USDC, `20USDC分ETH` is ETH for 20 USDC.
 */
export function foldObjects(slots: readonly Slot[]): Slot[] {
  const folded: Slot[] = []
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as Slot
    const [before, next, later] = [folded.at(-1), slots[at + 1], slots[at + 2]]
    // `DAIで300返す`: paid back in what is owed.
    if (
      slot.type === 'particle' &&
      slot.text === 'で' &&
      isToken(before) &&
      isNumber(next) &&
      later?.type === 'verb' &&
      later.sense === 'repay'
    )
      continue
    // `goro.ethの3人に5USDCずつ`: how many were named, and no amount.
    if (
      isNumber(slot) &&
      next?.type === 'word' &&
      /^(?:人|名|者|アドレス|人それぞれ|人全員)$/.test(next.text) &&
      before?.type === 'particle' &&
      before.text === 'の'
    ) {
      folded.pop()
      at += 1
      continue
    }
    // `1ETHを追加で預けて`: more of it, and no order of its own.
    if (
      slot.type === 'verb' &&
      slot.text === '追加' &&
      slot.end - slot.start <= '追加で'.length &&
      slots.slice(at + 1, at + 7).find(({ type }) => type !== 'item')?.type ===
        'verb'
    ) {
      if (before?.type === 'item' && next?.type === 'verb')
        folded.push({
          type: 'particle',
          text: 'を',
          start: slot.start,
          end: slot.start,
        })
      continue
    }
    // `残りのUSDCは全部`: the rest is all of it.
    if (
      isWhole(slot) &&
      before?.type === 'particle' &&
      /^(?:は|を|も)$/.test(before.text) &&
      isToken(folded.at(-2)) &&
      folded
        .slice(-4, -2)
        .some(
          (each) =>
            each.type === 'item' &&
            each.item.type === 'quantity' &&
            each.item.quantity.kind === 'remainder',
        )
    )
      continue
    // `ETHを0.3だけUSDCへ`: so much of what stands in front.
    if (
      slot.type === 'particle' &&
      slot.text === 'を' &&
      before !== undefined &&
      isToken(before) &&
      next !== undefined &&
      isNumber(next) &&
      later?.type === 'particle' &&
      /^(?:だけ|ほど|くらい|ぐらい|のみ)$/.test(later.text)
    ) {
      folded.splice(-1, 1, next, before, slot)
      at += 2
      continue
    }
    if (
      slot.type === 'word' &&
      HELD.test(slot.text) &&
      isToken(before) &&
      isWhole(next)
    )
      continue
    folded.push(
      slot.type === 'particle' &&
        slot.text === '分' &&
        isToken(before) &&
        isNumber(folded.at(-2)) &&
        isToken(next) &&
        later?.type !== 'item'
        ? { type: 'particle', text: '分の', start: slot.start, end: slot.end }
        : slot,
    )
  }
  return folded
}

function isToken(slot: Slot | undefined): boolean {
  return (
    slot?.type === 'item' &&
    slot.item.type === 'word' &&
    slot.item.senses.token !== undefined
  )
}

function isNumber(slot: Slot | undefined): boolean {
  return slot?.type === 'item' && slot.item.type === 'number'
}

function isWhole(slot: Slot | undefined): boolean {
  return (
    slot?.type === 'item' &&
    slot.item.type === 'quantity' &&
    slot.item.quantity.kind === 'share'
  )
}
