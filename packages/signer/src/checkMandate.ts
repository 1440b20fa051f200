import { dropVacuous, isSpliced, listBatches } from '@behest/engine'
import {
  type DelegationFramework,
  drawDelegation,
  hashDelegation,
} from '@behest/evm'
import {
  type Address,
  type ChainPort,
  type Delegation,
  isSameAddress,
  type MandateTerms,
  type PlanStep,
} from '@behest/spec'
import { decodeAbiParameters, parseAbiParameters } from 'viem'
import { findCallProblem } from './checkCalls.js'
import { SigningRefusedError } from './errors.js'
import type { ApprovedPlan } from './readDossier.js'

const executionsParameters = parseAbiParameters([
  'Execution[] executions',
  'struct Execution { address target; uint256 value; bytes callData; }',
])

/** A mandate that is exactly what the plan says, taken apart again. */
export type CheckedMandate = {
  readonly steps: readonly PlanStep[]
  readonly calls: MandateTerms['calls']
}

/**
 * Draws a mandate up again from the approved plan and holds the one that is asked
 * for against it, to the last byte.
 *
 * @param options.executor - The only account that may be named as redeemer.
 * @throws {SigningRefusedError} when it is another mandate.
 */
export async function checkMandate(options: {
  readonly approved: ApprovedPlan
  readonly mandateIndex: number
  readonly delegation: Delegation
  readonly framework: DelegationFramework
  readonly executor: Address
  readonly chain: ChainPort
}): Promise<CheckedMandate> {
  const { approved, mandateIndex, delegation, framework, executor } = options
  const { plan } = approved
  const refuse = (rule: string): never => {
    throw new SigningRefusedError({ what: `mandate ${mandateIndex + 1}`, rule })
  }
  const { custody } = plan
  if (custody?.type !== 'mandate')
    throw refuse('the plan is carried out directly')
  if (
    !isSameAddress(custody.executor, executor) ||
    !isSameAddress(custody.delegationManager, framework.delegationManager) ||
    !isSameAddress(custody.implementation, framework.implementation)
  )
    refuse('the plan names another executor, manager or code')
  const mandate = custody.mandates[mandateIndex]
  const steps = listBatches(plan)[mandateIndex]
  if (!mandate || !steps) throw refuse('the plan has no such mandate')
  if (mandate.stepIds.join() !== steps.map(({ id }) => id).join())
    refuse('it is for other steps')
  if (mandate.validUntilUnixSeconds > plan.deadlineUnixSeconds)
    refuse('it lasts longer than the plan')
  const calls = readCalls(delegation)
  const planned = steps.flatMap((step) =>
    step.calls.map((call) => ({ step, call })),
  )
  if (calls.length !== planned.length) refuse('it has more calls, or fewer')
  for (const [index, asked] of calls.entries()) {
    const entry = planned[index]
    if (!entry) continue
    const problem = findCallProblem({
      planned: entry.call,
      step: entry.step,
      asked,
    })
    if (problem !== null) refuse(`call ${index + 1}: ${problem}`)
  }
  const drawn = drawDelegation({
    framework,
    executor,
    terms: {
      account: plan.account,
      calls,
      ...mandate,
      bounds: steps.some(isSpliced)
        ? await dropVacuous({ bounds: mandate.bounds, chain: options.chain })
        : mandate.bounds,
    },
  })
  const hash = hashDelegation(delegation)
  if (hashDelegation(drawn) !== hash) refuse('its caveats are not the plan’s')
  if (mandate.delegationHash !== undefined && mandate.delegationHash !== hash)
    refuse('it is not the one that was approved')
  return { steps, calls }
}

function readCalls(delegation: Delegation): MandateTerms['calls'] {
  try {
    const [executions] = decodeAbiParameters(
      executionsParameters,
      delegation.caveats[0]?.terms ?? '0x',
    )
    return executions.map(({ target, value, callData }) => ({
      to: target,
      valueWei: value,
      data: callData,
    }))
  } catch (cause) {
    throw new SigningRefusedError({
      what: 'a mandate',
      rule: `its batch cannot be read (${cause instanceof Error ? cause.name : 'unknown'})`,
    })
  }
}
