import type {
  Block,
  ChainPort,
  Custody,
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
import { HolderCannotSignError, InsufficientGasError } from './errors.js'
import type { SettledPlan } from './settlePlan.js'
import { simulatePlan } from './simulatePlan.js'

// Measured on the local chain: redeeming, checking the signature and the first
// write of each caveat's own storage. Only for what a person is told; the limit
// that is signed is measured with the signed mandate itself.
const redemptionGas = 140_000n
const caveatGas = 45_000n

/**
 * Decides how a plan reaches the chain, and writes it into the plan.
 *
 * What the user asked for counts. Who asked for nothing gets direct custody, or
 * a mandate where the account cannot pay the gas itself. Who asked for a mandate
 * and cannot give one gets direct custody, with the same checks, and is told why.
 *
 * @param options.settled - The plan as it would go directly.
 * @returns The plan with its custody, hashed and simulated as it will be.
 * @throws {InsufficientGasError} when the account can pay in neither way.
 * @throws {HolderCannotSignError} when nobody here signs for the account and its
 *   holder cannot sign this plan either.
 */
export async function chooseCustody(options: {
  readonly wanted: Custody | undefined
  readonly settled: SettledPlan
  readonly chain: ChainPort
  readonly block: Block
  readonly mandates: MandatePort | undefined
  /** For a run: what was signed with its order, and carries it out. */
  readonly standing?: StandingMandate | undefined
}): Promise<SettledPlan> {
  const { wanted, settled, mandates } = options
  const { account } = settled.plan
  if (mandates && !mandates.signsFor(account)) {
    const mandated =
      wanted === 'direct' ? 'no key of it is here' : await tryMandate(options)
    if (typeof mandated === 'string')
      throw new HolderCannotSignError({
        account,
        reason: mandated,
        instead:
          'Ask again without a custody, or with an account of this server.',
      })
    assertSignableAtOnce(mandated.plan)
    return mandated
  }
  if (wanted !== 'mandate') {
    try {
      await assertAffordable(toAffordable(settled, options))
      return settled
    } catch (error) {
      if (!(error instanceof InsufficientGasError) || wanted === 'direct')
        throw error
      const mandated = await tryMandate(options)
      if (typeof mandated === 'string') throw error
      return mandated
    }
  }
  const mandated = mandates
    ? await tryMandate(options)
    : 'nobody here carries out mandates'
  if (typeof mandated !== 'string') return mandated
  const direct = await simulateAgain(options, {
    ...settled.plan,
    custody: { type: 'direct', why: mandated },
  })
  await assertAffordable(toAffordable(direct, options))
  return direct
}

/**
 * Asserts that a plan can be signed by its holder before anything is carried out.
 *
 * @throws {HolderCannotSignError} when a later mandate would depend on what an
 *   earlier one gives.
 */
function assertSignableAtOnce(plan: PlanArtifact): void {
  const { custody } = plan
  if (
    custody?.type === 'mandate' &&
    custody.mandates.some(({ delegationHash }) => delegationHash === undefined)
  )
    throw new HolderCannotSignError({
      account: plan.account,
      reason:
        'a later step takes exactly what an earlier one gives, which is known only after it',
      instead: 'Ask for the first step alone, and for the next one after it.',
    })
}

/** The plan with mandates, or why it cannot have them. */
async function tryMandate(
  options: Parameters<typeof chooseCustody>[0],
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

function toAffordable(
  { plan, simulated }: SettledPlan,
  { chain, block }: { readonly chain: ChainPort; readonly block: Block },
): Parameters<typeof assertAffordable>[0] {
  return { plan, simulation: simulated.artifact, chain, block }
}

/** The calls are the same; the hash, which the simulation is bound to, is not. */
async function simulateAgain(
  options: Parameters<typeof chooseCustody>[0],
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
