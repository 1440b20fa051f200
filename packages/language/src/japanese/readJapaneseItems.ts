// One file because it is one cutter: what a run of kana is depends on the
// longest known word at each place.
import { readFileSync } from 'node:fs'
import { getSenses } from '../lexicon/lexicon.js'
import { readNumbers } from '../numbers/readNumbers.js'
import { withoutPrototype } from '../text/createTable.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { tagItems } from '../text/tagItems.js'
import { type Token, tokenise } from '../text/tokenise.js'
import { readKanji, readMultiplier } from './readNumerals.js'

/** How a verb ends, which is how its clause goes on. */
export type Ending = 'order' | 'if' | 'not' | 'past' | 'state' | 'noun' | 'ask'

/** One piece of a Japanese sentence. */
export type Piece = { readonly start: number; readonly end: number } & (
  | { readonly type: 'item'; readonly item: Item }
  | { readonly type: 'particle'; readonly text: string }
  | {
      readonly type: 'verb'
      readonly sense: string
      readonly text: string
      readonly ending: Ending
    }
  | {
      readonly type: 'word'
      readonly text: string
      /** A verb that orders nothing here: asked about, told of, wished for. */
      readonly told?: true
    }
  | { readonly type: 'stop' }
)

const data = JSON.parse(
  readFileSync(new URL('../lexicon/japanese.json', import.meta.url), 'utf8'),
  withoutPrototype,
) as {
  tokens: Record<string, string>
  chains: Record<string, string>
  venues: Record<string, string>
  verbs: Record<string, string[]>
  particles: string[]
  shares: Record<string, number>
  remainders: string[]
  pronouns: string[]
  both: string[]
  words: string[]
}

type Known =
  | {
      readonly type: 'name'
      readonly token?: string
      readonly chain?: string
      readonly venue?: string
    }
  | { readonly type: 'verb'; readonly sense: string }
  | { readonly type: 'particle' }
  | { readonly type: 'share'; readonly bps: number }
  | { readonly type: 'remainder' }
  | { readonly type: 'pronoun' }
  | { readonly type: 'both' }
  | { readonly type: 'word' }

const known = new Map<string, Known>()
for (const [word, token] of Object.entries(data.tokens))
  known.set(word, { type: 'name', token })
for (const [word, chain] of Object.entries(data.chains))
  known.set(word, { ...(known.get(word) as object), type: 'name', chain })
for (const [word, venue] of Object.entries(data.venues))
  known.set(word, { ...(known.get(word) as object), type: 'name', venue })
for (const [sense, words] of Object.entries(data.verbs))
  for (const word of words) known.set(word, { type: 'verb', sense })
for (const word of data.particles) known.set(word, { type: 'particle' })
for (const [word, bps] of Object.entries(data.shares))
  known.set(word, { type: 'share', bps })
for (const word of data.remainders) known.set(word, { type: 'remainder' })
for (const word of data.pronouns) known.set(word, { type: 'pronoun' })
for (const word of data.both) known.set(word, { type: 'both' })
for (const word of data.words)
  if (!known.has(word)) known.set(word, { type: 'word' })
const LONGEST = Math.max(...[...known.keys()].map((word) => word.length))

