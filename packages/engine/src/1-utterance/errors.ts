import { BehestError } from '@behest/spec'

/** Thrown when an utterance holds nothing but white space. */
export class UtteranceEmptyError extends BehestError {
  readonly code = 'UTTERANCE_EMPTY'
  readonly stage = 'utterance'
  readonly retry = 'ask-user'

  constructor() {
    super(
      'Nothing was said. Say what you want in a sentence, such as "swap 1 ETH for USDC".',
    )
  }
}

/** Thrown when an utterance is longer than any request needs to be. */
export class UtteranceTooLongError extends BehestError {
  readonly code = 'UTTERANCE_TOO_LONG'
  readonly stage = 'utterance'
  readonly retry = 'ask-user'

  constructor(facts: { length: number; maxLength: number }) {
    super(
      `The request has ${facts.length} characters; at most ${facts.maxLength} are read. Say it in fewer words.`,
      { facts },
    )
  }
}
