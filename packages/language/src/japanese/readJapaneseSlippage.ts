import { shiftDecimal, toBps } from '../numbers/readDecimal.js'
import type { Item } from '../text/Item.js'

const NAME =
  '(?:(?:最大|許容|許容最大)(?:の)?)?(?:スリッページ|スリップ|滑り|slippage|slip)(?:の)?(?:許容(?:度|範囲|値|率|幅)?|トレランス|上限|設定|幅)?'
const NUMBER = '(\\d{1,5}(?:\\.\\d{1,18})?)'
const UNIT = '(%|パーセント|ベーシスポイント|bps|bp)'
const AFTER =
  '(?:\\s?(?:まで|以内|以下|未満|ほど|くらい|ぐらい|程度|max|最大|上限))*(?:に|で|を|の|と|なら)?(?:(?:抑え|おさえ|設定|制限|許容|し)(?:て|する|した)?(?:ください)?)?(?:ok|オーケー|オッケー|大丈夫|いい|良い|構わない|かまわない)?(?:です|だ)?(?:よ)?'
const NAMED = new RegExp(
  `${NAME}\\s?(?:は|を|が|の|:|=)?\\s?(?:最大|上限|最高|max|許容|約)?(?:で|でも)?\\s?${NUMBER}(?:\\s?${UNIT})?(?![\\d.a-z])${AFTER}`,
  'gu',
)
const BEHIND = new RegExp(
  `${NUMBER}\\s?${UNIT}(?:まで|以内|以下|未満)?(?:の)?${NAME}(?:まで|以内|以下|内)?(?:で|に|なら|を許容(?:して|し|で)?|ok|は許容)?`,
  'gu',
)

/** Finds how much slippage is accepted: `スリッページは0.5%まで`, `1%以内のスリッページで`. */
export function readJapaneseSlippage(
  text: string,
): Extract<Item, { type: 'slippage' }>[] {
  const found: Extract<Item, { type: 'slippage' }>[] = []
  for (const pattern of [NAMED, BEHIND])
    for (const match of text.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      if (found.some((each) => each.start < end && start < each.end)) continue
      const [, decimal = '', unit = ''] = match
      const bps = toBps(
        /^(?:bps?|ベ)/.test(unit) ? shiftDecimal(decimal, -2) : decimal,
      )
      found.push({
        type: 'slippage',
        spaced: true,
        start,
        end,
        ...(bps === undefined || bps > 10_000
          ? { problem: { reason: 'スリッページは最大何％までですか？' } }
          : { bps }),
      })
    }
  return found.sort((a, b) => a.start - b.start)
}
