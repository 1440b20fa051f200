import {
  BehestError,
  type IntentArtifact,
  type IntentStorePort,
  isSameAddress,
  type OrderPort,
} from '@behest/spec'
import type { OpenIntent } from '../openIntent.js'
import type { Linked } from '../ports.js'
import { quoteWords, sayPast } from './sayPast.js'

const newestCount = 5

/**
 * Does what a follow-up asks of the earlier intent itself: ends one that waits,
 * or tells what became of it. Nothing is ever sent by this.
 *
 * Which intent is meant was written down before, so that a crash in between
 * never ends another one.
 *
 * @returns `ended` where the follow-up needs nothing more, `goes-on` where the
 *   new intent is to be carried out.
 */
export async function settleFollowUp(options: {
  readonly intent: OpenIntent
  readonly understood: Linked<IntentArtifact>
  readonly store: IntentStorePort
  readonly orders: OrderPort | undefined
}): Promise<'ended' | 'goes-on'> {
  const { intent, understood, store, orders } = options
  const { follows, answer } = understood.body
  if (follows === undefined) return 'goes-on'
  if (answer !== undefined) return 'ended'
  switch (follows.type) {
    case 'repeat':
    case 'undo':
      return 'goes-on'
    case 'change':
      // What waited is replaced: it can no longer be approved by mistake.
      await end(store, follows.intentId, intent)
      return 'goes-on'
    case 'cancel':
      await answerWith(
        intent,
        understood.body,
        (await endOrder(orders, follows.intentId, intent)) ??
          (await end(store, follows.intentId, intent)),
      )
      return 'ended'
    case 'status':
      await answerWith(
        intent,
        understood.body,
        await tell(store, follows.intentId, intent),
      )
      return 'ended'
    default:
      return follows.type satisfies never
  }
}

/** Ends a standing order of the same account; none where it is no such order. */
async function endOrder(
  orders: OrderPort | undefined,
  orderId: string,
  intent: OpenIntent,
): Promise<string | undefined> {
  const order = await orders?.find(orderId)
  if (
    orders === undefined ||
    !order?.isActive ||
    !isSameAddress(order.terms.account, intent.stored().account)
  )
    return undefined
  await orders.cancel({ orderId, why: 'You cancelled it.' })
  return `Cancelled. The order ${quoteWords(order.terms.utterance)} (${orderId}) runs no more.`
}

/** Ends an intent of the same account that was not approved. */
async function end(
  store: IntentStorePort,
  intentId: string,
  intent: OpenIntent,
): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const stored = await store.get(intentId)
    if (!stored || !isSameAddress(stored.account, intent.stored().account))
      return 'There is no such intent.'
    if (stored.status !== 'needs-answer' && stored.status !== 'needs-approval')
      return stored.status === 'cancelled'
        ? `Cancelled. ${sayPast(stored)}`
        : `It can no longer be cancelled. ${sayPast(stored)}`
    try {
      return `Cancelled. ${sayPast(
        await store.setStatus({
          intentId,
          expectedVersion: stored.version,
          status: 'cancelled',
          message: `Ended by intent ${intent.id}; nothing was sent.`,
        }),
      )}`
    } catch (error) {
      // Somebody did something to it meanwhile: look again what is true now.
      const isChanged =
        BehestError.isInstance(error) && error.code === 'INTENT_CHANGED'
      if (!isChanged || attempt >= 3) throw error
    }
  }
}

async function tell(
  store: IntentStorePort,
  intentId: string,
  intent: OpenIntent,
): Promise<string> {
  const { account } = intent.stored()
  const stored = await store.get(intentId)
  if (!stored || !isSameAddress(stored.account, account))
    return 'There is no such intent.'
  const { intents } = await store.list({ limit: newestCount + 1, account })
  const others = intents
    .filter(({ id }) => id !== intent.id && id !== intentId)
    .slice(0, newestCount - 1)
  return [
    sayPast(stored),
    ...(others.length === 0
      ? []
      : [
          `Others of late: ${others.map(({ utterance, status }) => `${utterance.replace(/\s+/g, ' ').slice(0, 80)} (${status})`).join('; ')}.`,
        ]),
  ].join('\n')
}

async function answerWith(
  intent: OpenIntent,
  artifact: IntentArtifact,
  answer: string,
): Promise<void> {
  await intent.append({
    artifact: { ...artifact, answer: answer.slice(0, 4000) },
    status: 'done',
    message: answer,
  })
}
