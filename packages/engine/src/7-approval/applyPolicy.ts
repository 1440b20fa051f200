import {
  type Address,
  type ApprovalArtifact,
  type Hex,
  isSameAddress,
  type PlanArtifact,
  type PolicyRecord,
  type PolicySpend,
  type PolicyVerdict,
  type SimulationArtifact,
} from '@behest/spec'
import { mandateVenue } from '../orders/mandateSteps.js'
import type { EnginePorts, Limits, Linked } from '../ports.js'
import {
  type Evaluated,
  evaluatePolicy,
  listPriced,
  type PricesUsdE8,
} from './evaluatePolicy.js'
import { PolicyRefusedError } from './policyErrors.js'

type Ports = Pick<EnginePorts, 'policies' | 'chain' | 'prices'>

/** What applying a policy to a plan takes. */
export type ApplyPolicyOptions = {
  readonly ports: Ports
  readonly limits: Limits
  readonly plan: PlanArtifact
  readonly planHash: Hex
  readonly simulation: SimulationArtifact
  /** For a run: whose money it is, where an executor acts for them. */
  readonly owner?:
    | { readonly account: Address; readonly executor?: Address | undefined }
    | undefined
}

/**
 * Asks the account's policy about a plan that nobody has seen yet. What it
 * approves by itself is reserved of its caps here and now; where that is too
 * late, a person is asked, or nobody.
 *
 * @returns The verdict; `undefined` where the account has no policy.
 * @throws {PolicyRefusedError} when not even a person may approve the plan.
 */
export async function judgePlan(
  options: ApplyPolicyOptions & { readonly by: 'policy' | 'order' },
): Promise<PolicyVerdict | undefined> {
  const { ports, planHash, by } = options
  const plan = toOwnersView(options)
  const record = await findPolicy(ports, plan)
  if (!record) return undefined
  const { verdict, outflowUsdE8 } = await evaluate(options, record)
  const beyondLimits = verdict.findings.filter(({ set }) => set === 'limits')
  // The person said yes to the order: only its limits bind a run of it.
  const isRefused =
    by === 'order' ? beyondLimits.length > 0 : verdict.verdict === 'refuse'
  if (isRefused)
    throw PolicyRefusedError.of({
      planHash,
      policyHash: record.policyHash,
      findings: beyondLimits.length > 0 ? beyondLimits : verdict.findings,
    })
  if (by === 'policy' && verdict.verdict !== 'approve') return verdict
  const reserved = await ports.policies?.reserve(
    toSpend(plan, planHash, record, outflowUsdE8, by),
  )
  if (reserved?.type !== 'refused') return verdict
  const finding = {
    rule: reserved.rule,
    set: by === 'policy' ? 'automatic' : 'limits',
    message: reserved.message,
  } as const
  if (by === 'order' || record.policy.beyond === 'refuse')
    throw PolicyRefusedError.of({
      planHash,
      policyHash: record.policyHash,
      findings: [finding],
    })
  return {
    ...verdict,
    verdict: 'ask',
    findings: [...verdict.findings, finding],
  }
}

/**
 * Holds a person's yes against the limits of the account's policy, as it stands
 * now, and reserves what the plan spends.
 *
 * @throws {PolicyRefusedError} when the plan goes past a limit.
 */
export async function assertPolicyAllows(
  options: ApplyPolicyOptions,
): Promise<void> {
  const { ports, plan, planHash } = options
  const record = await findPolicy(ports, plan)
  if (!record) return
  const { verdict, outflowUsdE8 } = await evaluate(options, record)
  const findings = verdict.findings.filter(
    ({ set }) => set === 'limits' || verdict.verdict === 'refuse',
  )
  if (findings.length > 0)
    throw PolicyRefusedError.of({
      planHash,
      policyHash: record.policyHash,
      findings,
    })
  const reserved = await ports.policies?.reserve(
    toSpend(plan, planHash, record, outflowUsdE8, 'person'),
  )
  if (reserved?.type === 'refused')
    throw PolicyRefusedError.of({
      planHash,
      policyHash: record.policyHash,
      findings: [
        { rule: reserved.rule, set: 'limits', message: reserved.message },
      ],
    })
}

