import type { Address, IntentRecord } from '@behest/spec'
import type { IntentClient } from './createIntentClient.js'

const lookBack = 5

/** What became of the next words of a conversation. */
export type SaidNext =
  /** A new intent; what waited before it has ended. */
  | { readonly type: 'started'; readonly record: IntentRecord }
  /** The answer to what waited, or a change of it. */
  | { readonly type: 'answered'; readonly record: IntentRecord }
  /** A question of its own; `waiting` waits on. */
  | {
      readonly type: 'aside'
      readonly record: IntentRecord
      readonly waiting: IntentRecord
    }
  /** Nothing was changed; `record` still waits. */
  | { readonly type: 'not-understood'; readonly record: IntentRecord }

/**
 * Says the next words of an account's conversation: they answer or change what
 * waits, or are a request of their own. Approves nothing, whatever they are.
 *
 * @param options.account - Whose conversation it is.
 * @param options.text - The person's own words.
 * @param options.idempotencyKey - The same words sent twice are one request.
 * @throws the errors of the client.
 */
export async function sayNext(options: {
  readonly client: IntentClient
  readonly account: Address
  readonly text: string
  readonly timeZone?: string
  readonly idempotencyKey?: string
}): Promise<SaidNext> {
  const { client, account, text, timeZone, idempotencyKey } = options
  const start = async (): Promise<SaidNext> => ({
    type: 'started',
    record: await client.create({
      utterance: text,
      account,
      ...(timeZone === undefined ? {} : { context: { timeZone } }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }),
  })
  const waiting = await findWaiting({ client, account })
  if (waiting === undefined) return start()
  const alone = await client.parse({ utterance: text })
  if (
    alone.type === 'intent' &&
    alone.intent.steps.some(({ action }) => action !== 'ask')
  ) {
    // What a whole new order replaces can no longer be approved by mistake.
    await client.cancel(waiting.id)
    return start()
  }
  const record = await client.answer(waiting.id, { utterance: text })
  switch (record.reply?.type) {
    case 'not-understood':
      return { type: 'not-understood', record }
    case 'aside':
      return {
        type: 'aside',
        record: await client.get(record.reply.intentId),
        waiting: record,
      }
    case 'taken':
    case undefined:
      return { type: 'answered', record }
    default:
      return record.reply satisfies never
  }
}

/**
 * Finds the intent of an account that waits for an answer or an approval.
 * Questions that were answered beside it are passed by.
 *
 * @returns The newest, or nothing where the newest does not wait.
 */
export async function findWaiting(options: {
  readonly client: IntentClient
  readonly account: Address
}): Promise<IntentRecord | undefined> {
  const { client, account } = options
  const { intents } = await client.list({ account, limit: lookBack })
  const newest = intents.find(
    ({ status, artifacts }) => status !== 'done' || artifacts.receipt,
  )
  return newest?.status === 'needs-answer' ||
    newest?.status === 'needs-approval'
    ? newest
    : undefined
}
