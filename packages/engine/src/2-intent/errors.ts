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

/** Recorded when an utterance is no request that could be served. */
export class NotARequestError extends BehestError {
  readonly code = 'NOT_A_REQUEST'
  readonly stage = 'intent'
  readonly retry = 'ask-user'

  constructor(facts: { reason: string; message: string }) {
    super(facts.message, { facts: { reason: facts.reason } })
  }
}

/** Thrown when an intent waits for no answer. */
export class NothingToAnswerError extends BehestError {
  readonly code = 'NOTHING_TO_ANSWER'
  readonly stage = 'intent'
  readonly retry = 'never'

  constructor(facts: { intentId: string; status: string }) {
    super(
      `Intent ${facts.intentId} is ${facts.status} and waits for no answer. Start a new one.`,
      { facts },
    )
  }
}
