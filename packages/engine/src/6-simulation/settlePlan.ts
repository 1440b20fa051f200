import {
  type Address,
  type Block,
  type ChainPort,
  isSameAddress,
  type PlanArtifact,
  type SimulationArtifact,
  type Violation,
} from '@behest/spec'
import { type BuildPlanOptions, buildPlan } from '../5-plan/buildPlan.js'
import { hashArtifact } from '../hashArtifact.js'
import type { KnownContract } from '../ports.js'
import { checkSimulation } from './checkSimulation.js'
import { type SimulatedPlan, simulatePlan } from './simulatePlan.js'

/** A plan with its simulation and what is wrong with it. */
export type SettledPlan = {
  readonly plan: PlanArtifact
  readonly planHash: `0x${string}`
  readonly simulated: SimulatedPlan
  readonly violations: readonly Violation[]
}

/**
 * Builds a plan and simulates it; where its own approvals would leave something
 * over, builds it again with the clean-up and simulates that.
 *
 * @returns The plan that leaves no allowance behind, and every broken rule.
 */
export async function settlePlan(options: {
  readonly build: Omit<BuildPlanOptions, 'allowances' | 'cleanups'>
  readonly chain: ChainPort
  readonly block: Block
  readonly knownContracts: readonly KnownContract[]
  readonly minHealthPercent: number
  readonly wrappedNative: Address
  readonly refused: SimulationArtifact['refused']
}): Promise<SettledPlan> {
  const { build, chain, block } = options
  const pairs = build.quotes.flatMap(({ quote }) => quote.approvals)
  const units =
    pairs.length === 0
      ? []
      : await chain.readAllowances({
          account: build.account,
          pairs,
          blockNumber: block.number,
        })
  const allowances = pairs.map(({ token, spender }, index) => ({
    token,
    spender,
    units: units[index] ?? 0n,
  }))

  const settle = async (
    cleanups: BuildPlanOptions['cleanups'],
  ): Promise<SettledPlan> => {
    const plan = buildPlan({ ...build, allowances, cleanups })
    const planHash = hashArtifact(plan)
    const simulated = await simulatePlan({
      plan,
      planHash,
      chain,
      block,
      refused: options.refused,
    })
    return {
      plan,
      planHash,
      simulated,
      violations: checkSimulation({
        plan,
        simulated,
        knownContracts: options.knownContracts,
        minHealthPercent: options.minHealthPercent,
        wrappedNative: options.wrappedNative,
      }),
    }
  }

  const first = await settle([])
  const cleanups = listLeftOvers(first)
  return cleanups.length === 0 ? first : settle(cleanups)
}

/** Allowances that the plan itself gave and did not use up. */
function listLeftOvers(settled: SettledPlan): BuildPlanOptions['cleanups'] {
  return settled.simulated.result.allowances.flatMap((change) => {
    if (change.kind !== 'erc20' || change.afterUnits <= change.beforeUnits)
      return []
    const owner = settled.plan.steps.findLast(
      (step) =>
        step.instruction.action !== 'approve' &&
        step.approvals.some(
          (approval) =>
            isSameAddress(approval.token, change.token) &&
            isSameAddress(approval.spender, change.spender),
        ),
    )
    return owner
      ? [{ stepId: owner.id, token: change.token, spender: change.spender }]
      : []
  })
}
