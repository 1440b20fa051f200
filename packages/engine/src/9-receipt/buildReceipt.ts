import {
  type AgentPayment,
  type ApprovalArtifact,
  type AssetDelta,
  type AttestorPort,
  type ChainPort,
  type ExecutionArtifact,
  type HealthChange,
  type Hex,
  type IntentArtifact,
  isSameAddress,
  type JsonValue,
  type Mandate,
  type MandateBound,
  type PlanArtifact,
  type PlanStep,
  type Quote,
  type QuotesArtifact,
  quoteSchema,
  type Receipt,
  type ReceiptArtifact,
  receiptSchema,
  type SimulationArtifact,
  toDecimal,
} from '@behest/spec'
import * as z from 'zod'
import {
  listOthers,
  listTokens,
  sumOf,
  toPromised,
} from '../6-simulation/simulatePlan.js'
import { hashJson } from '../hashArtifact.js'
import type { Linked } from '../ports.js'

type ReceiptStep = Receipt['steps'][number]

/**
 * Holds what was promised against what the chain says came true, and signs it.
 *
 * Balances decide, not events: a step is `MET` when every call succeeded, at
 * least the promised arrived and at most the promised went.
 *
 * @returns The signed receipt. `UNKNOWN` where a call's end is not known yet.
 */
export async function buildReceipt(options: {
  readonly intentId: string
  readonly intent: Linked<IntentArtifact>
  readonly quotes: QuotesArtifact
  readonly plan: Linked<PlanArtifact>
  readonly simulation: SimulationArtifact
  readonly approval: ApprovalArtifact
  readonly execution: Linked<ExecutionArtifact>
  readonly chain: ChainPort
  readonly attestor: AttestorPort
  readonly payments?: AgentPayment[]
}): Promise<ReceiptArtifact> {
  const { intentId, intent, plan, execution, attestor } = options
  const steps: ReceiptStep[] = []
  for (const step of plan.body.steps) steps.push(await buildStep(step, options))

  const unsigned: Omit<Receipt, 'signatures'> = {
    intentId,
    intentHash: intent.hash,
    planHash: plan.hash,
    outcome: toOutcome(steps),
    chainId: plan.body.chainId,
    account: plan.body.account,
    steps,
    health: await readHealth(options),
    approvedBy: options.approval.by.type,
    ...toApprovedUnder(options.approval),
    gasWei: execution.body.transactions.reduce(
      (sum, { gasWei }) => sum + (gasWei ?? 0n),
      0n,
    ),
    ...(plan.body.custody?.type === 'mandate'
      ? { gasPaidBy: plan.body.custody.executor }
      : {}),
    feesPaid: listFees(plan.body, steps),
    ...(options.payments === undefined ? {} : { payments: options.payments }),
    startedAt: execution.body.startedAt,
    finishedAt: execution.body.finishedAt,
  }
  const signature = await attestor.signReceipt({
    chainId: plan.body.chainId,
    receiptHash: hashReceipt({ ...unsigned, signatures: [] }),
    intentHash: intent.hash,
    planHash: plan.hash,
  })
  return {
    stage: 'receipt',
    parentHash: execution.hash,
    receipt: {
      ...unsigned,
      signatures: [{ by: attestor.address, signature }],
    },
  }
}

/**
 * Hashes what a receipt's signatures cover: everything but the signatures.
 *
 * @param receipt - In memory form.
 * @returns keccak256 of the canonical JSON of its wire form with no signatures.
 */
export function hashReceipt(receipt: Receipt): Hex {
  return hashJson(
    z.encode(receiptSchema, { ...receipt, signatures: [] }) as JsonValue,
  )
}

function toApprovedUnder({
  by,
}: ApprovalArtifact): Pick<Receipt, 'approvedUnder'> {
  switch (by.type) {
    case 'person':
      return {}
    case 'policy':
      return { approvedUnder: by.policyHash }
    case 'order':
      return { approvedUnder: by.termsHash }
    default:
      return by satisfies never
  }
}

async function buildStep(
  step: PlanStep,
  options: Parameters<typeof buildReceipt>[0],
): Promise<ReceiptStep> {
  const { plan, execution, chain, quotes } = options
  const calls = execution.body.transactions.filter(
    ({ stepId }) => stepId === step.id,
  )
  // Steps of one batch share its transaction: what changed is the whole batch's.
  const batch = findBatch(plan.body, step)
  const together = plan.body.steps.filter(
    ({ id }) => id === step.id || batch?.stepIds.includes(id),
  )
  const transactions = calls.flatMap(({ hash }) => (hash ? [hash] : []))
  const mined = calls.flatMap(({ hash, outcome }) =>
    hash && (outcome === 'succeeded' || outcome === 'reverted') ? [hash] : [],
  )
  const realised =
    mined.length === 0
      ? { deltas: [], positions: [] }
      : await chain.readRealised({
          account: plan.body.account,
          otherAccounts: listOthers(together, plan.body.account),
          tokens: listTokens(together),
          transactions: mined,
        })
  const { verdict, why } = judge(
    step,
    calls,
    realised.deltas,
    plan.body.account,
    together.length > 1 ? batch?.bounds : undefined,
  )
  const quote = findQuote(quotes, step.quoteId)
  return {
    id: step.id,
    action: step.action,
    agent: step.agentId,
    agentAddress: step.agent,
    quoteId: step.quoteId,
    quoteHash: quote
      ? hashJson(z.encode(quoteSchema, quote) as JsonValue)
      : plan.hash,
    transactions,
    promised: toPromised(step, plan.body.account),
    realised: [...realised.deltas],
    positions: [...realised.positions],
    verdict,
    ...(why === undefined ? {} : { why }),
    ...(step.fee.length === 0
      ? {}
      : { fees: listGains(step, realised.deltas) }),
  }
}

