import {
  BehestError,
  type ExecutionArtifact,
  type Hex,
  isSameAddress,
  type LegOrder,
  type LegResult,
  type PlanArtifact,
  type PlanCall,
  type PlanStep,
  type SimulationArtifact,
} from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'
import { capAtSpend } from '../5-plan/capAtSpend.js'
import { spliceCall } from '../5-plan/spliceCall.js'
import type { ExecutePlanOptions } from './executePlanOptions.js'
import { isSentByHolder } from './isSentByHolder.js'
import { readGiven, toGivenKey } from './readGiven.js'
import { toLegId } from './toLegId.js'
import { toTransaction } from './toTransaction.js'

const approveAbi = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
])
const compensationGasLimit = 120_000n
// Compensating calls follow the plan's own, so that their legs never collide.
const compensationIndex = 100
const compensationSeconds = 86_400

type Transaction = ExecutionArtifact['transactions'][number]
/** A call, and how long it may take: everything else is the plan's. */
type Wanted = Pick<
  LegOrder,
  | 'stepId'
  | 'callIndex'
  | 'to'
  | 'valueWei'
  | 'data'
  | 'gasLimit'
  | 'onBehalfOf'
  | 'givesNothing'
> & { readonly deadlineUnixSeconds?: number }

/**
 * The account itself sends each call, as a transaction of its own: by the signer
 * of this house, or by the wallet of its holder.
 *
 * @returns Every call with how it ended; `waiting` while its holder has one to send.
 */
export async function executeDirectly(
  options: ExecutePlanOptions,
): Promise<readonly Transaction[] | 'waiting'> {
  const { plan, simulation } = options
  const transactions: Transaction[] = []
  const given = new Map<string, bigint>()
  let stopped: string | null = null

  for (const [stepIndex, step] of plan.body.steps.entries()) {
    const hashes: Hex[] = []
    let hasApproved = false
    for (const [callIndex, call] of step.calls.entries()) {
      const about = { stepId: step.id, callIndex, purpose: call.purpose }
      if (stopped !== null) {
        transactions.push({ ...about, outcome: 'not-sent', reason: stopped })
        continue
      }
      const result = await carryOut(options, {
        stepId: step.id,
        callIndex,
        ...spliceCall(call, (from, token) =>
          capAtSpend({
            steps: [step],
            token,
            units: given.get(toGivenKey(from, token)) ?? 0n,
          }),
        ),
        gasLimit: gasLimitOf(simulation.body, stepIndex, callIndex),
        ...toHalting(options, call.purpose),
      })
      if (result === 'waiting') return 'waiting'
      transactions.push({ ...about, ...toTransaction(result) })
      if (result.type === 'succeeded') {
        hasApproved ||= call.purpose === 'approve'
        hashes.push(result.hash)
        await options.onProgress(
          `${step.id}: ${call.purpose} mined in block ${result.blockNumber}`,
        )
        continue
      }
      stopped = `an earlier call ended as ${result.type}`
      if (
        result.type === 'reverted' ||
        (result.type === 'not-sent' && hasApproved)
      ) {
        const undone = await compensate(step, options)
        if (undone === 'waiting') return 'waiting'
        transactions.push(...undone)
      }
    }
    if (stopped === null && isBuiltUpon(plan.body, step.id))
      await readGiven({ step, hashes, given, options })
  }
  return transactions
}

async function carryOut(
  options: ExecutePlanOptions,
  wanted: Wanted,
): Promise<LegResult | 'waiting'> {
  const { plan, simulation, ports } = options
  const order: LegOrder = {
    legId: toLegId(plan.hash, wanted.stepId, wanted.callIndex),
    intentId: plan.body.intentId,
    planHash: plan.hash,
    chainId: plan.body.chainId,
    account: plan.body.account,
    maxFeePerGasWei: simulation.body.gas.maxFeePerGasWei,
    deadlineUnixSeconds: plan.body.deadlineUnixSeconds,
    ...wanted,
  }
  if (!isSentByHolder(plan.body))
    return ports.sender.carryOut(order, { waitMs: options.waitMs })
  if (!ports.holder) throw new HolderUnknownError({ planHash: plan.hash })
  const result = await ports.holder.carryOut(order)
  if (result.type !== 'waiting') return result
  if (result.isNew) await options.onProgress(result.reason)
  return 'waiting'
}

/** Who may stop a call: the account that signs it, and whose money it is. */
function toHalting(
  { owner, plan }: ExecutePlanOptions,
  purpose: PlanCall['purpose'],
): Pick<LegOrder, 'onBehalfOf' | 'givesNothing'> {
  return {
    ...(owner === undefined || isSameAddress(owner, plan.body.account)
      ? {}
      : { onBehalfOf: owner }),
    ...(purpose === 'cleanup' || purpose === 'reset'
      ? { givesNothing: true }
      : {}),
  }
}

function isBuiltUpon(plan: PlanArtifact, stepId: string): boolean {
  return plan.steps.some((step) =>
    step.calls.some((call) =>
      call.splices.some((splice) => splice.step === stepId),
    ),
  )
}

/** Takes back what a failed step had allowed and not used. */
async function compensate(
  step: PlanStep,
  options: ExecutePlanOptions,
): Promise<Transaction[] | 'waiting'> {
  const { plan, ports } = options
  const carrier = isSentByHolder(plan.body) ? ports.holder : ports.sender
  const allowances = await ports.chain.readAllowances({
    account: plan.body.account,
    pairs: step.approvals,
  })
  const transactions: Transaction[] = []
  for (const [index, { token, spender }] of step.approvals.entries()) {
    const isOurs = step.calls.some(
      ({ purpose, to }) => purpose === 'approve' && isSameAddress(to, token),
    )
    const callIndex = compensationIndex + index
    // What was begun stays part of what happened, also when nothing is left.
    const isBegun = await carrier?.hasLeg(
      toLegId(plan.hash, step.id, callIndex),
    )
    if (!isOurs || ((allowances[index] ?? 0n) === 0n && !isBegun)) continue
    const purpose: PlanCall['purpose'] = 'cleanup'
    const result = await carryOut(options, {
      stepId: step.id,
      callIndex,
      to: token,
      valueWei: 0n,
      data: encodeFunctionData({
        abi: approveAbi,
        functionName: 'approve',
        args: [spender, 0n],
      }),
      gasLimit: compensationGasLimit,
      // It only takes back, so it may come late.
      deadlineUnixSeconds: plan.body.deadlineUnixSeconds + compensationSeconds,
      ...toHalting(options, purpose),
    })
    if (result === 'waiting') return 'waiting'
    transactions.push({
      stepId: step.id,
      callIndex,
      purpose,
      ...toTransaction(result),
    })
  }
  return transactions
}

function gasLimitOf(
  simulation: SimulationArtifact,
  stepIndex: number,
  callIndex: number,
): bigint {
  return simulation.steps[stepIndex]?.calls[callIndex]?.gasLimit ?? 0n
}

/** Thrown when a plan that a wallet sends comes to a process that knows none. */
export class HolderUnknownError extends BehestError {
  readonly code = 'HOLDER_UNKNOWN'
  readonly stage = 'execution'
  readonly retry = 'same-input'

  constructor(facts: { planHash: string }) {
    super(
      `Plan ${facts.planHash} is sent by its holder's wallet, and this process hands nothing to wallets. Start the intent API, which does.`,
      { facts },
    )
  }
}
