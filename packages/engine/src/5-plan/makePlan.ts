import type { Custody, HolderPort, MandatePort } from '@behest/spec'
import { chooseCustody } from '../6-simulation/chooseCustody.js'
import { PlanDriftedError } from '../6-simulation/errors.js'
import { type SettledPlan, settlePlan } from '../6-simulation/settlePlan.js'
import type { Limits } from '../ports.js'
import type { StandingMandate } from './bindMandates.js'

type SettleOptions = Parameters<typeof settlePlan>[0]

/**
 * Makes the plan of the quotes chosen, in the custody that can carry it. It is
 * simulated on the way: what it leaves approved and what it costs are part of it.
 *
 * @param options.wanted - The custody that the user asked for.
 * @returns The plan as it will be, with the simulation that it was made by.
 * @throws {PlanDriftedError} when the quotes do not hold together.
 * @throws the errors of {@link chooseCustody}.
 */
export async function makePlan(
  options: Pick<SettleOptions, 'build' | 'chain' | 'block' | 'refused'> & {
    readonly wanted: Custody | undefined
    readonly mandates: MandatePort | undefined
    readonly holder: HolderPort | undefined
    /** For a run: what was signed with its order, and carries it out. */
    readonly standing?: StandingMandate | undefined
    readonly limits: Limits
  },
): Promise<SettledPlan> {
  const { build, chain, block, refused, wanted, mandates, holder, limits } =
    options
  const settled = await settlePlan({
    build,
    chain,
    block,
    knownContracts: limits.knownContracts,
    minHealthPercent: limits.minHealthPercent,
    wrappedNative: limits.wrappedNative,
    refused,
  })
  const [violation] = settled.violations
  if (violation)
    throw new PlanDriftedError({
      planHash: settled.planHash,
      reason: violation.message,
    })
  return chooseCustody({
    wanted,
    settled,
    chain,
    block,
    mandates,
    holder,
    standing: options.standing,
  })
}
