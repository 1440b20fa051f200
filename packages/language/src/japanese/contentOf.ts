import { createTable } from '../text/createTable.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'
import type { Slot } from './Slot.js'

const WORDS: Readonly<Record<string, string>> = createTable({
  ドル: 'dollars',
  円: 'jpy',
  ユーロ: 'euro',
  パーセント: 'percent',
  スリッページ: 'slippage',
  レバレッジ: 'leverage',
  倍: 'x',
  プール: 'pool',
  ボルト: 'vault',
  金庫: 'vault',
  報酬: 'rewards',
  リワード: 'rewards',
  ローン: 'loan',
  債務: 'debt',
  借金: 'debt',
  負債: 'debt',
  ポジション: 'position',
  流動性: 'liquidity',
  担保: 'collateral',
  証拠金: 'collateral',
  マージン: 'collateral',
  手持ち: 'my',
  手元: 'my',
  保有している: 'my',
  持っている: 'my',
  持ってる: 'my',
  保有: 'my',
  私: 'my',
  自分: 'my',
  僕: 'my',
  俺: 'my',
  した: 'the',
  得られた: 'the',
  得た: 'the',
  手に入った: 'the',
  受け取った: 'the',
  もらった: 'the',
  出てきた: 'the',
  残った: 'the',
  届いた: 'the',
  その: 'the',
  この: 'the',
  分: 'worth',
  分の: 'of',
  ずつ: 'each',
  チェーン: 'chain',
  ネットワーク: 'network',
})

/** Where one keeps what is one's own. */
const WALLETS = /^(?:metamask|wallet|rabby|phantom|ledger|eoa)$/

/** What a slot says, in the words that the reader of roles knows. */
export function contentOf(slot: Slot, normalised: NormalisedText): Item[] {
  if (slot.type === 'item')
    return [
      slot.item.type === 'word' && WALLETS.test(slot.item.text)
        ? { ...slot.item, text: 'my', senses: {} }
        : slot.item,
    ]
  if (slot.type !== 'word') return []
  const text = WORDS[slot.text]
  if (text !== undefined)
    return [
      {
        type: 'word',
        text,
        senses: {},
        spaced: text !== 'x',
        start: slot.start,
        end: slot.end,
      },
    ]
  // An unknown name may be a person: `ボブに5USDC送って`.
  if (/^[ァ-ヶー]{2,}$|^[\p{sc=Han}]{2,4}$/u.test(slot.text))
    return [
      {
        type: 'name',
        text: verbatim(normalised, slot),
        spaced: true,
        start: slot.start,
        end: slot.end,
      },
    ]
  return []
}
