import type { ParseContext, ParseResult } from '@behest/spec'
import {
  NO_ADVICE,
  NO_ADVICE_JA,
  NOTHING,
  NOTHING_JA,
  none,
} from './check/none.js'
import { parseEnglish } from './english/parseEnglish.js'
import { isJapanese } from './japanese/isJapanese.js'
import { parseInJapanese } from './japanese/parseInJapanese.js'
import { normaliseText } from './text/normaliseText.js'

/** The longest text that is read at all, in UTF-16 units. */
const LONGEST = 10_000

/**
 * Turns what a person typed into a typed intent, questions, or neither.
 *
 * Pure: the same text and context always give the same result. It reads no
 * chain, clock or network. Every argument that moves value stands in the text
 * at the span given for it, or is what an earlier step gives.
 *
 * @param utterance - The words, verbatim; at most 10,000 UTF-16 units are read.
 * @param context.now - ISO 8601 instant at which it was said.
 * @param context.timeZone - IANA zone in which `9am` is meant.
 * @param context.account - The speaker's account, if known.
 * @param context.chain - The account's chain, if known.
 * @param context.locale - BCP 47; settles `1.000` and `1,5`.
 * @returns An intent, a draft with one question per missing slot, or none.
 */
export function parseUtterance(
  utterance: string,
  context: ParseContext,
): ParseResult {
  if (utterance.length > LONGEST)
    return none(
      'not-understood',
      `That text has ${utterance.length} characters, and at most ${LONGEST} are read. Say it in fewer words.`,
    )
  const normalised = normaliseText(utterance)
  if (normalised.text.trim() === '')
    return none(
      'not-understood',
      'There is nothing to read. Say what you want done.',
    )
  return isJapanese(normalised.text)
    ? parseInJapanese(normalised, context)
    : parseEnglish(normalised, context)
}

/** Tells whether a text was kept back on purpose, and not for lack of words. */
export function isBlocked(
  result: Extract<ParseResult, { type: 'none' }>,
): boolean {
  return (
    result.reason === 'injection' ||
    [NOTHING, NO_ADVICE, NOTHING_JA, NO_ADVICE_JA].includes(result.message)
  )
}
