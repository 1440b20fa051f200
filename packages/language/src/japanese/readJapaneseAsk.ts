import type { AskTopic } from '@behest/spec'
import type { DraftStep } from '../bind/DraftStep.js'
import type { Mention, Said } from '../clauses/Part.js'
import type { Item, Quantity } from '../text/Item.js'
import type { Piece } from './readJapaneseItems.js'

const ADVICE =
  /べき|(?:ほう|方)が(?:いい|良い|よい)|おすすめ(?:の(?:コイン|銘柄|トークン))|買い時|売り時|上がりますか|下がりますか|上がると思|儲か|どう思/

const TOPICS: readonly [AskTopic, RegExp][] = [
  [
    'help',
    /(?:スワップ|ブリッジ|ステーキング|レンディング|スリッページ|レバレッジ)(?:とは|って(?:何|なに))/,
  ],
  [
    'quote',
    /見積|って(?:何|いくら)\s*[a-z]|(?:で|を売(?:る|っ)(?:と|たら)?)[^、。]{0,6}(?:いくら|どれ(?:くらい|ぐらい|だけ)|どのくらい|何)[^、。]{0,10}(?:もら|買え|受け取|手に入|なる|替え|換え|交換)|[a-zァ-ヶ]+を[a-zァ-ヶ]+に(?:すると|したら|すれば|替えると|換えると|変えると|交換すると|スワップすると|[^、。]{0,6}たら)[^、。]{0,4}(?:いくら|どれ|どのくらい|何|幾ら)|(?:いくら|どれ(?:くらい|だけ)|どのくらい|何\s*[a-z]+)(?:に|と)?(?:なる|なり|もら|受け取|買え|交換|換え|替え)|(?:交換|換え|替え|スワップ|売)[^、。]{0,10}(?:いくら|どれ|どのくらい|何)|クオート|交換レート/,
  ],
  [
    'health',
    /ヘルス|健全|清算|(?:ローン|借入|借金|債務|負債|担保|ポジション)[^。]{0,6}(?:大丈夫|安全|危な)|ロスカット|リクイデ/,
  ],
  ['agents', /エージェント/],
  [
    'allowance',
    /承認(?:額|状況|済|して(?:い|る)|を|は|$)|アローワンス|許可(?:額|状況|して(?:い|る))|アプルーバル/,
  ],
  ['totalSupply', /総供給|発行(?:枚|数|量)|供給量/],
  ['gas', /ガス/],
  [
    'yield',
    /利回り|金利|何(?:%|パーセント)|(?:運用|預け|貸)[^。]{0,12}(?:どこ|一番|いちばん)|(?:一番|最も)(?:高く|お得)|apy|apr|利率|年利|稼げ|利息は|お得な(?:運用|預け)/,
  ],
  [
    'position',
    /ポジション|借入(?:額|状況|残高)|ローン|債務|借金|いくら借り|どれ(?:だけ|くらい)借り|預けて(?:い|る)|ステークして(?:い|る)|運用状況|ポートフォリオ|含み益/,
  ],
  [
    'balance',
    /残高|いくら(?:持|ある|残)|どれ(?:だけ|くらい)(?:持|ある)|保有(?:量|状況|して)|何枚持|持って(?:い|る)|ウォレットの中身|手持ち(?:は|の|を)/,
  ],
  ['price', /何(?:ドル|円|ユーロ)|価格|値段|いくら|相場|レート|時価/],
  [
    'help',
    /使い方|ヘルプ|何(?:が|を)?でき|できること|(?:スワップ|ブリッジ|スリッページ|レバレッジ|ステーキング|流動性|defi|apy|トークン|レンディング|清算|ガス|担保)(?:とは|って何|の意味|って?なに)|(?:スワップ|ブリッジ|交換|送金|預け|借り)[^。]{0,6}(?:やり方|方法)|(?:方法|やり方|手順)(?:を|は)|どうやって|助けて/,
  ],
]

const ASKS =
  /[?？]|見積|ですか|ますか|教えて|知りたい|確認|見せて|表示|調べ|チェック|いくら|どれ|どの|どこ|何|なに|は$|って$|とは/