function judge(
  step: PlanStep,
  calls: ExecutionArtifact['transactions'],
  realised: readonly AssetDelta[],
  account: string,
  bounds?: readonly MandateBound[],
): { readonly verdict: ReceiptStep['verdict']; readonly why?: string } {
  const unknown = calls.find(({ outcome }) => outcome === 'unknown')
  if (unknown)
    return {
      verdict: 'UNKNOWN',
      why: `The end of call ${unknown.callIndex + 1} is not known yet; the chain is being asked.`,
    }
  const failed = calls.find(({ outcome }) => outcome !== 'succeeded')
  if (failed)
    return {
      verdict: 'NOT_MET',
      why:
        failed.outcome === 'reverted'
          ? `Call ${failed.callIndex + 1} was mined and reverted${failed.reason ? `: ${failed.reason}` : ''}.`
          : `Call ${failed.callIndex + 1} was not sent: ${failed.reason ?? 'an earlier one failed'}.`,
    }
  if (bounds !== undefined) return judgeBatch(bounds, realised)
  for (const { token, account: to, atLeastUnits } of step.receive) {
    const arrived = sumOf(realised, to, token.address)
    if (arrived < atLeastUnits)
      return {
        verdict: 'NOT_MET',
        why: `${toDecimal(arrived, token.decimals)} ${token.symbol} arrived; at least ${toDecimal(atLeastUnits, token.decimals)} were promised.`,
      }
  }
  for (const { token, atMostUnits } of step.spend) {
    const gone = -sumOf(realised, account, token.address)
    if (gone > atMostUnits)
      return {
        verdict: 'NOT_MET',
        why: `${toDecimal(gone, token.decimals)} ${token.symbol} went; at most ${toDecimal(atMostUnits, token.decimals)} were promised.`,
      }
  }
  return { verdict: 'MET' }
}

/** A batch keeps its word as a whole: its steps' amounts add up in one change. */
function judgeBatch(
  bounds: readonly MandateBound[],
  realised: readonly AssetDelta[],
): ReturnType<typeof judge> {
  for (const { account, token, symbol, direction, units } of bounds) {
    const change = sumOf(realised, account, token)
    if (direction === 'increase' ? change < units : -change > units)
      return {
        verdict: 'NOT_MET',
        why: `${symbol} of ${account} changed by ${change} units; its ${direction} was bound to ${units}.`,
      }
  }
  return { verdict: 'MET' }
}

function findBatch(plan: PlanArtifact, step: PlanStep): Mandate | undefined {
  return plan.custody?.type === 'mandate'
    ? plan.custody.mandates.find(({ stepIds }) => stepIds.includes(step.id))
    : undefined
}

function toOutcome(steps: readonly ReceiptStep[]): Receipt['outcome'] {
  if (steps.some(({ verdict }) => verdict === 'UNKNOWN')) return 'UNKNOWN'
  const met = steps.filter(({ verdict }) => verdict === 'MET').length
  if (met === steps.length) return 'MET'
  return met === 0 ? 'NOT_MET' : 'PARTIAL'
}

function findQuote(quotes: QuotesArtifact, quoteId: string): Quote | null {
  for (const { outcome } of quotes.outcomes)
    if (outcome.type === 'quoted' && outcome.quote.quoteId === quoteId)
      return outcome.quote
  return null
}

async function readHealth(options: {
  readonly plan: Linked<PlanArtifact>
  readonly simulation: SimulationArtifact
  readonly chain: ChainPort
}): Promise<HealthChange[]> {
  const { plan, simulation, chain } = options
  if (simulation.health.length === 0) return []
  const after = await chain.readHealth({ account: plan.body.account })
  return simulation.health.map(({ venue, market, before }) => {
    const now = after.find(
      (entry) =>
        entry.venue === venue &&
        (market === undefined ||
          entry.market === undefined ||
          isSameAddress(entry.market, market)),
    )
    return {
      venue,
      ...(market === undefined ? {} : { market }),
      ...(before === undefined ? {} : { before }),
      ...(now?.after === undefined ? {} : { after: now.after }),
    }
  })
}

/** What the recipients of the step's fees gained, and no more than was stated. */
function listGains(
  step: PlanStep,
  realised: readonly AssetDelta[],
): AssetDelta[] {
  return step.fee.flatMap(({ token, to, units: stated }) => {
    const gained = sumOf(realised, to, token.address)
    const units = gained < stated ? gained : stated
    if (units <= 0n) return []
    return [
      {
        account: to,
        token: token.address,
        symbol: token.symbol,
        units,
        decimal: toDecimal(units, token.decimals),
      },
    ]
  })
}

function listFees(
  plan: PlanArtifact,
  steps: readonly ReceiptStep[],
): AssetDelta[] {
  return plan.steps.flatMap((step, index) =>
    steps[index]?.verdict === 'MET'
      ? step.fee.map(({ token, units }) => ({
          account: plan.account,
          token: token.address,
          symbol: token.symbol,
          units: -units,
          decimal: toDecimal(-units, token.decimals),
        }))
      : [],
  )
}
