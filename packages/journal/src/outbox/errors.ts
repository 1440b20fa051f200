import { BehestError } from '@behest/spec'

/** Thrown when a transaction is asked for whose plan nobody approved. */
export class PlanNotApprovedError extends BehestError {
  readonly code = 'PLAN_NOT_APPROVED'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { planHash: string; intentId: string }) {
    super(
      `The plan ${facts.planHash} of intent "${facts.intentId}" has no approval that holds. Show it and ask for one.`,
      { facts },
    )
  }
}

/** Thrown when the approval of a plan is past its time before it was used. */
export class ApprovalExpiredError extends BehestError {
  readonly code = 'APPROVAL_EXPIRED'
  readonly stage = 'execution'
  readonly retry = 'new-quote'

  constructor(facts: { planHash: string; expiredAt: string }) {
    super(
      `The approval of plan ${facts.planHash} expired at ${facts.expiredAt}. Collect new quotes, then ask again.`,
      { facts },
    )
  }
}

/** Thrown when one leg's name is used for two different transactions. */
export class LegConflictError extends BehestError {
  readonly code = 'LEG_CONFLICT'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { legId: string; differs: string }) {
    super(
      `The leg ${facts.legId} is there already with another ${facts.differs}. Nothing was sent for this one; read the leg that is there.`,
      { facts },
    )
  }
}

/** Thrown when the chain behind the RPC is another one than before. */
export class ChainChangedError extends BehestError {
  readonly code = 'CHAIN_CHANGED'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { expected: string; found: string }) {
    super(
      `The chain behind the RPC is ${facts.found}, not ${facts.expected}. Nothing is signed for it until the outbox has started anew.`,
      { facts },
    )
  }
}

/** Thrown when the lock on a sender is not ours any more. */
export class SenderLockLostError extends BehestError {
  readonly code = 'SENDER_LOCK_LOST'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { chain: string; address: string }) {
    super(
      `The lock on sender ${facts.address} is held by nobody or by another process. Nothing was signed; the lock is taken again first.`,
      { facts },
    )
  }
}

/** Thrown when something is to be signed by a process that is leaving. */
export class SigningEndedError extends BehestError {
  readonly code = 'SIGNING_ENDED'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { legId: string }) {
    super(
      `This process is leaving and signs nothing any more. Leg ${facts.legId} stays queued; another process, or the next one, signs it.`,
      { facts },
    )
  }
}