/** Reads a Japanese question. */
export function readJapaneseAsk(options: {
  readonly text: string
  readonly pieces: readonly Piece[]
  readonly clause: number
  readonly sentence: number
}): DraftStep | 'advice' | undefined {
  const { text, pieces } = options
  if (ADVICE.test(text)) return 'advice'
  const short = pieces.length <= 5
  if (!ASKS.test(text) && !short) return undefined
  const topic = TOPICS.find(([, pattern]) => pattern.test(text))?.[0]
  if (topic === undefined) return undefined
  const first = pieces[0]
  const tokens: { token: Mention; amount?: Said<Quantity> }[] = []
  let account: Said<string> | undefined
  let chain: Said<string> | undefined
  let venue: Said<string> | undefined
  let amount: Said<Quantity> | undefined
  for (const piece of pieces) {
    if (piece.type !== 'item') continue
    const { item } = piece
    const range = { start: item.start, end: item.end }
    if (item.type === 'number') {
      amount = { ...range, value: { kind: 'number', decimal: item.decimal } }
      continue
    }
    if (item.type === 'quantity') {
      amount = { ...range, value: item.quantity }
      continue
    }
    if (
      (item.type === 'name' && /\./.test(item.text)) ||
      item.type === 'address'
    ) {
      account ??= { ...range, value: item.text }
      continue
    }
    if (item.type !== 'word') continue
    const { senses } = item as Extract<Item, { type: 'word' }>
    const next = pieces[pieces.indexOf(piece) + 1]
    // `Aaveの ARBの利回り`: the last name in front of what is asked is the token.
    const later = pieces
      .slice(pieces.indexOf(piece) + 1)
      .some(
        (each) =>
          each.type === 'item' &&
          each.item.type === 'word' &&
          each.item.senses.chain !== 'base',
      )
    const isOwn =
      senses.venue !== undefined &&
      next?.type === 'word' &&
      /^(?:ポジション|ローン|債務|借金|負債|残高)/.test(next.text)
    const isAt =
      isOwn ||
      (next?.type === 'particle' &&
        (/^(?:で|上で|上の|にある|における|から)$/.test(next.text) ||
          (next.text === 'の' &&
            (later || /^(?:position|health|allowance)$/.test(topic)))))
    if (
      senses.token !== undefined &&
      !(
        isAt &&
        (senses.venue !== undefined || senses.chain !== undefined) &&
        topic !== 'price' &&
        senses.token !== 'ETH'
      )
    ) {
      const mention: Mention = { ...range, symbol: senses.token, known: true }
      tokens.push({
        token: mention,
        ...(amount === undefined ? {} : { amount }),
      })
      amount = undefined
    } else if (senses.venue !== undefined)
      venue ??= { ...range, value: senses.venue }
    else if (senses.chain !== undefined)
      chain ??= { ...range, value: senses.chain }
    else if (item.type === 'word' && /^[a-z][a-z0-9.]{1,15}$/.test(item.text)) {
      // A name that we do not know is as said.
      tokens.push({
        token: { ...range, symbol: item.text.toUpperCase(), known: false },
        ...(amount === undefined ? {} : { amount }),
      })
      amount = undefined
    }
  }
  const base = {
    action: 'ask' as const,
    verb: { start: first?.start ?? 0, end: first?.end ?? 0 },
    clause: options.clause,
    sentence: options.sentence,
    joined: false,
    topic,
    ...(account === undefined ||
    !/^(?:balance|position|health|allowance)$/.test(topic)
      ? {}
      : { account }),
    ...(chain === undefined ? {} : { chain }),
    ...(venue === undefined || topic === 'allowance' ? {} : { venue }),
  }
  if (topic === 'quote') {
    const sell = tokens.find((each) => each.amount !== undefined) ?? tokens[0]
    const buy = tokens.find((each) => each !== sell)
    return {
      ...base,
      legs: {},
      of: {
        action: 'swap',
        verb: base.verb,
        clause: options.clause,
        sentence: options.sentence,
        joined: false,
        legs: { sell: sell ?? {}, buy: buy ?? {} },
        ...(chain === undefined ? {} : { chain }),
        ...(venue === undefined ? {} : { venue }),
      },
    }
  }
  const named = /^(?:gas|help|agents)$/.test(topic) ? undefined : tokens[0]
  return {
    ...base,
    legs:
      named === undefined
        ? {}
        : {
            main: {
              token: named.token,
              ...(topic === 'price' && named.amount !== undefined
                ? { amount: named.amount }
                : {}),
            },
          },
    ...(venue !== undefined && topic === 'allowance' ? { spender: venue } : {}),
  }
}