const ENDINGS: readonly [Ending, RegExp][] = [
  // `預けているUSDC`: how things are, and no order.
  [
    'state',
    /^(?:し|っ|い|け|り|れ|え)?[てで](?:(?:い|あ)?る|お(?:い|いてあ)る|おいた|あった|いた(?![だし]))/,
  ],
  ['ask', /^(?:でき(?:る|ます)|できるの)/],
  // `3ETHなくしたらしい`: what was heard.
  [
    'past',
    /^(?:し|っ|い|り|け|れ|え)?(?:た|だ|る|たい|す|う|く)(?:らしい|そうだ|そうです|とのこと|みたい(?:だ|です)|って(?:さ|よ|聞|言|$))/,
  ],
  // `替えるとしたら`: only supposed.
  ['ask', /^(?:する|る|す|う|く|つ|む|ぶ)と(?:したら|すると|すれば)/],
  // `返すために`: what for, and no order of its own.
  ['ask', /^(?:する|す|る|う|く|ぐ|つ|む|ぶ)?ため(?:に|の)?/],
  [
    'not',
    /^(?:し|せ|さ|ら|わ|か|け|れ|え|げ|り|っ|て|い|き)?(?:ない(?:で(?:ください|下さい|ね|よ)?)?|なくて(?:いい|も)?|ません|ちゃだめ|てはいけ|るな|すな|ずに|るのはやめ|[るすうくつむぶ]の(?:は|を)(?:待|やめ|止め|控え|見送)|(?:す)?[るすうくつむぶ](?:予定|つもり|気)(?:は|が)?(?:ない|なし|ありません)|するな|のをやめ|のはやめ)/,
  ],
  [
    'if',
    /^(?:し|せ|っ|い|り|け|れ|え|す|る)?(?:たら|れば|だら|るとき|た時|たとき|る時|るなら|た場合|る場合)/,
  ],
  [
    'past',
    /^(?:し|っ|い|り|け|れ|え)?(?:てしまっ|でしまっ|てしまいまし|ちゃっ|じゃっ|ちゃいまし)?(?:た|ました|だ)(?=$|[、。！!?？\s…]|ん|の|けど|よ|ね|な|わ|し|っけ|って|と|はず|ところ|ばかり|こと|分|から|が)/,
  ],
  [
    'ask',
    /^(?:する|る|う|く|す|し|り|い)?(?:べき|とは|には|と(?:どう|いくら|どれ|何)|ことは?でき|(?:り)?方|かた|(?:べきで|たほうが|た方が))/,
  ],
  [
    'order',
    /^(?:し|せ|っ|い|り|け|れ|え|ん|き|げ|す|る|う|く|つ|ろ|み|わせ|ら)?(?:て|で|と(?=い|く|こ))?(?:から|いて|く(?![れだ])|こう|ください|下さい|くださいね|くれ(?:ますか|ませんか|る)?|ほしい(?:です)?|欲しい(?:です)?|もらえ(?:ますか|ませんか|る)?|いただけ(?:ますか|ませんか|る)?|ちょうだい|頂戴|おいて|おきたい|おく|たい(?:です|んですが|んだけど|と思います|な)?|ます|ましょう|よう|ろ|る|せよ|お願い(?:し)?(?:ます|たい)?|おねがい(?:し)?(?:ます)?|おね(?![がー])|よろ(?:しく)?|ね|よ|な|みて|みたい|後に?|あとに?|そのあと)*/,
  ],
]

/** Gives what a Japanese name stands for. */
export function getJapaneseName(word: string):
  | {
      readonly token?: string
      readonly chain?: string
      readonly venue?: string
    }
  | undefined {
  const entry = known.get(word)
  return entry?.type === 'name' ? entry : undefined
}

/** Whether a word is one of ours; others are only copied. */
export function isKnownWord(word: string): boolean {
  return known.has(word)
}

/** Cuts a sentence with Japanese in it into names, numbers, particles, verbs. */
export function readJapaneseItems(
  normalised: NormalisedText,
  locale?: string,
): Piece[] {
  const pieces: Piece[] = []
  const tokens = joinDecimals(tokenise(normalised))
  let latin: Token[] = []
  const flush = () => {
    if (latin.length === 0) return
    for (const item of readNumbers(tagItems(latin, normalised, locale)))
      pieces.push(
        item.type === 'break'
          ? { type: 'stop', start: item.start, end: item.end }
          : { type: 'item', item, start: item.start, end: item.end },
      )
    latin = []
  }
  for (const token of tokens) {
    if (token.type === 'symbol' && /^[、，]$/.test(token.text)) {
      flush()
      pieces.push({
        type: 'particle',
        text: '、',
        start: token.start,
        end: token.end,
      })
      continue
    }
    if (token.type !== 'script') {
      latin.push(...splitCounted(token))
      continue
    }
    flush()
    cut(token, pieces, normalised.text)
  }
  flush()
  return foldPortions(pieces)
}

/** `WBTC0.1`: cut behind the zero, where the name seemed to end. */
function joinDecimals(tokens: readonly Token[]): Token[] {
  const joined: Token[] = []
  for (const token of tokens) {
    const before = joined.at(-1)
    if (
      before?.type === 'word' &&
      /^[a-z]{2,10}\d{1,15}$/.test(before.text) &&
      token.type === 'number' &&
      /^\.\d+$/.test(token.text) &&
      before.end === token.start
    )
      joined[joined.length - 1] = {
        ...before,
        text: before.text + token.text,
        end: token.end,
      }
    else joined.push(token)
  }
  return joined
}

