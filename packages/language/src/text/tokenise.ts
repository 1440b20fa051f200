import type { NormalisedText } from './normaliseText.js'

/** What a token is by its letters alone; meaning comes later. */
export type TokenType =
  | 'word'
  | 'number'
  | 'address'
  | 'hex'
  | 'name'
  | 'handle'
  | 'url'
  | 'script'
  | 'symbol'
  | 'newline'

/** One token of the matching text. */
export type Token = {
  readonly type: TokenType
  readonly text: string
  /** Offsets in the matching text. */
  readonly start: number
  readonly end: number
  /** Whether white space (or the start of the text) stands before it. */
  readonly spaced: boolean
  /** A word written behind `$`, such as `$aave`. */
  readonly cashtag?: true
}

/** Scripts that write no spaces; a run of them is cut by a lexicon, not here. */
const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Hangul}ー々〆'
const LETTER = `(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}_]`

const SPACE = /\s+/y
const NAME = new RegExp(
  `(?:${LETTER}|-){1,255}(?:\\.(?:${LETTER}|-){1,63}){1,8}`,
  'uy',
)
const WORD = new RegExp(
  `(?:(?![${UNSPACED}])[\\p{L}_])(?:${LETTER}|'(?=[a-z]))*|'s(?![a-z])`,
  'uy',
)
const SCRIPT = new RegExp(`[${UNSPACED}]+`, 'uy')
const NUMBER = /\d[\d,_]*(?:\.\d+)?(?:,\d+)?|\.\d+/y
const HEX = /0x[0-9a-z]+/y
const URL = /(?:https?:\/\/|ipfs:\/\/|www\.)\S+/y
const HANDLE = /@[a-z0-9_]{2,30}/y
const NAME_ENDINGS =
  /\.(?:eth|lens|crypto|nft|wallet|dao|blockchain|bnb|arb|sol|zil|bitcoin|xyz|id|x|888|box|link|art|com|io|org)$/
const CONTRACTED =
  /^(?:it|what|that|let|there|who|where|how|here|he|she|everything|everyone|new\s?year|valentine|year|today)'s$/
/** Names of things that begin with a digit. */
const DIGIT_NAME = /(?:1inch|[234]pool|3crv|0x(?:\s+protocol)?)(?![a-z0-9])/y

/**
 * Cuts the matching text into tokens. Linear: each pattern is tried once per
 * position and none nests quantifiers.
 */
export function tokenise(normalised: NormalisedText): Token[] {
  const { text } = normalised
  const tokens: Token[] = []
  let index = 0
  let spaced = true
  const push = (type: TokenType, length: number, extra?: { cashtag: true }) => {
    tokens.push({
      type,
      text: text.slice(index, index + length),
      start: index,
      end: index + length,
      spaced,
      ...extra,
    })
    index += length
    spaced = false
  }
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (isSpace(code)) {
      const length = matchLength(SPACE, text, index)
      const gap = text.slice(index, index + length)
      if (gap.includes('\n')) push('newline', length)
      else index += Math.max(length, 1)
      spaced = true
      continue
    }
    const digit = code >= 48 && code <= 57
    if (digit) {
      const hex = matchLength(HEX, text, index)
      if (hex > 2) {
        const end = index + hex
        // `0x….eth` would be a name; a longer run of hex is no address.
        if (text[end] !== '.' || !nameLength(text, index)) {
          push(isAddressLike(text.slice(index, end)) ? 'address' : 'hex', hex)
          continue
        }
      }
      const named = matchLength(DIGIT_NAME, text, index)
      if (named > 0) {
        push('word', named)
        continue
      }
    }
    if (digit || code === 46) {
      const name = digit ? nameLength(text, index) : 0
      if (name > 0) {
        push('name', name)
        continue
      }
      const length = numberLength(text, index)
      if (length > 0) {
        push('number', length)
        continue
      }
    }
    if (code === 64) {
      const length = matchLength(HANDLE, text, index)
      if (length > 0) {
        push('handle', length)
        continue
      }
    }
    if (code === 36 && isLatin(text.charCodeAt(index + 1))) {
      index += 1
      push('word', wordLength(text, index), { cashtag: true })
      continue
    }
    const link =
      code === 104 || code === 105 || code === 119
        ? matchLength(URL, text, index)
        : 0
    if (link > 0) {
      push('url', link)
      continue
    }
    const script = code > 0x7f ? matchLength(SCRIPT, text, index) : 0
    if (script > 0) {
      push('script', script)
      continue
    }
    if (isLatin(code) || code > 0x7f || code === 39) {
      const name = nameLength(text, index)
      if (name > 0) {
        push('name', name)
        continue
      }
      const word = wordLength(text, index)
      if (word > 0) {
        push('word', word)
        continue
      }
    }
    push('symbol', code >= 0xd800 && code <= 0xdbff ? 2 : 1)
  }
  return tokens
}

function isSpace(code: number): boolean {
  return (
    code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0x3000
  )
}

function isLatin(code: number): boolean {
  return (code >= 97 && code <= 122) || code === 95
}

function matchLength(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0].length ?? 0
}

function isAddressLike(text: string): boolean {
  return text.length === 42 && /^0x[0-9a-f]{40}$/.test(text)
}

function nameLength(text: string, index: number): number {
  NAME.lastIndex = index
  const match = NAME.exec(text)?.[0]
  if (match === undefined) return 0
  // `1.5`, `v3.then` and `usdc.e` are no names.
  return NAME_ENDINGS.test(match) && !/^[\d.]+$/.test(match) ? match.length : 0
}

/** A word, with the `.e` of bridged tokens. */
function wordLength(text: string, index: number): number {
  const length = matchLength(WORD, text, index)
  if (length === 0) return 0
  const after = index + length
  if (
    text[after] === '.' &&
    text[after + 1] === 'e' &&
    !isLatin(text.charCodeAt(after + 2)) &&
    length > 2
  )
    return length + 2
  // `eth's` is a token and its genitive; `what's` and `it's` are words.
  const word = text.slice(index, after)
  if (word.endsWith("'s") && !CONTRACTED.test(word)) return length - 2
  return length
}

function numberLength(text: string, index: number): number {
  let length = matchLength(NUMBER, text, index)
  if (length === 0) return 0
  while (length > 1 && /[,_]/.test(text[index + length - 1] ?? '')) length -= 1
  // `1 000 000`: groups of three behind single spaces.
  if (/^\d{1,3}$/.test(text.slice(index, index + length))) {
    let end = index + length
    while (
      text[end] === ' ' &&
      /^\d{3}$/.test(text.slice(end + 1, end + 4)) &&
      !/[\da-z.,_]/.test(text[end + 4] ?? ' ')
    )
      end += 4
    // The last group may carry decimals.
    length = end - index
  }
  return length
}
