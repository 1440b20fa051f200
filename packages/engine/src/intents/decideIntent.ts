import {
  type ApprovalArtifact,
  BehestError,
  type GivenMandate,
  type Hex,
} from '@behest/spec'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import { assertPolicyAllows } from '../7-approval/applyPolicy.js'
import {
  decideApproval,
  NothingToApproveError,
} from '../7-approval/decideApproval.js'
import { assertHolderSigned } from '../7-approval/holderSigning.js'
import { isHoldersOwn } from '../7-approval/isHoldersOwn.js'
import { type OpenIntent, openIntent } from '../openIntent.js'
import { decideOrder } from '../orders/standOrder.js'
import type { EnginePorts, Limits } from '../ports.js'
import { reopenQuotes } from './reopenQuotes.js'

/** A yes or no to exactly the plan, or the order, shown. */
export type DecideIntentOptions = {
  readonly id: string
  readonly planHash: Hex
  readonly decision: 'approve' | 'reject'
  readonly signature?: Hex
  /** Where nobody here signs for the account: what its holder signed. */
  readonly mandates?: readonly GivenMandate[]
}

type World = { readonly ports: EnginePorts; readonly limits: Limits }

/**
 * Takes a yes or no to exactly the plan shown. Does not carry it out.
 *
 * @throws {NothingToApproveError} when the intent waits for none.
 * @throws the errors of {@link decideApproval}, {@link assertPolicyAllows} and
 *   {@link assertHolderSigned}.
 */
export async function decideIntent(
  world: World,
  choice: DecideIntentOptions,
): Promise<OpenIntent> {
  try {
    return await decideOnce(world, choice)
  } catch (error) {
    // Two yeses at one moment: the second one finds the first.
    if (BehestError.isInstance(error) && error.code === 'INTENT_CHANGED')
      return decideOnce(world, choice)
    throw error
  }
}

async function decideOnce(
  world: World,
  choice: DecideIntentOptions,
): Promise<OpenIntent> {
  const { ports } = world
  const { id, planHash, decision, signature } = choice
  const intent = await openIntent(ports.store, id)
  const { status } = intent.stored()
  const before = intent.find('approval')
  if (
    before &&
    before.body.planHash === planHash &&
    before.body.decision === decision
  )
    return intent // the same yes twice is one yes
  if (status !== 'needs-approval')
    throw new NothingToApproveError({ intentId: id, status })
  const understood = intent.require('intent')
  if (understood.body.order) {
    await intent.append({
      artifact: decideOrder({
        understood,
        terms: understood.body.order,
        planHash,
        decision,
        ...(signature === undefined ? {} : { signature }),
        decidedAt: ports.now().toISOString(),
      }),
      status: decision === 'approve' ? 'running' : 'rejected',
      message:
        decision === 'approve'
          ? 'The order was approved.'
          : 'The order was rejected; nothing will run.',
    })
    return intent
  }
  try {
    await intent.append({
      artifact: await decidePlan(world, intent, choice),
      status: decision === 'approve' ? 'running' : 'rejected',
      message:
        decision === 'approve'
          ? 'The plan was approved.'
          : 'The plan was rejected; nothing was sent.',
    })
  } catch (error) {
    if (error instanceof QuoteExpiredError)
      await reopenQuotes(intent, error.shortMessage)
    throw error
  }
  return intent
}

async function decidePlan(
  { ports, limits }: World,
  intent: OpenIntent,
  choice: DecideIntentOptions,
): Promise<ApprovalArtifact> {
  const { planHash, decision, signature, mandates } = choice
  const head = await ports.chain.readHead()
  const isHolders = isHoldersOwn(ports.holder, intent.stored().account)
  if (decision === 'approve' && isPlanShown(intent, planHash))
    await assertPolicyAllows({
      ports,
      limits,
      plan: intent.require('plan').body,
      planHash: intent.require('plan').hash,
      simulation: intent.require('simulation').body,
    })
  if (
    ports.mandates &&
    isHolders &&
    decision === 'approve' &&
    isPlanShown(intent, planHash)
  )
    await assertHolderSigned({
      plan: intent.require('plan'),
      mandates: ports.mandates,
      given: mandates ?? [],
    })
  return decideApproval({
    plan: intent.require('plan'),
    simulation: intent.require('simulation'),
    planHash,
    decision,
    ...(signature === undefined ? {} : { signature }),
    ...(isHolders && mandates ? { mandates } : {}),
    nowUnixSeconds: head.timestampUnixSeconds,
    decidedAt: ports.now().toISOString(),
  })
}

/** A yes to another plan is refused for that, before any rule is asked. */
function isPlanShown(intent: OpenIntent, planHash: Hex): boolean {
  return intent.require('plan').hash.toLowerCase() === planHash.toLowerCase()
}
