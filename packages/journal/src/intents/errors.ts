import { BehestError } from '@behest/spec'

/** Thrown when one key is used for two different requests. */
export class IdempotencyKeyReusedError extends BehestError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED'
  readonly retry = 'never'

  constructor(facts: { key: string }) {
    super(
      `The idempotency key "${facts.key}" was used for another request. Send the first request again, or use a new key for a new one.`,
      { facts },
    )
  }
}

/** Thrown when the first request with a key has not been answered yet. */
export class IdempotencyInProgressError extends BehestError {
  readonly code = 'IDEMPOTENCY_IN_PROGRESS'
  readonly retry = 'same-input'

  constructor(facts: { key: string; retryAfterSeconds: number }) {
    super(
      `The first request with the idempotency key "${facts.key}" is still being answered. Ask again in ${facts.retryAfterSeconds} s with the same key.`,
      { facts },
    )
  }
}

/** Thrown when an id is taken by an intent that was created by somebody else. */
export class IntentExistsError extends BehestError {
  readonly code = 'INTENT_EXISTS'
  readonly retry = 'never'

  constructor(facts: { intentId: string }) {
    super(
      `There is an intent "${facts.intentId}" already. Create the new one under a new id.`,
      { facts },
    )
  }
}

/** Thrown when an intent is written to that does not exist. */
export class IntentNotFoundError extends BehestError {
  readonly code = 'INTENT_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { intentId: string }) {
    super(`There is no intent "${facts.intentId}". Check the id.`, { facts })
  }
}

/** Thrown when a writer saw an older state than the one that is stored. */
export class IntentChangedError extends BehestError {
  readonly code = 'INTENT_CHANGED'
  readonly retry = 'same-input'

  constructor(facts: {
    intentId: string
    expectedVersion: number
    storedVersion: number
  }) {
    super(
      `Intent "${facts.intentId}" is at version ${facts.storedVersion}, not ${facts.expectedVersion}: somebody else went on with it. Read it again, then decide anew.`,
      { facts },
    )
  }
}

/** Thrown when an intent is to be planned anew, or ended, whose plan has begun. */
export class PlanBegunError extends BehestError {
  readonly code = 'PLAN_BEGUN'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { intentId: string; planHash: string }) {
    super(
      `Plan ${facts.planHash} of intent "${facts.intentId}" has begun: its first transaction is in the outbox, so nothing takes its place and nothing calls it off. Wait for its receipt.`,
      { facts },
    )
  }
}

/** Thrown when a page is asked for with a cursor that we did not give. */
export class CursorMalformedError extends BehestError {
  readonly code = 'CURSOR_MALFORMED'
  readonly retry = 'never'

  constructor() {
    super(
      'The cursor is not one that a page before gave. Leave it out to start from the newest.',
    )
  }
}

/** Thrown when a plan gets a second decision that differs from the first. */
export class MessageConflictError extends BehestError {
  readonly code = 'ALREADY_DECIDED'
  readonly retry = 'never'

  constructor(facts: { intentId: string; type: string; key: string }) {
    super(
      `Intent "${facts.intentId}" has a different ${facts.type} for "${facts.key}" already. The first one counts; read the intent to see it.`,
      { facts },
    )
  }
}

/** Thrown when two intents claim the approval of one plan hash. */
export class ApprovalConflictError extends BehestError {
  readonly code = 'APPROVAL_CONFLICT'
  readonly stage = 'approval'
  readonly retry = 'new-quote'

  constructor(facts: { planHash: string; intentId: string }) {
    super(
      `The plan ${facts.planHash} was approved for another intent than "${facts.intentId}". Build a plan of its own for this intent.`,
      { facts },
    )
  }
}
