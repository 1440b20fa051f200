import type { ChainPort, PlanArtifact, SenderPort } from '@behest/spec'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import { toLegId } from '../8-execution/toLegId.js'
import type { Limits, Linked } from '../ports.js'
import { checkSimulation } from './checkSimulation.js'
import { PlanDriftedError } from './errors.js'
import { simulatePlan } from './simulatePlan.js'

/** Tells whether the first call of a plan was ever taken on. */
export async function hasBegun(options: {
  readonly plan: Linked<PlanArtifact>
  readonly sender: SenderPort
}): Promise<boolean> {
  const { plan, sender } = options
  const [first] = plan.body.steps
  return first !== undefined && sender.hasLeg(toLegId(plan.hash, first.id, 0))
}

/**
 * Simulates an approved plan once more, at the newest block, right before its
 * first signature. A plan that has begun is not asked again: it must end.
 *
 * @throws {QuoteExpiredError} when its deadline has passed, chain time.
 * @throws {PlanDriftedError} when it no longer does what was approved.
 */
export async function assertStillHolds(options: {
  readonly plan: Linked<PlanArtifact>
  readonly chain: ChainPort
  readonly sender: SenderPort
  readonly limits: Limits
}): Promise<void> {
  const { plan, chain, sender, limits } = options
  if (await hasBegun({ plan, sender })) return
  const block = await chain.readHead()
  if (block.timestampUnixSeconds >= plan.body.deadlineUnixSeconds)
    throw new QuoteExpiredError({
      planHash: plan.hash,
      validUntilUnixSeconds: plan.body.deadlineUnixSeconds,
      nowUnixSeconds: block.timestampUnixSeconds,
    })
  const simulated = await simulatePlan({
    plan: plan.body,
    planHash: plan.hash,
    chain,
    block,
    refused: [],
  })
  const [violation] = checkSimulation({
    plan: plan.body,
    simulated,
    knownContracts: limits.knownContracts,
    minHealthPercent: limits.minHealthPercent,
  }).filter(({ code }) => code !== 'EXPECTATION_NOT_MET')
  if (violation)
    throw new PlanDriftedError({
      planHash: plan.hash,
      reason: violation.message,
    })
}
