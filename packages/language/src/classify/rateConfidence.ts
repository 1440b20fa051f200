import { readFileSync } from 'node:fs'
import type { ParseResult } from '@behest/spec'
import { commonWords } from '../lexicon/lexicon.js'
import { isFamiliar } from '../lexicon/repairWord.js'
import { readNumbers } from '../numbers/readNumbers.js'
import { normaliseText } from '../text/normaliseText.js'
import { tagItems } from '../text/tagItems.js'
import { tokenise } from '../text/tokenise.js'
import { classifyAction } from './classifyAction.js'

const calibration = JSON.parse(
  readFileSync(new URL('./confidence.json', import.meta.url), 'utf8'),
) as { readonly bias: number; readonly weights: readonly number[] }

/**
 * Tells how likely a reading is to be right, from 0 to 1: of readings rated 0.9,
 * nine in ten were right on sentences that the rating was not fitted on.
 *
 * @param utterance - The words that were read.
 * @param result - What the parser made of them.
 * @returns The probability that it is what was meant.
 */
export function rateConfidence(utterance: string, result: ParseResult): number {
  const score = readSigns(utterance, result).reduce(
    (sum, sign, at) => sum + sign * (calibration.weights[at] ?? 0),
    calibration.bias,
  )
  return 1 / (1 + Math.exp(-score))
}

/** What speaks for and against a reading, in the order of the weights. */
export function readSigns(utterance: string, result: ParseResult): number[] {
  const normalised = normaliseText(utterance.slice(0, 2_000))
  const items = readNumbers(tagItems(tokenise(normalised), normalised))
  const steps =
    result.type === 'intent'
      ? result.intent.steps
      : result.type === 'clarify'
        ? result.draft.steps
        : []
  const spans = steps.flatMap((step) => Object.values(step.spans))
  const guess = classifyAction(items)
  const first = steps[0]?.action ?? 'none'
  let unknown = 0
  let everyday = 0
  let repaired = 0
  for (const item of items) {
    if (item.type !== 'word') continue
    if (item.repaired) repaired += 1
    const start = normalised.startOf(item.start)
    if (
      Object.keys(item.senses).length > 0 ||
      commonWords.has(item.text) ||
      spans.some(([from, to]) => from <= start && start < to)
    )
      continue
    if (isFamiliar(item.text)) everyday += 1
    else unknown += 1
  }
  const isJapanese = /[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(utterance)
  return [
    result.type === 'clarify' ? 1 : 0,
    result.type === 'none' ? 1 : 0,
    // The classifier knows English only.
    isJapanese ? 0 : Math.max(-4, Math.log((guess.all[first] ?? 0) + 0.01)),
    isJapanese ? 1 : 0,
    Math.min(4, Math.max(0, steps.length - 1)),
    Math.min(3, unknown),
    Math.min(4, everyday),
    Math.min(3, repaired),
    steps.some((step) => step.when !== undefined) ? 1 : 0,
    steps.some((step) => step.schedule !== undefined) ? 1 : 0,
    Math.min(4, utterance.length / 80),
  ]
}
