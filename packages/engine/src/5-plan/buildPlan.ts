import {
  type Address,
  type Candidate,
  type Hex,
  type Instruction,
  isSameAddress,
  type PlanArtifact,
  type PlanCall,
  type PlanStep,
  type Quote,
} from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'
import { deepFreeze } from './deepFreeze.js'

const approveAbi = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
])

/** A quote that was chosen, with what it answers and who gave it. */
export type ChosenQuote = {
  readonly stepId: string
  readonly instruction: Instruction
  readonly candidate: Candidate
  readonly quote: Quote
}

/** What a spender may take from the account, in the token's smallest unit. */
export type KnownAllowance = {
  readonly token: Address
  readonly spender: Address
  readonly units: bigint
}

/** What {@link buildPlan} takes. */
export type BuildPlanOptions = {
  readonly parentHash: Hex
  readonly intentId: string
  readonly chainId: number
  readonly account: Address
  /** One per step, in order. Their calls are kept as given and in order. */
  readonly quotes: readonly ChosenQuote[]
  /** Allowances at the pinned block; a pair that is not listed counts as 0. */
  readonly allowances: readonly KnownAllowance[]
  /** Allowances that would be left over, to be set back at the end of a step. */
  readonly cleanups: readonly {
    readonly stepId: string
    readonly token: Address
    readonly spender: Address
  }[]
  readonly deadlineUnixSeconds: number
}

/**
 * Builds the ordered calls that carry out the chosen quotes.
 *
 * Approves exactly what a quote needs and never more; sets a non-zero allowance
 * to zero first, because some tokens refuse to change one; sets left-overs back
 * to zero at the end of the step. Pure: the same options always give the same
 * plan.
 *
 * @param options.deadlineUnixSeconds - Chain time after which nothing starts.
 * @returns A deep-frozen plan. `spend` and `receive` are the quotes' bounds.
 */
export function buildPlan(options: BuildPlanOptions): PlanArtifact {
  const ledger = new Map<string, bigint>()
  for (const { token, spender, units } of options.allowances)
    ledger.set(toPair(token, spender), units)

  return deepFreeze({
    stage: 'plan',
    parentHash: options.parentHash,
    version: 1,
    intentId: options.intentId,
    chainId: options.chainId,
    account: options.account,
    steps: options.quotes.map((chosen) => buildStep(chosen, ledger, options)),
    deadlineUnixSeconds: options.quotes.reduce(
      (earliest, { quote }) => Math.min(earliest, quote.validUntilUnixSeconds),
      options.deadlineUnixSeconds,
    ),
  })
}

function buildStep(
  chosen: ChosenQuote,
  ledger: Map<string, bigint>,
  options: BuildPlanOptions,
): PlanStep {
  const { stepId, instruction, candidate, quote } = chosen
  // A quote that names no place for the amount is carried out for the least that
  // the earlier step gives: nothing of it is spliced, its approval neither.
  const source = quote.calls.some((call) => call.amountOffsets?.length)
    ? readSource(instruction)
    : null
  const calls: PlanCall[] = []

  for (const approval of quote.approvals) {
    const pair = toPair(approval.token, approval.spender)
    const current = ledger.get(pair) ?? 0n
    const spliced =
      source !== null && isSameAddress(source.token, approval.token)
    if (current >= approval.units && !spliced) continue
    if (current > 0n)
      calls.push(buildApprove('reset', { ...approval, units: 0n }))
    calls.push({
      ...buildApprove('approve', approval),
      // The amount is the second word of approve(address,uint256).
      splices: spliced
        ? [{ offset: 36, step: source.step, token: source.token }]
        : [],
    })
    ledger.set(pair, approval.units)
  }
  for (const call of quote.calls)
    calls.push({
      purpose: 'act',
      to: call.to,
      valueWei: call.valueWei,
      data: call.data,
      splices:
        source === null
          ? []
          : (call.amountOffsets ?? []).map((offset) => ({
              offset,
              step: source.step,
              token: source.token,
            })),
    })
  for (const cleanup of options.cleanups)
    if (cleanup.stepId === stepId) {
      calls.push(buildApprove('cleanup', { ...cleanup, units: 0n }))
      ledger.set(toPair(cleanup.token, cleanup.spender), 0n)
    }

  return {
    id: stepId,
    action: instruction.action,
    instruction,
    agentId: candidate.agentId,
    agentName: candidate.name,
    agent: quote.agent,
    quoteId: quote.quoteId,
    venue: quote.venue,
    calls,
    spend: quote.spend,
    receive: quote.receive,
    positions: quote.positions,
    approvals: quote.approvals,
    fee: quote.fee,
    ...(quote.route ? { route: quote.route } : {}),
    ...(quote.certificate ? { certificate: quote.certificate } : {}),
  }
}

/** The earlier step whose output is this step's input, where there is one. */
function readSource(
  instruction: Instruction,
): { readonly step: string; readonly token: 'native' | Address } | null {
  const input =
    instruction.action === 'swap'
      ? instruction.sell
      : instruction.action === 'transfer' ||
          instruction.action === 'supply' ||
          instruction.action === 'repay'
        ? instruction
        : null
  if (input?.amount?.type !== 'output') return null
  return { step: input.amount.step, token: input.token.address }
}

function buildApprove(
  purpose: 'approve' | 'reset' | 'cleanup',
  approval: {
    readonly token: Address
    readonly spender: Address
    readonly units: bigint
  },
): PlanCall {
  return {
    purpose,
    to: approval.token,
    valueWei: 0n,
    data: encodeFunctionData({
      abi: approveAbi,
      functionName: 'approve',
      args: [approval.spender, approval.units],
    }),
    splices: [],
  }
}

function toPair(token: string, spender: string): string {
  return `${token.toLowerCase()} ${spender.toLowerCase()}`
}
