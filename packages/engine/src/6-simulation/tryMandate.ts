import type {
  Block,
  ChainPort,
  Custody,
  HolderPort,
  MandatePort,
  PlanArtifact,
} from '@behest/spec'
import {
  bindMandates,
  bindStanding,
  type StandingMandate,
} from '../5-plan/bindMandates.js'
import { hashArtifact } from '../hashArtifact.js'
import { assertAffordable } from './assertAffordable.js'
import type { SettledPlan } from './settlePlan.js'
import { simulatePlan } from './simulatePlan.js'

// Measured on the local chain: redeeming, checking the signature and the first
// write of each caveat's own storage. Only for what a person is told; the limit
// that is signed is measured with the signed mandate itself.
const redemptionGas = 140_000n
const caveatGas = 45_000n

/** What a plan's way to the chain is chosen from. */
export type ChooseCustodyOptions = {
  readonly wanted: Custody | undefined
  /** The plan as it would go directly. */
  readonly settled: SettledPlan
  readonly chain: ChainPort
  readonly block: Block
  readonly mandates: MandatePort | undefined
  readonly holder: HolderPort | undefined
  /** For a run: what was signed with its order, and carries it out. */
  readonly standing?: StandingMandate | undefined
}

/** The plan with mandates, or why it cannot have them. */
export async function tryMandate(
  options: ChooseCustodyOptions,
): Promise<SettledPlan | string> {
  const { settled, mandates, chain, block } = options
  if (!mandates) return 'nobody here carries out mandates'
  const bound = await simulateAgain(
    options,
    options.standing
      ? bindStanding({
          plan: settled.plan,
          standing: options.standing,
          mandates,
        })
      : await bindMandates({
          plan: settled.plan,
          simulated: settled.simulated,
          mandates,
          chain,
        }),
  )
  const mandated = addRedemptionGas(bound)
  const { plan, simulated } = mandated
  const obstacle = await mandates.findObstacle({
    account: plan.account,
    gasWei: simulated.artifact.gas.atMostWei,
  })
  if (obstacle !== null) return obstacle
  // The executor pays the gas; what the plan itself gives must be there.
  await assertAffordable({
    plan,
    simulation: {
      ...simulated.artifact,
      gas: { ...simulated.artifact.gas, atMostWei: 0n },
    },
    chain,
    block,
  })
  return mandated
}

/** What an account must hold to carry a plan out itself. */
export function toAffordable(
  { plan, simulated }: SettledPlan,
  { chain, block }: { readonly chain: ChainPort; readonly block: Block },
): Parameters<typeof assertAffordable>[0] {
  return { plan, simulation: simulated.artifact, chain, block }
}

/** The calls are the same; the hash, which the simulation is bound to, is not. */
export async function simulateAgain(
  options: ChooseCustodyOptions,
  plan: PlanArtifact,
): Promise<SettledPlan> {
  const planHash = hashArtifact(plan)
  const simulated = await simulatePlan({
    plan,
    planHash,
    chain: options.chain,
    block: options.block,
    refused: options.settled.simulated.artifact.refused,
  })
  return { ...options.settled, plan, planHash, simulated }
}

function addRedemptionGas(settled: SettledPlan): SettledPlan {
  const { plan, simulated } = settled
  if (plan.custody?.type !== 'mandate') return settled
  const { gas, steps } = simulated.artifact
  const used = steps
    .flatMap(({ calls }) => calls)
    .reduce((sum, { gasUsed }) => sum + gasUsed, 0n)
  const added = plan.custody.mandates.reduce(
    (sum, { bounds }) =>
      sum + redemptionGas + caveatGas * BigInt(bounds.length + 4),
    0n,
  )
  const expectedWei =
    used === 0n ? gas.expectedWei : (gas.expectedWei * (used + added)) / used
  return {
    ...settled,
    simulated: {
      ...simulated,
      artifact: {
        ...simulated.artifact,
        gas: {
          ...gas,
          expectedWei,
          atMostWei: gas.atMostWei + 2n * added * gas.maxFeePerGasWei,
        },
      },
    },
  }
}
