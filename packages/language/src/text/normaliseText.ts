import { createTable } from './createTable.js'
/** A matching text, and for each of its units where in the utterance it came from. */
export type NormalisedText = {
  /** NFKC, lower case, without invisible characters. Only ever matched against. */
  readonly text: string
  /** The utterance, verbatim. */
  readonly utterance: string
  /** UTF-16 offset in the utterance at which the source of unit `i` starts. */
  startOf(index: number): number
  /** UTF-16 offset in the utterance at which the source of unit `i` ends. */
  endOf(index: number): number
}

/** Zero-width, bidi controls, variation selectors, soft hyphen, tags: nothing a person can see. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u
/** Digits in a circle: they number what follows, and count nothing. */
const LISTED = /^[\u2460-\u2473\u2776-\u2793]$/u
const MARK = /^[\p{M}\uFF9E\uFF9F]$/u

/** Typographic forms that NFKC leaves alone and that mean the same as the plain one. */
const PLAIN: Readonly<Record<string, string>> = createTable({
  '\u2018': "'",
  '\u2019': "'",
  '\u02bc': "'",
  '\u201b': "'",
  '`': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u201f': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2192': '→',
  '\u21d2': '→',
  '\u279c': '→',
  '\u27a1': '→',
  '\u2794': '→',
  '\u27f6': '→',
  '\u00d7': 'x',
  '\u2026': '…',
  '\u20ae': 't',
  '\u039e': 'eth',
  '\u20bf': 'btc',
})

/**
 * Folds an utterance for matching and records where each unit came from.
 *
 * The utterance itself stays verbatim: spans are always reported against it.
 * Linear in the length of the text.
 */
export function normaliseText(utterance: string): NormalisedText {
  // Plain ASCII maps onto itself, and is nearly all there is.
  if (isAscii(utterance)) {
    return {
      text: utterance.toLowerCase().replaceAll('`', "'"),
      utterance,
      startOf: (index) => index,
      endOf: (index) => index + 1,
    }
  }
  const starts: number[] = []
  const ends: number[] = []
  const parts: string[] = []
  let index = 0
  while (index < utterance.length) {
    const code = utterance.charCodeAt(index)
    let end = index + 1
    let folded: string
    if (code < 0x80 && !startsCluster(utterance, end)) {
      const letter = utterance[index] ?? ''
      folded = PLAIN[letter] ?? letter.toLowerCase()
    } else {
      end = index + (isHighSurrogate(code) ? 2 : 1)
      const letter = utterance.slice(index, end)
      if (INVISIBLE.test(letter)) {
        index = end
        continue
      }
      while (end < utterance.length && startsCluster(utterance, end)) {
        end += isHighSurrogate(utterance.charCodeAt(end)) ? 2 : 1
      }
      const cluster = utterance.slice(index, end)
      folded =
        PLAIN[cluster] ?? cluster.normalize('NFKC').toLowerCase().normalize()
      if (folded.length === 1) folded = PLAIN[folded] ?? folded
      // `①2 weth` numbers a step: it is no twelve.
      if (LISTED.test(cluster)) folded = '\n'
      // `1½` is one and a half, not eleven halves.
      if (folded.includes('⁄')) folded = ` ${folded}`
    }
    for (let unit = 0; unit < folded.length; unit += 1) {
      starts.push(index)
      ends.push(end)
    }
    parts.push(folded)
    index = end
  }
  return {
    text: parts.join(''),
    utterance,
    startOf: (at) => starts[at] ?? utterance.length,
    endOf: (at) => ends[at] ?? utterance.length,
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7e) return false
  }
  return true
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

/** Whether the letter at `index` only changes the one before it. */
function startsCluster(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (!(code >= 0x300)) return false
  return MARK.test(
    isHighSurrogate(code) ? text.slice(index, index + 2) : (text[index] ?? ''),
  )
}
