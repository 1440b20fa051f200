import type {
  ApprovalArtifact,
  OrderRunLink,
  OrderTerms,
  PlanArtifact,
} from '@behest/spec'
import { hasBegun } from '../6-simulation/assertStillHolds.js'
import { reopenQuotes } from '../intents/reopenQuotes.js'
import type { OpenIntent } from '../openIntent.js'
import type { EnginePorts, Linked } from '../ports.js'
import { findObjection } from './applyPolicy.js'

/**
 * Looks, right before the first signature, whether the yes still counts: whether
 * everything was stopped, its policy replaced or its order ended since. A plan
 * that has begun is not asked again.
 *
 * @param options.order - For a run: what was signed for it.
 * @returns `holds`, or what became of the intent instead.
 */
export async function checkApproval(options: {
  readonly intent: OpenIntent
  readonly run: OrderRunLink | undefined
  readonly order: OrderTerms | undefined
  readonly ports: Pick<EnginePorts, 'sender' | 'holder' | 'policies' | 'orders'>
}): Promise<'holds' | 'ended' | 'again'> {
  const { intent, run, order, ports } = options
  const plan = intent.require('plan')
  const objection = (await hasBegun({ plan, ports }))
    ? undefined
    : await findObjection({
        ports,
        account: order?.account ?? plan.body.account,
        chainId: plan.body.chainId,
        approval: intent.require('approval').body,
      })
  if (objection) await ports.policies?.release({ planHash: plan.hash })
  if (objection === 'killed') {
    await intent.setStatus({
      status: 'cancelled',
      message: 'Everything was stopped before anything was signed.',
    })
    return 'ended'
  }
  if (objection === 'replaced') {
    await reopenQuotes(intent, 'The policy that approved it was replaced.')
    return 'again'
  }
  if (run && (await isCancelledInTime({ intent, run, ports }))) {
    await intent.setStatus({
      status: 'cancelled',
      message: 'The order ended before anything was signed.',
    })
    return 'ended'
  }
  return 'holds'
}

/**
 * Looks, before a later batch of a plan that has begun, whether everything was
 * stopped since: what was not signed yet never is.
 *
 * @returns Why nothing more begins; `undefined` where it goes on.
 */
export async function findStop(options: {
  readonly ports: Pick<EnginePorts, 'policies'>
  readonly plan: Linked<PlanArtifact>
  readonly order: OrderTerms | undefined
  readonly approval: Linked<ApprovalArtifact>
}): Promise<string | undefined> {
  const { ports, plan, order, approval } = options
  const objection = await findObjection({
    ports,
    account: order?.account ?? plan.body.account,
    chainId: plan.body.chainId,
    approval: approval.body,
  })
  return objection === 'killed'
    ? 'everything was stopped before this was signed'
    : undefined
}

/** An order that ends between the yes and the first signature has the last word. */
async function isCancelledInTime(options: {
  readonly intent: OpenIntent
  readonly run: OrderRunLink
  readonly ports: Pick<EnginePorts, 'sender' | 'holder' | 'orders'>
}): Promise<boolean> {
  const { intent, run, ports } = options
  const plan = intent.require('plan')
  if (await hasBegun({ plan, ports })) return false
  return !(await ports.orders?.find(run.orderId))?.isActive
}
