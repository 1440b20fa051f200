import type { ParseContext } from '@behest/spec'
import type { NormalisedText } from '../text/normaliseText.js'
import type { JapaneseReading, Reading } from './Reading.js'
import { readClauses } from './readClauses.js'
import { readSlots } from './readSlots.js'

/** Reads a Japanese text, clause by clause, each up to its verb. */
export function parseJapanese(
  normalised: NormalisedText,
  context: ParseContext,
): JapaneseReading {
  const { slots, quoted, unclear } = readSlots(normalised, context)
  const reading: Reading = {
    normalised,
    drafts: [],
    clauses: [],
    blocked: false,
    advice: false,
    kept: undefined,
    last: undefined,
    asked: undefined,
    pending: [],
    clause: 0,
    sentence: 0,
    forbidden: undefined,
  }
  readClauses(reading, slots)
  const { drafts, clauses, blocked, advice } = reading
  return { drafts, clauses, blocked, advice, quoted, unclear }
}
