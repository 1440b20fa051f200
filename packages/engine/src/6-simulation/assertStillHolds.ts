import type { PlanArtifact } from '@behest/spec'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import { isSentByHolder } from '../8-execution/isSentByHolder.js'
import { toLegId } from '../8-execution/toLegId.js'
import type { EnginePorts, Limits, Linked } from '../ports.js'
import { checkSimulation } from './checkSimulation.js'
import { PlanDriftedError } from './errors.js'
import { simulatePlan } from './simulatePlan.js'

/** Tells whether the first call of a plan was ever taken on. */
export async function hasBegun(options: {
  readonly plan: Linked<PlanArtifact>
  readonly ports: Pick<EnginePorts, 'sender' | 'holder'>
}): Promise<boolean> {
  const { plan, ports } = options
  const [first] = plan.body.steps
  const carrier = isSentByHolder(plan.body) ? ports.holder : ports.sender
  if (first === undefined) return false
  return (await carrier?.hasLeg(toLegId(plan.hash, first.id, 0))) ?? false
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
  readonly ports: Pick<EnginePorts, 'chain' | 'sender' | 'holder'>
  readonly limits: Limits
}): Promise<void> {
  const { plan, ports, limits } = options
  if (await hasBegun({ plan, ports })) return
  const { chain } = ports
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
    wrappedNative: limits.wrappedNative,
  }).filter(({ code }) => code !== 'EXPECTATION_NOT_MET')
  if (violation)
    throw new PlanDriftedError({
      planHash: plan.hash,
      reason: violation.message,
    })
}
