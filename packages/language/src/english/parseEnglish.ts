import type { ParseContext, ParseResult } from '@behest/spec'
import { findInjection } from '../check/findInjection.js'
import { hasOrder, isAboutNfts } from '../check/hasOrder.js'
import { NOTHING, none } from '../check/none.js'
import { rateConfidence, readSigns } from '../classify/rateConfidence.js'
import { readNumbers } from '../numbers/readNumbers.js'
import { foldAsides } from '../phrases/foldAsides.js'
import { foldCorrections } from '../phrases/foldCorrections.js'
import { foldForms } from '../phrases/foldForms.js'
import { foldQuotes } from '../phrases/foldQuotes.js'
import { foldChange } from '../phrases/forms/foldChange.js'
import { foldTaken } from '../phrases/forms/foldTaken.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { tagItems } from '../text/tagItems.js'
import { tokenise } from '../text/tokenise.js'
import { readEnglish } from './readEnglish.js'

/** A reading that is rated lower is put to the speaker first. */
const CONFIRMS_BELOW = 0.85

/** A longer text is read once: what is missing in it is asked for. */
const MOST_DOUBTED = 120

export function parseEnglish(
  normalised: NormalisedText,
  context: ParseContext,
): ParseResult {
  const tokens = tokenise(normalised)
  const tagged = readNumbers(tagItems(tokens, normalised, context.locale))
  const folded = foldQuotes(tagged, normalised)
  const { quoted } = folded
  const injection = findInjection(normalised, folded.items)
  if (injection)
    return none(
      'injection',
      'That text carries instructions that are not your own. Say in your own words what you want done.',
    )
  const corrected = foldCorrections(foldTaken(foldChange(folded.items)))
  if (corrected.type === 'dropped') return none('out-of-scope', NOTHING)
  const { items, scope } = foldAsides(foldForms(corrected.items))
  if (isAboutNfts(items) && hasOrder(items))
    return none('out-of-scope', 'Behest does not move NFTs.')
  const read = (unread: ReadonlySet<number>) =>
    readEnglish({
      items,
      scope,
      quoted,
      normalised,
      context,
      unread,
      unclear: corrected.unclear !== undefined,
    })
  const first = read(new Set())
  if (first.result.type === 'intent') return confirmed(first.result, normalised)
  if (first.result.type !== 'clarify' || items.length > MOST_DOUBTED)
    return first.result
  // A word that was taken for a verb may be the reason why something is missing.
  for (const unread of listDoubts(first.doubtful)) {
    const other = read(unread)
    if (other.result.type === 'intent')
      return confirmed(other.result, normalised)
  }
  return first.result
}

/** A reading that is rated too low to act on is put to the speaker first. */
function confirmed(
  result: Extract<ParseResult, { type: 'intent' }>,
  normalised: NormalisedText,
): ParseResult {
  if (
    result.intent.steps.every((step) => step.action === 'ask') ||
    rateConfidence(normalised.utterance, result) >= CONFIRMS_BELOW ||
    isAllKnown(normalised.utterance, result)
  )
    return result
  return {
    type: 'clarify',
    draft: result.intent,
    questions: [
      {
        slot: 'steps[0].action',
        text: 'That could be meant otherwise. Is it read rightly?',
      },
    ],
  }
}

/** No word in it is misspelt, unknown or beside the matter: nothing to confirm. */
function isAllKnown(utterance: string, result: ParseResult): boolean {
  const [unknown, everyday, repaired] = readSigns(utterance, result).slice(5)
  return unknown === 0 && everyday === 0 && repaired === 0
}

/** Each doubtful verb alone, then two of them at a time. */
function* listDoubts(doubtful: readonly number[]): Generator<Set<number>> {
  const few = doubtful.slice(0, 4)
  for (const one of few) yield new Set([one])
  for (const [at, one] of few.entries())
    for (const other of few.slice(at + 1)) yield new Set([one, other])
}
