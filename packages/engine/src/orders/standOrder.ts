import {
  type ApprovalArtifact,
  type Hex,
  type IntentArtifact,
  type JsonValue,
  type OrderPort,
  type OrderTerms,
  orderTermsSchema,
  type UtteranceArtifact,
} from '@behest/spec'
import * as z from 'zod'
import { HolderCannotSignError } from '../6-simulation/errors.js'
import { PlanHashMismatchError } from '../7-approval/decideApproval.js'
import { isHoldersOwn } from '../7-approval/isHoldersOwn.js'
import { hashJson } from '../hashArtifact.js'
import type { OpenIntent } from '../openIntent.js'
import type { EnginePorts, Linked } from '../ports.js'
import { buildOrderTerms } from './buildOrderTerms.js'
import { checkOrderRun } from './checkOrderRun.js'
import { OrderRunRefusedError } from './errors.js'
import { toMandateSteps } from './mandateSteps.js'
import { listOrderLines, sayOrder } from './sayOrder.js'

/** Names the terms of an order: what the account signs. */
export function hashOrderTerms(terms: OrderTerms): Hex {
  return hashJson(z.encode(orderTermsSchema, terms) as JsonValue)
}

/** What a person is asked to approve before an order stands. */
export function toProposal(terms: OrderTerms) {
  return {
    termsHash: hashOrderTerms(terms),
    headline: sayOrder(terms),
    lines: listOrderLines(terms),
  }
}

/**
 * Goes on with an intent whose steps wait: proposes an order, and lets it stand
 * once the person said yes to exactly its terms.
 *
 * @throws the errors of {@link buildOrderTerms}.
 * @throws {HolderCannotSignError} when nobody here signs for the account.
 */
export async function standOrder(options: {
  readonly intent: OpenIntent
  readonly utterance: Linked<UtteranceArtifact>
  readonly understood: Linked<IntentArtifact>
  readonly orders: OrderPort
  readonly chain: EnginePorts['chain']
  readonly holder?: EnginePorts['holder']
}): Promise<'waiting' | 'ended'> {
  const { intent, utterance, understood, orders, chain } = options
  const { order: terms, result } = understood.body
  if (result.type !== 'intent') return 'waiting'
  const { account } = utterance.body
  if (isHoldersOwn(options.holder, account))
    throw new HolderCannotSignError({
      account,
      reason:
        'each run of a standing order is signed when it is due, and nobody can ask your wallet then',
      instead:
        'Ask for it when it is due. To let it stand, send what it may spend to an account that a server of yours signs for, and say it there.',
    })
  if (!terms) {
    const proposed = await buildOrderTerms({
      account,
      utterance: utterance.body.text,
      steps: result.intent.steps,
      timeZone: utterance.body.context.timeZone,
      missedRuns: utterance.body.missedRuns ?? 'skip',
      chain,
      block: await chain.readHead(),
      executor:
        utterance.body.custody === 'direct' ? undefined : orders.executor,
      whyDirect:
        utterance.body.custody === 'direct'
          ? 'you asked for it'
          : 'nobody here carries out mandates',
      drawBatch: orders.drawBatch,
    })
    await intent.append({
      artifact: { ...understood.body, order: proposed },
      status: 'needs-approval',
      message: `An order waits for approval: ${sayOrder(proposed)}`,
    })
    return 'waiting'
  }
  const approval = intent.require('approval').body
  await orders.open({
    orderId: intent.id,
    terms,
    termsHash: hashOrderTerms(terms),
    ...(approval.signature === undefined
      ? {}
      : { signature: approval.signature }),
  })
  await intent.setStatus({
    status: 'done',
    message: `The order stands: ${sayOrder(terms)}`,
  })
  return 'ended'
}

/**
 * Records a person's yes or no to exactly one order.
 *
 * @throws {PlanHashMismatchError} when the terms shown are others.
 */
