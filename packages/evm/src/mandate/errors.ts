import { BehestError } from '@behest/spec'

type Facts = { readonly account: string; readonly reason: string }

/** Thrown when a mandate's time is over. */
export class MandateExpiredError extends BehestError {
  readonly code = 'MANDATE_EXPIRED'
  readonly stage = 'execution'
  readonly retry = 'new-quote'

  constructor(facts: Facts) {
    super(
      `The mandate of ${facts.account} is over (${facts.reason}); nothing moved. Ask for a new plan and approve that.`,
      { facts },
    )
  }
}

/** Thrown when a mandate was used already: it works once. */
export class MandateSpentError extends BehestError {
  readonly code = 'MANDATE_SPENT'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: Facts) {
    super(
      `The mandate of ${facts.account} was used already (${facts.reason}); nothing moved a second time. Look at the receipt of its first use.`,
      { facts },
    )
  }
}

/** Thrown when the calls are not exactly those of the mandate. */
export class MandateBatchMismatchError extends BehestError {
  readonly code = 'MANDATE_BATCH_MISMATCH'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: Facts) {
    super(
      `The calls are not those that ${facts.account} gave its mandate for (${facts.reason}); nothing moved. Find out who changed them before you ask again.`,
      { facts },
    )
  }
}

/** Thrown when more would leave the account than its mandate allows. */
export class MandateOverspentError extends BehestError {
  readonly code = 'MANDATE_OVERSPENT'
  readonly stage = 'execution'
  readonly retry = 'new-quote'

  constructor(facts: Facts) {
    super(
      `More would leave ${facts.account} than its mandate allows (${facts.reason}); nothing moved. Ask for a new plan.`,
      { facts },
    )
  }
}

/** Thrown when less would arrive than the mandate demands. */
export class MandateUnderpaidError extends BehestError {
  readonly code = 'MANDATE_UNDERPAID'
  readonly stage = 'execution'
  readonly retry = 'new-quote'

  constructor(facts: Facts) {
    super(
      `Less would arrive at ${facts.account} than its mandate demands (${facts.reason}); nothing moved. Ask for a new plan.`,
      { facts },
    )
  }
}

/** Thrown when somebody uses a mandate that is not for them. */
export class MandateRedeemerError extends BehestError {
  readonly code = 'MANDATE_REDEEMER_WRONG'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: Facts) {
    super(
      `The mandate of ${facts.account} is for another executor (${facts.reason}); nothing moved. Have the executor that the plan names carry it out.`,
      { facts },
    )
  }
}

/** Thrown when the account took a mandate back. */
export class MandateRevokedError extends BehestError {
  readonly code = 'MANDATE_REVOKED'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: Facts) {
    super(
      `${facts.account} took its mandate back (${facts.reason}); nothing moved. Ask the user before you make a new plan.`,
      { facts },
    )
  }
}

/** Thrown when a mandate's signature is not the account's. */
export class MandateSignatureError extends BehestError {
  readonly code = 'MANDATE_SIGNATURE_WRONG'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: Facts) {
    super(
      `The mandate is not signed by ${facts.account} (${facts.reason}); nothing moved. Approve the plan again, so that it is signed anew.`,
      { facts },
    )
  }
}

/** Thrown when a call inside the mandate's batch reverts. */
export class MandateCallFailedError extends BehestError {
  readonly code = 'MANDATE_CALL_FAILED'
  readonly stage = 'execution'
  readonly retry = 'new-quote'

  constructor(facts: Facts) {
    super(
      `A call of the batch fails for ${facts.account} (${facts.reason}); nothing moved. Ask for a new plan.`,
      { facts },
    )
  }
}

/** Thrown when mandates are wanted on a chain that has no framework for them. */
export class MandateUnsupportedError extends BehestError {
  readonly code = 'MANDATE_UNSUPPORTED'
  readonly stage = 'plan'
  readonly retry = 'never'

  constructor(facts: { readonly chainId: number }) {
    super(
      `Chain ${facts.chainId} has no delegation framework that we know. Use direct custody there.`,
      { facts },
    )
  }
}