/** `USDC100を`: a name and how much of it, written as one. */
function splitCounted(token: Token): Token[] {
  const match = /^([a-z]{2,10})(\d{1,15}(?:\.\d{1,18})?)$/.exec(
    token.type === 'word' || token.type === 'name' ? token.text : '',
  )
  const [, name = '', digits = ''] = match ?? []
  if (
    match === null ||
    getSenses(token.text) !== undefined ||
    getSenses(name)?.token === undefined
  )
    return [token]
  const middle = token.start + name.length
  return [
    { ...token, text: name, end: middle },
    {
      type: 'number',
      text: digits,
      start: middle,
      end: token.end,
      spaced: false,
    },
  ]
}

/** `ETHを1/3`: a part of it; `1/3 ETH` may be a count, and is asked. */
function readFraction(
  piece: Piece | undefined,
  next: Piece | undefined,
): Piece | undefined {
  if (
    piece?.type !== 'item' ||
    piece.item.type !== 'number' ||
    next?.type === 'item'
  )
    return undefined
  const match = /^([1-9]\d?) ?\/ ?([1-9]\d?)$/.exec(piece.item.text)
  const above = Number(match?.[1])
  const below = Number(match?.[2])
  if (match === null || above >= below) return undefined
  return {
    ...piece,
    item: {
      type: 'quantity',
      spaced: true,
      start: piece.start,
      end: piece.end,
      quantity: {
        kind: 'share',
        bps: Math.floor((above * 10_000) / below),
      },
    },
  }
}

/** `4分の1`: the whole first, then how many parts of it. */
function foldPortions(pieces: readonly Piece[]): Piece[] {
  const folded: Piece[] = []
  for (let at = 0; at < pieces.length; at += 1) {
    const [below, link, above] = pieces.slice(at, at + 3)
    const fraction = readFraction(below, link)
    if (fraction !== undefined) folded.push(fraction)
    else if (
      below?.type === 'item' &&
      below.item.type === 'number' &&
      link?.type === 'particle' &&
      link.text === '分の' &&
      above?.type === 'item' &&
      above.item.type === 'number' &&
      /^[1-9]\d{0,2}$/.test(below.item.decimal) &&
      /^[1-9]\d{0,2}$/.test(above.item.decimal) &&
      Number(above.item.decimal) < Number(below.item.decimal)
    ) {
      const range = { start: below.start, end: above.end }
      folded.push({
        ...range,
        type: 'item',
        item: {
          ...range,
          type: 'quantity',
          spaced: true,
          quantity: {
            kind: 'share',
            bps: Math.floor(
              (Number(above.item.decimal) * 10_000) /
                Number(below.item.decimal),
            ),
          },
        },
      })
      at += 2
    } else if (pieces[at] !== undefined) folded.push(pieces[at] as Piece)
  }
  return folded
}