export function decideOrder(options: {
  readonly understood: Linked<IntentArtifact>
  readonly terms: OrderTerms
  readonly planHash: Hex
  readonly decision: 'approve' | 'reject'
  readonly signature?: Hex
  readonly decidedAt: string
}): ApprovalArtifact {
  const { understood, terms, planHash, decision } = options
  const termsHash = hashOrderTerms(terms)
  if (planHash.toLowerCase() !== termsHash.toLowerCase())
    throw new PlanHashMismatchError({ given: planHash, shown: termsHash })
  return {
    stage: 'approval',
    parentHash: understood.hash,
    planHash: termsHash,
    // There is nothing to simulate yet; the terms stand in the intent.
    simulationHash: understood.hash,
    decision,
    by: { type: 'person', account: terms.account },
    ...(options.signature === undefined
      ? {}
      : { signature: options.signature }),
    decidedAt: options.decidedAt,
  }
}

/**
 * Reads what a run is to do from the order that it is a run of: nobody is asked
 * again what the words mean.
 *
 * @throws {OrderRunRefusedError} when the order does not stand as it did.
 */
export async function readRunIntent(options: {
  readonly utterance: Linked<UtteranceArtifact>
  readonly orders: OrderPort | undefined
}): Promise<IntentArtifact> {
  const { utterance, orders } = options
  const { run } = utterance.body
  const terms = await requireOrder({ run, orders })
  return {
    stage: 'intent',
    parentHash: utterance.hash,
    result: {
      type: 'intent',
      intent: {
        version: 1,
        utterance: terms.utterance,
        language: 'und',
        steps:
          terms.custody === 'mandate' && !terms.batch
            ? toMandateSteps(run?.orderId ?? '', terms)
            : terms.steps,
      },
    },
    parser: 'order',
    notes: [],
  }
}

/**
 * Approves the plan of a run by the order that the person signed, if it is
 * within its terms and the order still stands.
 *
 * @param options.nowUnixSeconds - Chain time.
 * @throws {OrderRunRefusedError} when the plan goes past the terms.
 */
export async function approveRun(options: {
  readonly intent: OpenIntent
  readonly run: NonNullable<UtteranceArtifact['run']>
  readonly orders: OrderPort | undefined
  readonly nowUnixSeconds: number
  readonly decidedAt: string
}): Promise<ApprovalArtifact> {
  const { intent, run, orders, nowUnixSeconds, decidedAt } = options
  const terms = await requireOrder({ run, orders })
  const plan = intent.require('plan')
  const simulation = intent.require('simulation')
  const problem = checkOrderRun({ terms, plan: plan.body, nowUnixSeconds })
  if (problem !== undefined)
    throw new OrderRunRefusedError({
      orderId: run.orderId,
      period: run.period,
      problem,
    })
  return {
    stage: 'approval',
    parentHash: simulation.hash,
    planHash: plan.hash,
    simulationHash: simulation.hash,
    decision: 'approve',
    by: { type: 'order', orderId: run.orderId, termsHash: run.termsHash },
    decidedAt,
  }
}

/** The terms of an order that may run. */
export async function requireOrder(options: {
  readonly run: UtteranceArtifact['run']
  readonly orders: OrderPort | undefined
}): Promise<OrderTerms> {
  const { run, orders } = options
  const refuse = (problem: string): never => {
    throw new OrderRunRefusedError({
      orderId: run?.orderId ?? '',
      period: run?.period ?? '',
      problem,
    })
  }
  if (!run || !orders) return refuse('no orders are kept here')
  const order = await orders.find(run.orderId)
  if (!order) return refuse('there is no such order')
  if (!order.isActive) return refuse('the order was cancelled or has ended')
  if (
    order.termsHash.toLowerCase() !== run.termsHash.toLowerCase() ||
    hashOrderTerms(order.terms).toLowerCase() !== run.termsHash.toLowerCase()
  )
    return refuse('its terms are not those that were signed')
  return order.terms
}
