import { BehestError } from '@behest/spec'

/** Thrown when an intent stands on words that its account did not say. */
export class WordsMismatchError extends BehestError {
  readonly code = 'WORDS_MISMATCH'
  readonly stage = 'intent'
  readonly retry = 'ask-user'

  constructor(facts: { intentId: string }) {
    super(
      `What was understood for intent ${facts.intentId} stands on other words than those that were said. Nothing was done; say the whole request afresh.`,
      { facts },
    )
  }
}
