import { createRequire } from 'node:module'
import { cutAsciiWords } from './asciiWords.js'
import { stopWords } from './stopWords.js'

const stemWord = createRequire(import.meta.url)('wink-porter2-stemmer') as (
  word: string,
) => string

// Words repeat; stems do not change. Bounded, so that made-up words cannot fill
// the memory.
const stems = new Map<string, string>()
const maxStems = 200_000

/** The term of a folded word; empty for a stop word. */
function toTerm(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  // Numbers hardly repeat, and have no stem.
  if (!/^[a-z]+$/.test(word)) return stopWords.has(word) ? '' : word
  const term = stopWords.has(word)
    ? ''
    : word.length < 40
      ? stemWord(word)
      : word
  if (stems.size >= maxStems) stems.clear()
  stems.set(word, term)
  return term
}

const asciiOnly = /^[\x20-\x7e\s]*$/
const camelBoundary = /([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g
const latinMarks = /[\u0300-\u036f]/g
const cjkRun =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc\u3005]+/gu
const wordRun = /[\p{L}\p{M}\p{N}]+/gu
const pictures = /[\p{Extended_Pictographic}\p{Sc}\p{So}\p{Sm}]/gu
const hasCjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

let segmenter: Intl.Segmenter | undefined

/**
 * Writes text in the one form that both sides of a search use: compatibility
 * forms and accents folded, camel case split, lower case.
 *
 * @param text - Any text.
 * @returns The folded text; words are still apart.
 */
export function foldText(text: string): string {
  const split = text.replace(camelBoundary, '$1$3 $2')
  if (asciiOnly.test(split)) return split.toLowerCase()
  return split
    .normalize('NFKC')
    .normalize('NFD')
    .replace(latinMarks, '')
    .normalize('NFC')
    .toLowerCase()
}

/**
 * Splits text into the terms that are indexed and searched. Stop words are left
 * out, words are stemmed, Chinese and Japanese runs are cut into words and
 * pairs, and each emoji or symbol is a term of its own.
 *
 * @param text - Any text.
 * @returns The terms, in order, with repetitions.
 */
export function tokenize(text: string): string[] {
  return asciiOnly.test(text)
    ? toTerms(cutAsciiWords(text, 'letters'))
    : tokenizeAny(text)
}

function toTerms(words: readonly string[]): string[] {
  const terms: string[] = []
  for (const word of words) {
    const term = toTerm(word)
    if (term !== '') terms.push(term)
  }
  return terms
}

/** What {@link tokenize} does of any text, by its definition. */
export function tokenizeAny(text: string): string[] {
  const folded = foldText(text)
  const terms: string[] = []
  let words = folded
  if (!asciiOnly.test(folded)) {
    for (const picture of folded.match(pictures) ?? []) terms.push(picture)
    if (hasCjk.test(folded)) {
      for (const run of folded.match(cjkRun) ?? []) addCjkTerms(run, terms)
      words = folded.replace(cjkRun, ' ')
    }
  }
  return terms.concat(toTerms(words.match(wordRun) ?? []))
}

function addCjkTerms(run: string, terms: string[]): void {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' })
  const seen = new Set<string>()
  for (const { segment } of segmenter.segment(run)) {
    // One hiragana letter is grammar, not meaning.
    if (/^\p{Script=Hiragana}$/u.test(segment)) continue
    seen.add(segment)
    terms.push(segment)
  }
  const letters = [...run]
  for (let index = 0; index + 1 < letters.length; index += 1) {
    const pair = `${letters[index]}${letters[index + 1]}`
    if (!seen.has(pair)) terms.push(pair)
  }
}

/**
 * Gives the letters that name n-grams are cut from: folded, one space between
 * words.
 *
 * @param text - Any text.
 * @param maxLength - Most letters.
 */
export function toGramText(text: string, maxLength: number): string {
  const beginning = text.slice(0, maxLength * 2)
  const words = asciiOnly.test(beginning)
    ? cutAsciiWords(beginning, 'letters-and-symbols')
    : cutAnyGramWords(beginning)
  return words.join(' ').slice(0, maxLength)
}

/** The words of {@link toGramText}, of any text, by their definition. */
export function cutAnyGramWords(text: string): readonly string[] {
  return (
    foldText(text).match(
      /[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{S}]+/gu,
    ) ?? []
  )
}

/** Gives the words of a text that are no filler, as they were written. */
export function toContentWords(text: string): string {
  return (foldText(text).match(/[\p{L}\p{M}\p{N}.']+/gu) ?? [])
    .filter((word) => !stopWords.has(word))
    .join(' ')
}
