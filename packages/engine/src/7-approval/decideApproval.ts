import {
  type ApprovalArtifact,
  BehestError,
  type GivenMandate,
  type Hex,
  type PlanArtifact,
  type SimulationArtifact,
} from '@behest/spec'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import type { Linked } from '../ports.js'

/**
 * Records a person's yes or no to exactly one plan.
 *
 * @param options.planHash - The plan that the person looked at.
 * @param options.nowUnixSeconds - Chain time.
 * @returns The approval, bound to the hashes of the plan and its simulation.
 * @throws {PlanHashMismatchError} when the plan shown is another one.
 * @throws {QuoteExpiredError} when a yes comes at or after the plan's deadline.
 */
export function decideApproval(options: {
  readonly plan: Linked<PlanArtifact>
  readonly simulation: Linked<SimulationArtifact>
  readonly planHash: Hex
  readonly decision: 'approve' | 'reject'
  readonly signature?: Hex
  /** What the holder of the account signed; checked by the caller. */
  readonly mandates?: readonly GivenMandate[]
  readonly nowUnixSeconds: number
  readonly decidedAt: string
}): ApprovalArtifact {
  const { plan, simulation, planHash, decision, nowUnixSeconds } = options
  if (planHash.toLowerCase() !== plan.hash.toLowerCase())
    throw new PlanHashMismatchError({ given: planHash, shown: plan.hash })
  if (decision === 'approve' && nowUnixSeconds >= plan.body.deadlineUnixSeconds)
    throw new QuoteExpiredError({
      planHash,
      validUntilUnixSeconds: plan.body.deadlineUnixSeconds,
      nowUnixSeconds,
    })
  return {
    stage: 'approval',
    parentHash: simulation.hash,
    planHash: plan.hash,
    simulationHash: simulation.hash,
    decision,
    by: { type: 'person', account: plan.body.account },
    ...(options.signature === undefined
      ? {}
      : { signature: options.signature }),
    ...(options.mandates === undefined
      ? {}
      : { mandates: [...options.mandates] }),
    decidedAt: options.decidedAt,
  }
}

/** Thrown when an approval names a plan that is not the one shown now. */
export class PlanHashMismatchError extends BehestError {
  readonly code = 'PLAN_HASH_MISMATCH'
  readonly stage = 'approval'
  readonly retry = 'ask-user'

  constructor(facts: { given: string; shown: string }) {
    super(
      `The approval is for plan ${facts.given} and the plan shown is ${facts.shown}; nothing was sent. Look at the plan shown, then approve that.`,
      { facts },
    )
  }
}

/** Thrown when there is nothing to approve. */
export class NothingToApproveError extends BehestError {
  readonly code = 'NOTHING_TO_APPROVE'
  readonly stage = 'approval'
  readonly retry = 'never'

  constructor(facts: { intentId: string; status: string }) {
    super(
      `Intent ${facts.intentId} is ${facts.status} and waits for no approval. Look at its state.`,
      { facts },
    )
  }
}
