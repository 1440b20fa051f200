import {
  commonWords,
  getPhrases,
  getSenses,
  getSymbol,
  type Senses,
} from '../lexicon/lexicon.js'
import { isKnownWord, repairToken, repairWord } from '../lexicon/repairWord.js'
import { readDecimal } from '../numbers/readDecimal.js'
import type { Item } from './Item.js'
import { toLookalike } from './isConfusable.js'
import type { NormalisedText } from './normaliseText.js'
import type { Token } from './tokenise.js'

/** A word with no meaning that we know. */
export const NO_SENSES: Senses = {}

/** Gives each token its possible meanings, the longest known phrase first. */
export function tagItems(
  tokens: readonly Token[],
  normalised: NormalisedText,
  locale?: string,
): Item[] {
  const items: Item[] = []
  const { utterance } = normalised
  const shouts = !/[a-z]/.test(utterance)
  let index = 0
  let numbered = 0
  while (index < tokens.length) {
    const token = tokens[index]
    if (token === undefined) break
    const { start, end, spaced, text } = token
    const range = { start, end, spaced }
    const next = tokens[index + 1]
    index += 1
    switch (token.type) {
      case 'newline':
        items.push({ ...range, type: 'break', strength: 'line' })
        break
      case 'number': {
        // `an ERC-20 transfer` counts nothing.
        const standard = items.at(-2)
        if (
          /^(?:20|721|1155)$/.test(text) &&
          items.at(-1)?.type === 'symbol' &&
          standard?.type === 'word' &&
          standard.text === 'erc'
        ) {
          items.splice(-2, 2)
          break
        }
        // `1.` and `2)` at the start of a line number a list.
        const before = items.at(-1)
        if (
          (before === undefined ||
            before.type === 'break' ||
            (before.type === 'symbol' && /^[-(:]$/.test(before.text)) ||
            // `1. swap … 2. bridge …` on one line.
            (numbered > 0 && text === String(numbered + 1))) &&
          /^\d{1,2}$/.test(text) &&
          next !== undefined &&
          !next.spaced &&
          (next.text === ')' ||
            (next.text === '.' && tokens[index + 1]?.spaced === true))
        ) {
          index += 1
          numbered = Number(text)
          items.push({ ...range, type: 'break', strength: 'line' })
          break
        }
        items.push({
          ...range,
          type: 'number',
          text,
          ...readDecimal(text, locale),
        })
        break
      }
      case 'address':
        items.push({
          ...range,
          type: 'address',
          text: verbatim(normalised, token),
        })
        break
      case 'hex':
        items.push({ ...range, type: 'hex', text: verbatim(normalised, token) })
        break
      case 'name': {
        // `polygon.then` is no name, `uni.eth` is.
        const lookalike = toLookalike(text)
        items.push({
          ...range,
          type: 'name',
          text: verbatim(normalised, token),
          ...(lookalike === undefined ? {} : { lookalike }),
        })
        break
      }
      case 'handle':
        items.push({
          ...range,
          type: 'name',
          text: verbatim(normalised, token),
        })
        break
      case 'url':
        break
      case 'symbol': {
        if (
          /[.!?;。！？；]/.test(text) &&
          (text !== '.' ||
            next === undefined ||
            next.spaced ||
            next.type === 'symbol')
        )
          items.push({ ...range, type: 'break', strength: 'sentence' })
        else items.push({ ...range, type: 'symbol', text })
        break
      }
      default: {
        const phrase = matchPhrase(tokens, index - 1)
        if (phrase !== undefined && token.cashtag === undefined) {
          const last = tokens[index - 2 + phrase.words.length]
          items.push({
            start,
            end: last?.end ?? end,
            spaced,
            type: 'word',
            text: phrase.words.join(' '),
            senses: phrase.senses,
          })
          index += phrase.words.length - 1
          break
        }
        items.push({
          ...range,
          type: 'word',
          ...readWord(token, items.at(-1), verbatim(normalised, token), shouts),
          ...(token.cashtag === undefined ? {} : { cashtag: true as const }),
        })
      }
    }
  }
  return items
}

/** The exact slice of the utterance that a range of the matching text covers. */
export function verbatim(
  normalised: NormalisedText,
  range: { readonly start: number; readonly end: number },
): string {
  return normalised.utterance.slice(
    normalised.startOf(range.start),
    normalised.endOf(range.end - 1),
  )
}

function readWord(
  token: Token,
  before: Item | undefined,
  said: string,
  shouts: boolean,
): {
  text: string
  senses: Senses
  repaired?: true
  lookalike?: string
} {
  const { text } = token
  // `0.25e`: ether, glued to its number.
  if (text === 'e' && !token.spaced && before?.type === 'number')
    return { text: 'eth', senses: getSenses('eth') ?? NO_SENSES }
  if (token.cashtag) {
    return { text, senses: { token: getSymbol(text) ?? said } }
  }
  const senses = getSenses(text)
  if (senses !== undefined) {
    // In the writer's own capitals a common word is a ticker: `swap 5 ONE`.
    if (
      senses.tokenWeak &&
      !shouts &&
      said.length > 1 &&
      said === said.toUpperCase()
    ) {
      const { tokenWeak: _, ...strong } = senses
      return { text, senses: strong }
    }
    return { text, senses }
  }
  const lookalike = toLookalike(text)
  if (lookalike !== undefined)
    return isKnownWord(lookalike)
      ? { text, senses: getSenses(lookalike) ?? NO_SENSES, lookalike }
      : { text, senses: NO_SENSES, lookalike }
  if (commonWords.has(text)) return { text, senses: NO_SENSES }
  const behindNumber = before?.type === 'number'
  const mended =
    repairToken(text) ??
    // A ticker in capitals, or one behind a number, is a name and not a slip.
    (behindNumber || (!shouts && said === said.toUpperCase())
      ? undefined
      : repairWord(text))
  // A rare ticker is not what a slip meant: `veto` is no VELO.
  const mendedSenses = mended === undefined ? undefined : getSenses(mended)
  const risky =
    mendedSenses?.token !== undefined &&
    mendedSenses.verb === undefined &&
    text.length < 6 &&
    repairToken(text) === undefined
  if (mended !== undefined && !risky)
    return {
      text: mended,
      senses: getSenses(mended) ?? NO_SENSES,
      repaired: true,
    }
  return { text, senses: NO_SENSES }
}

function matchPhrase(
  tokens: readonly Token[],
  index: number,
): { words: readonly string[]; senses: Senses } | undefined {
  const first = tokens[index]
  if (first === undefined) return undefined
  for (const entry of getPhrases(first.text)) {
    let matches = true
    for (let offset = 1; offset < entry.words.length; offset += 1) {
      const token = tokens[index + offset]
      if (token === undefined || token.text !== entry.words[offset]) {
        matches = false
        break
      }
    }
    if (matches) return entry
  }
  return undefined
}
