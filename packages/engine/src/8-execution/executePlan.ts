import { BehestError, type ExecutionArtifact } from '@behest/spec'
import { executeDirectly } from './executeDirectly.js'
import { executeMandates } from './executeMandates.js'
import type { ExecutePlanOptions } from './executePlanOptions.js'

/** What became of carrying a plan out, or that its holder has yet to act. */
export type Carried =
  | { readonly type: 'ended'; readonly artifact: ExecutionArtifact }
  | { readonly type: 'waiting' }

/**
 * Carries out an approved plan: each call once, in order, each only after the
 * one before it has succeeded.
 *
 * Running it again, in any process, sends nothing twice: a leg is named by the
 * plan's hash, its step and its place. A call that fails ends the plan; what its
 * step had allowed is taken back.
 *
 * @returns Every call with how it ended, `unknown` where nobody knows yet; or
 *   `waiting` while the account's holder has transactions to send.
 */
export async function executePlan(
  options: ExecutePlanOptions,
): Promise<Carried> {
  const { plan, approval, ports } = options
  const { mandates, now } = ports
  const startedAt = now().toISOString()
  const isMandated = plan.body.custody?.type === 'mandate'
  if (isMandated && !mandates)
    throw new MandatesMissingError({ planHash: plan.hash })
  const transactions =
    isMandated && mandates
      ? await executeMandates({ ...options, mandates })
      : await executeDirectly(options)
  if (transactions === 'waiting') return { type: 'waiting' }
  return {
    type: 'ended',
    artifact: {
      stage: 'execution',
      parentHash: approval.hash,
      planHash: plan.hash,
      transactions: [...transactions],
      startedAt,
      finishedAt: now().toISOString(),
    },
  }
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
