import type { ApprovalArtifact, OrderRunLink } from '@behest/spec'
import type { OpenIntent } from '../openIntent.js'
import { approveRun } from '../orders/standOrder.js'
import type { EnginePorts } from '../ports.js'
import { approveByPolicy } from './applyPolicy.js'

/**
 * Approves a plan by what its account signed before: the order that it is a run
 * of, or a policy.
 *
 * @returns The approval; `undefined` where there is one already, or where only a
 *   person can give it.
 * @throws {OrderRunRefusedError} when the plan goes past the order.
 */
export async function approveUnasked(options: {
  readonly intent: OpenIntent
  readonly run: OrderRunLink | undefined
  readonly ports: Pick<EnginePorts, 'orders' | 'chain' | 'now'>
}): Promise<
  { readonly artifact: ApprovalArtifact; readonly message: string } | undefined
> {
  const { intent, run, ports } = options
  if (intent.find('approval')) return undefined
  if (run)
    return {
      artifact: await approveRun({
        intent,
        run,
        orders: ports.orders,
        nowUnixSeconds: (await ports.chain.readHead()).timestampUnixSeconds,
        decidedAt: ports.now().toISOString(),
      }),
      message: 'The plan is within the signed order, which approves it.',
    }
  const simulation = intent.require('simulation')
  const { policy } = simulation.body
  if (policy?.verdict !== 'approve') return undefined
  return {
    artifact: approveByPolicy({
      plan: intent.require('plan'),
      simulation,
      policyHash: policy.policyHash,
      decidedAt: ports.now().toISOString(),
    }),
    message: `The plan is within the policy that you signed (${policy.sequence}), which approves it.`,
  }
}
