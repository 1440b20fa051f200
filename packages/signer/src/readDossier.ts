import {
  buildApprovalTypedData,
  hashArtifact,
  isSignedByOneOf,
  toLegId,
} from '@behest/engine'
import {
  type Address,
  type ApprovalArtifact,
  type Artifact,
  artifactSchema,
  type Hex,
  isSameAddress,
  type PlanArtifact,
  type QuotesArtifact,
  type SimulationArtifact,
  type WireArtifact,
} from '@behest/spec'
import { hashTypedData } from 'viem'
import * as z from 'zod'
import { SigningRefusedError } from './errors.js'

/** Everything that a signature is asked for with: a plan and its approval. */
export type Dossier = {
  readonly quotes: WireArtifact
  readonly plan: WireArtifact
  readonly simulation: WireArtifact
  readonly approval: WireArtifact
}

/** A dossier whose links were recomputed and hold. */
export type ApprovedPlan = {
  readonly planHash: Hex
  readonly quotes: QuotesArtifact
  readonly plan: PlanArtifact
  readonly simulation: SimulationArtifact
  readonly approval: ApprovalArtifact
}

/**
 * Reads a dossier and recomputes every link in it: no hash is taken on trust.
 *
 * @param options.account - The only account whose plans are carried out.
 * @param options.approvers - Where there are any, one of them must have signed
 *   the approval (EIP-712): then the word of no server is enough.
 * @throws {SigningRefusedError} when a link is missing or broken.
 */
export async function readDossier(options: {
  readonly dossier: Dossier
  readonly chainId: number
  readonly account: Address
  /** Runs of orders are carried out from it, with what their mandates gave it. */
  readonly executor: Address
  readonly approvers: readonly Address[]
  /**
   * `any-mandate`: also plans of accounts that sign their mandates themselves.
   * Theirs is bound by their own signature, which the chain checks.
   */
  readonly whose: 'own' | 'any-mandate'
}): Promise<ApprovedPlan> {
  const { dossier, chainId, account, executor, approvers, whose } = options
  const refuse = (rule: string): never => {
    throw new SigningRefusedError({ what: 'a plan', rule })
  }
  const quotes = decode(dossier.quotes, 'quotes')
  const plan = decode(dossier.plan, 'plan')
  const simulation = decode(dossier.simulation, 'simulation')
  const approval = decode(dossier.approval, 'approval')
  const planHash = hashArtifact(plan)
  const simulationHash = hashArtifact(simulation)
  if (plan.parentHash !== hashArtifact(quotes))
    refuse('it does not come from the quotes that were shown')
  if (plan.chainId !== chainId)
    refuse(`it is for chain ${plan.chainId}, not ${chainId}`)
  const isOwn = isSameAddress(plan.account, account)
  const isRun =
    isSameAddress(plan.account, executor) && approval.by.type === 'order'
  if (
    !isOwn &&
    (whose === 'own' || (!isRun && plan.custody?.type !== 'mandate'))
  )
    refuse(`it is of ${plan.account}`)
  if (simulation.planHash !== planHash || simulation.parentHash !== planHash)
    refuse('the simulation is of another plan')
  if (
    approval.planHash !== planHash ||
    approval.simulationHash !== simulationHash ||
    approval.parentHash !== simulationHash
  )
    refuse('the approval is of another plan')
  if (approval.decision !== 'approve') refuse('it was rejected')
  if (
    approval.by.type === 'person' &&
    !isSameAddress(approval.by.account, plan.account)
  )
    refuse(`it was approved for ${approval.by.account}`)
  // A run uses what was signed with its order, and has nothing else signed.
  const isStanding =
    whose === 'any-mandate' &&
    approval.by.type === 'order' &&
    plan.custody?.type === 'mandate' &&
    plan.custody.mandates.every(({ orderId }) => orderId !== undefined)
  if (
    isOwn &&
    !isStanding &&
    approvers.length > 0 &&
    !(await isSignedByOneOf({
      hash: hashTypedData(
        buildApprovalTypedData({
          chainId,
          planHash,
          simulationHash,
          decision: approval.decision,
        }),
      ),
      signature: approval.signature,
      addresses: approvers,
    }))
  )
    refuse('its approval is not signed by an approver')
  return { planHash, quotes, plan, simulation, approval }
}

function decode<Stage extends Artifact['stage']>(
  wire: WireArtifact,
  stage: Stage,
): Extract<Artifact, { stage: Stage }> {
  const parsed = z.safeDecode(artifactSchema, wire)
  if (!parsed.success || parsed.data.stage !== stage)
    throw new SigningRefusedError({
      what: 'a plan',
      rule: `its ${stage} cannot be read`,
    })
  return parsed.data as Extract<Artifact, { stage: Stage }>
}

/** What a leg of a plan stands for. */
export type PlannedLeg =
  | {
      readonly type: 'call' | 'take-back'
      readonly order: number
      readonly stepIndex: number
      readonly callIndex: number
    }
  | {
      readonly type: 'redemption'
      readonly order: number
      readonly mandateIndex: number
    }

// As the engine numbers the calls that take an allowance back.
const takeBackFrom = 100

/** Finds what a leg's id names; `null` when it is no leg of this plan. */
export function findLeg(
  { plan, planHash }: ApprovedPlan,
  legId: string,
): PlannedLeg | null {
  const is = (stepId: string, callIndex: number): boolean =>
    toLegId(planHash, stepId, callIndex) === legId.toLowerCase()
  const { custody } = plan
  if (custody?.type === 'mandate') {
    const mandateIndex = custody.mandates.findIndex(({ stepIds }) =>
      is(stepIds[0] ?? '', 0),
    )
    return mandateIndex < 0
      ? null
      : { type: 'redemption', order: mandateIndex, mandateIndex }
  }
  let order = 0
  for (const [stepIndex, step] of plan.steps.entries()) {
    for (const callIndex of step.calls.keys()) {
      if (is(step.id, callIndex))
        return { type: 'call', order, stepIndex, callIndex }
      order += 1
    }
    for (const index of step.approvals.keys())
      if (is(step.id, takeBackFrom + index))
        return { type: 'take-back', order, stepIndex, callIndex: index }
  }
  return null
}

/** Every leg that must have been signed before the one with this order. */
export function listEarlier(
  { plan, planHash }: ApprovedPlan,
  order: number,
): readonly string[] {
  const { custody } = plan
  const ids =
    custody?.type === 'mandate'
      ? custody.mandates.map(({ stepIds }) =>
          toLegId(planHash, stepIds[0] ?? '', 0),
        )
      : plan.steps.flatMap((step) =>
          step.calls.map((_, index) => toLegId(planHash, step.id, index)),
        )
  return ids.slice(0, order)
}
