import type {
  IntentArtifact,
  LanguagePort,
  UtteranceArtifact,
} from '@behest/spec'
import type { Linked } from '../ports.js'

/**
 * Turns the utterance into an intent, questions, or the reason for neither.
 *
 * @param options.utterance - The record of what was said.
 * @param options.language - Who understands it.
 * @returns The artifact; nothing in it was invented.
 */
export async function understandUtterance(options: {
  readonly utterance: Linked<UtteranceArtifact>
  readonly language: LanguagePort
}): Promise<IntentArtifact> {
  const { utterance, language } = options
  const answer = await language.parse({
    utterance: utterance.body.text,
    context: utterance.body.context,
  })
  return {
    stage: 'intent',
    parentHash: utterance.hash,
    result: answer.result,
    parser: answer.parser,
    notes: [...answer.notes],
  }
}
