import type { Hex, PlanStep } from '@behest/spec'
import { listOthers, listTokens, sumOf } from '../6-simulation/simulatePlan.js'
import type { ExecutePlanOptions } from './executePlanOptions.js'

/** Measures what a step gave, for the steps that take it. */
export async function readGiven(options: {
  readonly step: PlanStep
  readonly hashes: readonly Hex[]
  readonly given: Map<string, bigint>
  readonly options: Pick<ExecutePlanOptions, 'ports' | 'plan'>
}): Promise<void> {
  const { step, hashes, given } = options
  const { plan, ports } = options.options
  const realised = await ports.chain.readRealised({
    account: plan.body.account,
    otherAccounts: listOthers([step], plan.body.account),
    tokens: listTokens([step]),
    transactions: hashes,
  })
  for (const { token } of step.receive)
    given.set(
      toGivenKey(step.id, token.address),
      sumOf(realised.deltas, plan.body.account, token.address),
    )
}

/** Names what a step gave of one token. */
export function toGivenKey(stepId: string, token: string): string {
  return `${stepId} ${token.toLowerCase()}`
}
