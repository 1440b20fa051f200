import { BehestError } from '@behest/spec'

/** Thrown when a signature would do something that nobody approved. */
export class SigningRefusedError extends BehestError {
  readonly code = 'SIGNING_REFUSED'
  readonly stage = 'execution'
  readonly retry = 'never'

  /** @param given.rule - Also a whole sentence of another check; its full stop goes. */
  constructor(given: { readonly what: string; readonly rule: string }) {
    const facts = { ...given, rule: given.rule.replace(/\.$/, '') }
    super(
      `The signer refused ${facts.what}: ${facts.rule}. Only an approved plan is signed; make a new one and have it approved.`,
      { facts },
    )
  }
}

/** Thrown when the keys are locked and no password is there to unlock them. */
export class SignerLockedError extends BehestError {
  readonly code = 'SIGNER_LOCKED'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { readonly key: string; readonly reason: string }) {
    super(
      `The signer's key "${facts.key}" is locked: ${facts.reason}. Put the password back where the signer reads it.`,
      { facts },
    )
  }
}

/** Thrown when the signer's process does not answer. */
export class SignerUnreachableError extends BehestError {
  readonly code = 'SIGNER_UNREACHABLE'
  readonly stage = 'execution'
  readonly retry = 'same-input'

  constructor(facts: { readonly reason: string; readonly cause?: unknown }) {
    super(
      `The signer does not answer: ${facts.reason}. Nothing was signed; it is asked again by itself once it runs.`,
      { facts: { reason: facts.reason }, cause: facts.cause },
    )
  }
}

/** Thrown when another signer runs over the same keys and record. */
export class SignerRunningError extends BehestError {
  readonly code = 'SIGNER_RUNNING'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { readonly placeFile: string }) {
    super(
      `Another signer runs already (${facts.placeFile}): two would not know what the other signed. Stop it first, or give this one a folder of its own (BEHEST_DATA).`,
      { facts },
    )
  }
}

/** Thrown when a request to the signer is none that it knows. */
export class SignerRequestError extends BehestError {
  readonly code = 'SIGNER_REQUEST_INVALID'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { readonly problem: string }) {
    super(
      `The signer knows no such request: ${facts.problem}. It signs legs, mandates and permits of approved plans, receipts, and payments of agents; nothing else.`,
      { facts },
    )
  }
}

/** Thrown when the signer's own record of what it signed cannot be read or written. */
export class SignerRecordError extends BehestError {
  readonly code = 'SIGNER_RECORD_FAILED'
  readonly retry = 'never'

  constructor(facts: { reason: string }, cause?: unknown) {
    super(
      `The signer's record of what it signed is of no use (${facts.reason}), and without it nothing is signed: it could be signed twice. Look at the disk and at the folder "signer" of the data, then start the signer again.`,
      { facts, ...(cause === undefined ? {} : { cause }) },
    )
  }
}
