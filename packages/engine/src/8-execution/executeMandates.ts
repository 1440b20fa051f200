import {
  BehestError,
  type ExecutionArtifact,
  type LegResult,
  type Mandate,
  type MandatePort,
  type PlanStep,
  type Redemption,
} from '@behest/spec'
import { dropVacuous, listCalls } from '../5-plan/bindMandates.js'
import { capAtSpend } from '../5-plan/capAtSpend.js'
import type { ExecutePlanOptions } from './executePlanOptions.js'
import { readGiven } from './readGiven.js'
import { toLegId } from './toLegId.js'
import { toTransaction } from './toTransaction.js'

type Transaction = ExecutionArtifact['transactions'][number]

/**
 * Carries out a plan by its mandates: one transaction of the executor for each,
 * in order, each only after the one before it has succeeded.
 *
 * A batch happens as a whole or not at all, so a failure leaves nothing to take
 * back. A mandate works once, by the chain's own word: whatever becomes of an
 * answer, nothing happens twice.
 *
 * @returns One line for each step; steps of one batch share its transaction.
 */
export async function executeMandates(
  options: ExecutePlanOptions & { readonly mandates: MandatePort },
): Promise<readonly Transaction[]> {
  const { plan, simulation, onProgress } = options
  const { sender } = options.ports
  const { custody } = plan.body
  if (custody?.type !== 'mandate')
    throw new RangeError('a plan with mandates is carried out here')
  const transactions: Transaction[] = []
  const given = new Map<string, bigint>()
  let stopped: string | null = null

  for (const [mandateIndex, mandate] of custody.mandates.entries()) {
    const steps = plan.body.steps.filter(({ id }) =>
      mandate.stepIds.includes(id),
    )
    if (stopped !== null) {
      transactions.push(
        ...toLines(steps, { type: 'not-sent', reason: stopped }),
      )
      continue
    }
    const redemption = await prepare({
      ...options,
      steps,
      mandate,
      mandateIndex,
      given,
    })
    const stepId = steps[0]?.id ?? ''
    const onBehalfOf = options.owner ?? plan.body.account
    const result: LegResult =
      'reason' in redemption
        ? { type: 'not-sent', reason: redemption.reason }
        : await sender.carryOut(
            {
              legId: toLegId(plan.hash, stepId, 0),
              intentId: plan.body.intentId,
              planHash: plan.hash,
              stepId,
              callIndex: 0,
              chainId: plan.body.chainId,
              valueWei: 0n,
              maxFeePerGasWei: simulation.body.gas.maxFeePerGasWei,
              deadlineUnixSeconds: mandate.validUntilUnixSeconds,
              // The executor signs; whoever's money it is can stop it.
              onBehalfOf,
              ...redemption,
            },
            { waitMs: options.waitMs },
          )
    transactions.push(...toLines(steps, result))
    if (result.type !== 'succeeded') {
      stopped = `an earlier batch ended as ${result.type}`
      continue
    }
    await onProgress(
      `${mandate.stepIds.join(', ')}: the mandate was used in block ${result.blockNumber}`,
    )
    for (const step of steps)
      if (isNeeded(plan.body.steps, step.id))
        await readGiven({ step, hashes: [result.hash], given, options })
  }
  return transactions
}

async function prepare(
  options: ExecutePlanOptions & {
    readonly mandates: MandatePort
    readonly steps: readonly PlanStep[]
    readonly mandate: Mandate
    readonly mandateIndex: number
    readonly given: ReadonlyMap<string, bigint>
  },
): Promise<Redemption | { readonly reason: string }> {
  const { plan, mandates, mandate, mandateIndex, steps, given } = options
  const { sender, chain } = options.ports
  const [first] = steps
  // What was queued counts: a mandate that was used cannot be prepared again.
  if (first && (await sender.hasLeg(toLegId(plan.hash, first.id, 0))))
    return {
      account: mandates.framework.executor,
      to: mandates.framework.delegationManager,
      data: '0x',
      gasLimit: 0n,
    }
  // What was stopped before its first batch never came here.
  const stop = mandateIndex > 0 ? await options.findStop?.() : undefined
  if (stop !== undefined) return { reason: stop }
  const calls = listCalls(steps, (from, token) =>
    capAtSpend({
      steps,
      token,
      units: given.get(`${from} ${token.toLowerCase()}`) ?? 0n,
    }),
  )
  const signed = options.approval.body.mandates?.find(
    ({ index }) => index === mandateIndex,
  )
  try {
    return await mandates.prepare({
      plan: plan.body,
      planHash: plan.hash,
      mandateIndex,
      terms: {
        account: plan.body.account,
        calls,
        ...mandate,
        // What was drawn up at approval time is used as it was approved.
        bounds:
          mandate.delegationHash === undefined
            ? await dropVacuous({ bounds: mandate.bounds, chain })
            : mandate.bounds,
      },
      ...(signed === undefined ? {} : { given: signed }),
    })
  } catch (error) {
    if (
      BehestError.isInstance(error) &&
      (error.code.startsWith('MANDATE_') || error.code === 'SIGNING_REFUSED')
    )
      return { reason: `${error.code}: ${error.shortMessage}` }
    throw error
  }
}

function isNeeded(steps: readonly PlanStep[], stepId: string): boolean {
  return steps.some(({ calls }) =>
    calls.some(({ splices }) => splices.some(({ step }) => step === stepId)),
  )
}

/** The gas of a shared transaction is counted once, at its first step. */
function toLines(
  steps: readonly PlanStep[],
  result: LegResult,
): readonly Transaction[] {
  return steps.map(({ id }, index) => {
    const line: Transaction = {
      stepId: id,
      callIndex: 0,
      purpose: 'act',
      ...toTransaction(result),
    }
    if (index === 0) return line
    const { gasUsed: _gasUsed, gasWei: _gasWei, ...rest } = line
    return rest
  })
}
