import type {
  Address,
  Custody,
  ParseContext,
  UtteranceArtifact,
} from '@behest/spec'
import { UtteranceEmptyError, UtteranceTooLongError } from './errors.js'

const maxLength = 10_000

/**
 * Keeps what was said, verbatim.
 *
 * @param options.text - The sentence.
 * @param options.account - Whose money it is about.
 * @param options.chainId - The chain that the account is meant on.
 * @param options.context - All that understanding may know.
 * @param options.previousIntentId - What was before the speaker's eyes.
 * @param options.custody - How the user wants it carried out, where they said.
 * @returns The first artifact.
 * @throws {UtteranceEmptyError} when nothing was said.
 * @throws {UtteranceTooLongError} past 10,000 UTF-16 units.
 */
export function recordUtterance(options: {
  readonly text: string
  readonly account: Address
  readonly chainId: number
  readonly context: ParseContext
  readonly previousIntentId?: string
  readonly custody?: Custody | undefined
}): UtteranceArtifact {
  const { text, account, chainId, context, previousIntentId, custody } = options
  if (text.trim() === '') throw new UtteranceEmptyError()
  if (text.length > maxLength)
    throw new UtteranceTooLongError({ length: text.length, maxLength })
  return {
    stage: 'utterance',
    text,
    account,
    chainId,
    context,
    ...(custody === undefined ? {} : { custody }),
    receivedAt: context.now,
    ...(previousIntentId === undefined ? {} : { previousIntentId }),
  }
}
