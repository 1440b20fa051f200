import type {
  Follows,
  Intent,
  IntentArtifact,
  IntentStorePort,
  LanguagePort,
  ParseAnswer,
  ParseResult,
  PastIntent,
  UtteranceArtifact,
} from '@behest/spec'
import type { Linked } from '../ports.js'
import { WordsMismatchError } from './errors.js'
import { readPast } from './readPast.js'
import { quoteWords } from './sayPast.js'

/**
 * Turns the utterance into an intent, questions, or the reason for neither.
 *
 * Words that point at an earlier request are read against those of the same
 * account. Whose words an intent stands on is checked here and not believed:
 * its utterance is what was said now or, by reference, an earlier request of
 * this account, a line break, and what was said now.
 *
 * @param options.utterance - The record of what was said.
 * @param options.language - Who understands it.
 * @param options.store - Where earlier requests are.
 * @returns The artifact; nothing in it was invented.
 * @throws {WordsMismatchError} when the intent stands on anybody else's words.
 */
export async function understandUtterance(options: {
  readonly intentId: string
  readonly utterance: Linked<UtteranceArtifact>
  readonly language: LanguagePort
  readonly store: IntentStorePort
}): Promise<IntentArtifact> {
  const { intentId, utterance, language, store } = options
  let past: readonly PastIntent[] = []
  const answer = await language.parse({
    utterance: utterance.body.text,
    context: utterance.body.context,
    readPast: async () => {
      past = await readPast({ store, intentId, utterance: utterance.body })
      return past
    },
  })
  const { text } = utterance.body
  const { result } = answer
  const target = past.find(({ id }) => id === answer.follows?.intentId)
  // The words of `previous`, where the new intent goes on from them.
  const earlier = target === undefined ? '' : readWords(target.result)
  const isJoined = earlier !== '' && result.type !== 'none'
  if (
    result.type !== 'none' &&
    readWords(result) !== (isJoined ? `${earlier}\n${text.trim()}` : text)
  )
    throw new WordsMismatchError({ intentId })
  const stored = target ? await store.get(target.id) : null
  const intentHash = stored?.artifacts.find(
    ({ stage }) => stage === 'intent',
  )?.hash
  return {
    stage: 'intent',
    parentHash: utterance.hash,
    result,
    parser: answer.parser,
    notes: [...answer.notes],
    ...(answer.follows && stored && intentHash
      ? {
          follows: {
            type: answer.follows.type,
            intentId: stored.id,
            intentHash,
            words: [0, isJoined ? earlier.length : 0],
            says: sayFollows(answer, stored.id, earlier),
            cannot: answer.follows.cannot.map((why) => why.slice(0, 500)),
          } satisfies Follows,
        }
      : {}),
  }
}

/** What an intent or a draft stands on: the words of its utterance. */
export function readWords(result: ParseResult): string {
  switch (result.type) {
    case 'intent':
      return result.intent.utterance
    case 'clarify':
      return result.draft.utterance
    case 'none':
      return ''
    default:
      return result satisfies never
  }
}

const openings: Readonly<Record<Follows['type'], string>> = {
  repeat: 'The same again as',
  change: 'A change of',
  undo: 'Takes back, as far as anything can,',
  cancel: 'Ends',
  status: 'Is about',
}

/** Says which request is meant, and which arguments come from its words. */
function sayFollows(
  answer: ParseAnswer,
  intentId: string,
  earlier: string,
): string {
  const { result, follows } = answer
  const opening = `${openings[follows?.type ?? 'repeat']} ${quoteWords(earlier)} (intent ${intentId}).`
  if (result.type === 'none') return opening
  const { utterance, steps } = (
    result.type === 'intent' ? result.intent : result.draft
  ) as Intent
  const spans = steps.flatMap((step) => Object.values(step.spans))
  const take = (isWanted: (start: number) => boolean): string => {
    const words = spans
      .filter(([start]) => isWanted(start))
      .toSorted(([a], [b]) => a - b)
      .map(([start, end]) => utterance.slice(start, end).replace(/\s+/g, ' '))
    return [...new Set(words)].slice(0, 12).join(', ').slice(0, 300)
  }
  const old = take((start) => start < earlier.length)
  const fresh = take((start) => start > earlier.length)
  return `${opening}${old === '' ? '' : ` From those words: ${old}.`}${fresh === '' ? '' : ` New in yours: ${fresh}.`}`
}