/**
 * Tells what became of the policy since a plan was approved: everything was
 * stopped, or the policy that approved it is not the one that holds now.
 */
export async function findObjection(options: {
  readonly ports: Pick<EnginePorts, 'policies'>
  readonly account: Address
  readonly chainId: number
  readonly approval: ApprovalArtifact
}): Promise<'killed' | 'replaced' | undefined> {
  const { ports, approval } = options
  const record = await findPolicy(ports, options)
  if (record?.killedAt !== undefined) return 'killed'
  if (!record && (await ports.policies?.findStop?.(options))) return 'killed'
  return approval.by.type === 'policy' &&
    approval.by.policyHash !== record?.policyHash
    ? 'replaced'
    : undefined
}

/** Records that the policy approved exactly this plan. */
export function approveByPolicy(options: {
  readonly plan: Linked<PlanArtifact>
  readonly simulation: Linked<SimulationArtifact>
  readonly policyHash: Hex
  readonly decidedAt: string
}): ApprovalArtifact {
  const { plan, simulation, policyHash, decidedAt } = options
  return {
    stage: 'approval',
    parentHash: simulation.hash,
    planHash: plan.hash,
    simulationHash: simulation.hash,
    decision: 'approve',
    by: { type: 'policy', policyHash },
    decidedAt,
  }
}

async function findPolicy(
  ports: Pick<EnginePorts, 'policies'>,
  plan: { readonly account: Address; readonly chainId: number },
): Promise<PolicyRecord | null> {
  return (
    (await ports.policies?.find({
      account: plan.account,
      chainId: plan.chainId,
    })) ?? null
  )
}

async function evaluate(
  options: ApplyPolicyOptions,
  record: PolicyRecord,
): Promise<Evaluated> {
  const { ports, limits, planHash, simulation, owner } = options
  const plan = toOwnersView(options)
  const block = await ports.chain.readHead()
  const tokens = listPriced({ plan, simulation })
  const prices = await (async (): Promise<PricesUsdE8> => {
    const read = await Promise.all(
      tokens.map(({ address }) =>
        ports.prices
          ? ports.prices.readFreshPriceUsdE8({
              token: address,
              blockNumber: block.number,
            })
          : null,
      ),
    )
    return new Map(
      tokens.map(({ address }, index) => [
        address.toLowerCase(),
        read[index] ?? null,
      ]),
    )
  })()
  return evaluatePolicy({
    record,
    plan,
    planHash,
    simulation,
    knownContracts: limits.knownContracts,
    wrappedNative: limits.wrappedNative,
    prices,
    nowUnixSeconds: block.timestampUnixSeconds,
    ...(owner?.executor === undefined ? {} : { alsoOwn: owner.executor }),
  })
}

/**
 * A run under a mandate as it concerns the account that pays for it: what the
 * executor takes from it and gives back to it is no action of its own.
 */
function toOwnersView({ plan, owner }: ApplyPolicyOptions): PlanArtifact {
  if (!owner || isSameAddress(owner.account, plan.account)) return plan
  return {
    ...plan,
    account: owner.account,
    steps: plan.steps.filter(
      ({ venue, instruction }) =>
        venue !== mandateVenue &&
        !(
          instruction.action === 'transfer' &&
          isSameAddress(instruction.to, owner.account)
        ),
    ),
  }
}

function toSpend(
  plan: PlanArtifact,
  planHash: Hex,
  record: PolicyRecord,
  usdE8: bigint | null,
  by: PolicySpend['by'],
): PolicySpend {
  return {
    account: plan.account,
    chainId: plan.chainId,
    intentId: plan.intentId,
    planHash,
    usdE8: usdE8 ?? 0n,
    by,
    policyHash: record.policyHash,
  }
}
