import {
  BehestError,
  type ExecutionArtifact,
  type Hex,
  isSameAddress,
  type PlanArtifact,
  type PlanCall,
  type PlanStep,
  type SimulationArtifact,
} from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'
import { capAtSpend } from '../5-plan/capAtSpend.js'
import { spliceCall } from '../5-plan/spliceCall.js'
import { executeMandates } from './executeMandates.js'
import type { ExecutePlanOptions } from './executePlanOptions.js'
import { readGiven, toGivenKey } from './readGiven.js'
import { toLegId } from './toLegId.js'
import { toTransaction } from './toTransaction.js'

const approveAbi = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
])
const compensationGasLimit = 120_000n
// Compensating calls follow the plan's own, so that their legs never collide.
const compensationIndex = 100

type Transaction = ExecutionArtifact['transactions'][number]

/**
 * Carries out an approved plan: each call once, in order, each only after the
 * one before it has succeeded.
 *
 * Running it again, in any process, sends nothing twice: a leg is named by the
 * plan's hash, its step and its place. A call that fails ends the plan; what its
 * step had allowed is taken back.
 *
 * @returns Every call with how it ended; `unknown` where nobody knows yet.
 */
export async function executePlan(
  options: ExecutePlanOptions,
): Promise<ExecutionArtifact> {
  const { plan, approval, now, mandates } = options
  const startedAt = now().toISOString()
  const isMandated = plan.body.custody?.type === 'mandate'
  if (isMandated && !mandates)
    throw new MandatesMissingError({ planHash: plan.hash })
  const transactions =
    isMandated && mandates
      ? await executeMandates({ ...options, mandates })
      : await executeDirectly(options)
  return {
    stage: 'execution',
    parentHash: approval.hash,
    planHash: plan.hash,
    transactions: [...transactions],
    startedAt,
    finishedAt: now().toISOString(),
  }
}

/** The account itself sends each call, as a transaction of its own. */
async function executeDirectly(
  options: ExecutePlanOptions,
): Promise<readonly Transaction[]> {
  const { plan, simulation } = options
  const transactions: Transaction[] = []
  const given = new Map<string, bigint>()
  let stopped: string | null = null

  for (const [stepIndex, step] of plan.body.steps.entries()) {
    const hashes: Hex[] = []
    for (const [callIndex, call] of step.calls.entries()) {
      const about = { stepId: step.id, callIndex, purpose: call.purpose }
      if (stopped !== null) {
        transactions.push({ ...about, outcome: 'not-sent', reason: stopped })
        continue
      }
      const settled = spliceCall(call, (from, token) =>
        capAtSpend({
          steps: [step],
          token,
          units: given.get(toGivenKey(from, token)) ?? 0n,
        }),
      )
      const result = await options.sender.carryOut(
        {
          legId: toLegId(plan.hash, step.id, callIndex),
          intentId: plan.body.intentId,
          planHash: plan.hash,
          stepId: step.id,
          callIndex,
          chainId: plan.body.chainId,
          account: plan.body.account,
          ...settled,
          gasLimit: gasLimitOf(simulation.body, stepIndex, callIndex),
          maxFeePerGasWei: simulation.body.gas.maxFeePerGasWei,
          deadlineUnixSeconds: plan.body.deadlineUnixSeconds,
        },
        { waitMs: options.waitMs },
      )
      transactions.push({ ...about, ...toTransaction(result) })
      if (result.type === 'succeeded') {
        hashes.push(result.hash)
        await options.onProgress(
          `${step.id}: ${call.purpose} mined in block ${result.blockNumber}`,
        )
        continue
      }
      stopped = `an earlier call ended as ${result.type}`
      if (result.type === 'reverted')
        transactions.push(...(await compensate(step, stepIndex, options)))
    }
    if (stopped === null && isBuiltUpon(plan.body, step.id))
      await readGiven({ step, hashes, given, options })
  }
  return transactions
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
  stepIndex: number,
  options: ExecutePlanOptions,
): Promise<Transaction[]> {
  const { chain, plan, simulation, sender } = options
  const allowances = await chain.readAllowances({
    account: plan.body.account,
    pairs: step.approvals,
  })
  const transactions: Transaction[] = []
  for (const [index, { token, spender }] of step.approvals.entries()) {
    const isOurs = step.calls.some(
      ({ purpose, to }) => purpose === 'approve' && isSameAddress(to, token),
    )
    if (!isOurs || (allowances[index] ?? 0n) === 0n) continue
    const callIndex = compensationIndex + index
    const purpose: PlanCall['purpose'] = 'cleanup'
    const result = await sender.carryOut(
      {
        legId: toLegId(plan.hash, step.id, callIndex),
        intentId: plan.body.intentId,
        planHash: plan.hash,
        stepId: step.id,
        callIndex,
        chainId: plan.body.chainId,
        account: plan.body.account,
        to: token,
        valueWei: 0n,
        data: encodeFunctionData({
          abi: approveAbi,
          functionName: 'approve',
          args: [spender, 0n],
        }),
        gasLimit: compensationGasLimit,
        maxFeePerGasWei: simulation.body.gas.maxFeePerGasWei,
        // It only takes back, so it may come late.
        deadlineUnixSeconds: plan.body.deadlineUnixSeconds + 86_400,
      },
      { waitMs: options.waitMs },
    )
    transactions.push({
      stepId: plan.body.steps[stepIndex]?.id ?? step.id,
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

/** Thrown when a plan with mandates comes to a process that can use none. */
export class MandatesMissingError extends BehestError {
  readonly code = 'MANDATES_MISSING'
  readonly stage = 'execution'
  readonly retry = 'same-input'

  constructor(facts: { planHash: string }) {
    super(
      `Plan ${facts.planHash} is carried out by mandates, and this process has no executor for them. Configure the executor's keystore and start again.`,
      { facts },
    )
  }
}