function cut(token: Token, pieces: Piece[], text: string): void {
  let at = token.start
  while (at < token.end) {
    const rest = text.slice(at, Math.min(token.end, at + 24))
    const last = pieces.at(-1)
    // `1万`, `3千`
    if (
      last?.type === 'item' &&
      last.item.type === 'number' &&
      last.end === at
    ) {
      const more = readMultiplier(last.item.decimal, rest)
      if (more.length > 0) {
        const end = at + more.length
        pieces[pieces.length - 1] = {
          ...last,
          end,
          item: { ...last.item, decimal: more.decimal, end },
        }
        at = end
        continue
      }
    }
    // `1インチ`
    if (
      last?.type === 'item' &&
      last.item.type === 'number' &&
      last.item.text === '1' &&
      last.end === at &&
      rest.startsWith('インチ')
    ) {
      const range = { start: last.start, end: at + 3 }
      pieces[pieces.length - 1] = {
        type: 'item',
        ...range,
        item: {
          ...range,
          type: 'word',
          text: '1inch',
          senses: { venue: '1inch' },
          spaced: true,
        },
      }
      at += 3
      continue
    }
    // `3割`
    if (
      last?.type === 'item' &&
      last.item.type === 'number' &&
      last.end === at &&
      rest.startsWith('割') &&
      /^[1-9]$|^10$/.test(last.item.decimal)
    ) {
      const end = at + 1
      pieces[pieces.length - 1] = {
        type: 'item',
        start: last.start,
        end,
        item: {
          type: 'quantity',
          spaced: true,
          start: last.start,
          end,
          quantity: { kind: 'share', bps: Number(last.item.decimal) * 1000 },
        },
      }
      at = end
      continue
    }
    // `ETHをswapして`: an English verb with a Japanese ending.
    if (
      last?.type === 'item' &&
      last.item.type === 'word' &&
      last.item.senses.verb !== undefined &&
      last.end === at &&
      /^(?:し|す|せ|っ)/.test(rest)
    ) {
      const found = readEnding(rest)
      pieces[pieces.length - 1] = {
        type: 'verb',
        sense: last.item.senses.verb,
        text: last.item.text,
        ending: found.ending,
        start: last.start,
        end: at + found.length,
      }
      at += Math.max(found.length, 1)
      continue
    }
    // `USDCにして`: what something is to become.
    if (last?.type === 'particle' && last.text === 'に' && last.end === at) {
      const become =
        /^(?:して(?:ください|下さい|おいて|ほしい|欲しい|くれ|から)?|したい(?:です)?|する|しといて|しよう|しておいて)/.exec(
          rest,
        )
      if (become !== null) {
        pieces.push({
          type: 'verb',
          sense: 'become',
          text: 'する',
          ending: 'order',
          start: at,
          end: at + become[0].length,
        })
        at += become[0].length
        continue
      }
    }
    const word = longest(rest)
    const kanji = readKanji(rest)
    if (
      kanji !== undefined &&
      (word === undefined || kanji.length > word.length)
    ) {
      const range = { start: at, end: at + kanji.length }
      pieces.push({
        type: 'item',
        ...range,
        item: {
          ...range,
          type: 'number',
          text: kanji.decimal,
          decimal: kanji.decimal,
          spaced: false,
        },
      })
      at += kanji.length
      continue
    }
    if (word === undefined) {
      const end = at + 1
      if (
        last?.type === 'word' &&
        last.end === at &&
        (last.text.length > LONGEST || !known.has(last.text))
      )
        pieces[pieces.length - 1] = {
          ...last,
          text: last.text + rest.slice(0, 1),
          end,
        }
      else pieces.push({ type: 'word', text: rest.slice(0, 1), start: at, end })
      at = end
      continue
    }
    const entry = known.get(word)
    const range = { start: at, end: at + word.length }
    at += word.length
    switch (entry?.type) {
      case 'verb': {
        const tail = text.slice(at, Math.min(token.end, at + 24))
        const found = readEnding(tail)
        pieces.push({
          type: 'verb',
          sense: entry.sense,
          text: word,
          ending: found.ending,
          start: range.start,
          end: range.end + found.length,
        })
        at += found.length
        break
      }
      case 'particle':
        pieces.push({ type: 'particle', text: word, ...range })
        break
      case 'share':
        pieces.push({
          type: 'item',
          ...range,
          item: {
            ...range,
            spaced: true,
            type: 'quantity',
            quantity: { kind: 'share', bps: entry.bps },
          },
        })
        break
      case 'remainder':
        pieces.push({
          type: 'item',
          ...range,
          item: {
            ...range,
            spaced: true,
            type: 'quantity',
            quantity: { kind: 'remainder' },
          },
        })
        break
      case 'pronoun':
      case 'both':
        pieces.push({
          type: 'item',
          ...range,
          item: {
            ...range,
            spaced: true,
            type: 'word',
            text: entry.type === 'both' ? 'both' : 'it',
            senses: {},
          },
        })
        break
      case 'name': {
        const { type: _, ...senses } = entry
        pieces.push({
          type: 'item',
          ...range,
          item: { ...range, spaced: true, type: 'word', text: word, senses },
        })
        break
      }
      default:
        pieces.push({ type: 'word', text: word, ...range })
    }
  }
}

function readEnding(tail: string): { ending: Ending; length: number } {
  for (const [ending, pattern] of ENDINGS) {
    const match = pattern.exec(tail)
    if (match === null) continue
    if (ending === 'order') {
      const said = match[0]
      // A bare stem is a noun: `交換レート`, `ステーキング報酬`.
      return { ending: said === '' ? 'noun' : 'order', length: said.length }
    }
    return { ending, length: match[0].length }
  }
  return { ending: 'noun', length: 0 }
}

function longest(text: string): string | undefined {
  for (let length = Math.min(LONGEST, text.length); length > 0; length -= 1) {
    const word = text.slice(0, length)
    if (known.has(word) && !isCutShort(text, word)) return word
  }
  return undefined
}

const KATAKANA = /[ァ-ヶー]/

/** `ダイ` of `ダイヤ`: a name ends where its script does, or where another begins. */
function isCutShort(text: string, word: string): boolean {
  const next = text[word.length] ?? ''
  if (!KATAKANA.test(next) || !/^[ァ-ヶー]+$/.test(word)) return false
  const rest = text.slice(word.length)
  for (let length = Math.min(LONGEST, rest.length); length > 0; length -= 1)
    if (known.has(rest.slice(0, length))) return false
  return true
}
