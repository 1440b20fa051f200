import { createTable } from '../text/createTable.js'
import type { Slot } from './Slot.js'

/** What a label says that a particle would; `''` where it says nothing more. */
const LABELS: Readonly<Record<string, string>> = createTable({
  宛先: '宛に',
  送り先: '宛に',
  送付先: '宛に',
  送金先: '宛に',
  送信先: '宛に',
  振込先: '宛に',
  受取人: '宛に',
  相手: '宛に',
  担保: 'を担保に',
  証拠金: 'を担保に',
  支払: 'を使って',
  支払い: 'を使って',
  決済: 'を使って',
  原資: 'を使って',
  元手: 'を使って',
  チェーン: '上で',
  ネットワーク: '上で',
  プロトコル: '上で',
  取引所: '上で',
  dex: '上で',
  移動先: 'へ',
  ブリッジ先: 'へ',
  移し先: 'へ',
  預け先: 'に',
  預入先: 'に',
  移動元: 'から',
  金額: 'を',
  数量: 'を',
  量: 'を',
  額: 'を',
  枚数: 'を',
})

/**
 * Turns `宛先はbob.ethで` into `bob.ethに`, `担保は1ETH` into `1ETHを担保に`: a label
 * says what a particle would say.
 */
export function foldLabels(slots: readonly Slot[]): Slot[] {
  const folded: Slot[] = []
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as Slot
    const link = slots[at + 1]
    const particle =
      slot.type === 'word' || slot.type === 'verb'
        ? LABELS[slot.text]
        : undefined
    const before = folded.at(-1)
    if (
      particle === undefined ||
      link === undefined ||
      !(
        (link.type === 'particle' && /^(?:は|が|を)$/.test(link.text)) ||
        (link.type === 'item' &&
          link.item.type === 'symbol' &&
          /^[:=]$/.test(link.item.text))
      ) ||
      // `ETHの量は`, `担保を1ETH追加`: said of something, no label.
      (before?.type === 'particle' && /^(?:の|と)$/.test(before.text)) ||
      before?.type === 'item'
    ) {
      folded.push(slot)
      continue
    }
    let end = at + 2
    while (slots[end]?.type === 'item' || isNameLike(slots[end])) end += 1
    if (end === at + 2) {
      folded.push(slot)
      continue
    }
    const last = slots[end - 1] as Slot
    const closing = slots[end]
    const closes =
      closing?.type === 'particle' &&
      /^(?:で|に|を|が|は|として|にして)$/.test(closing.text)
    folded.push(...slots.slice(at + 2, end), {
      type: 'particle',
      text: particle,
      start: last.end,
      end: last.end,
    })
    at = closes ? end : end - 1
  }
  return folded
}

function isNameLike(slot: Slot | undefined): boolean {
  return (
    slot?.type === 'word' &&
    (/^(?:枚|個|円|ドル|ユーロ)$/.test(slot.text) ||
      /^[ァ-ヶー]{2,}$/.test(slot.text))
  )
}
