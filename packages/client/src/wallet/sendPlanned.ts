import type { Hex, HolderTransaction, IntentRecord } from '@behest/spec'
import type { IntentClient } from '../createIntentClient.js'
import {
  TransactionNotPlannedError,
  WalletAnswerMissingError,
} from './errors.js'
import { findDeviation } from './findDeviation.js'

/** How a plan is sent by the account's own wallet. */
export type SendPlannedOptions = {
  readonly client: Pick<
    IntentClient,
    'get' | 'getTransactions' | 'reportTransaction'
  >
  readonly id: string
  /** Asks the wallet; gives the hash that it answers with. */
  readonly send: (transaction: HolderTransaction['transaction']) => Promise<Hex>
  /**
   * Tells whether an error of `send` means that the wallet sent nothing, e.g.
   * code 4001 of EIP-1193. Of every other error the outcome is unknown.
   */
  readonly isRefusal: (error: unknown) => boolean
  /** Told of each transaction before the wallet is asked. */
  readonly onTransaction?: (transaction: HolderTransaction) => void
  readonly signal?: AbortSignal
  /** How often the server is asked how it stands, in ms. 500 unless told. */
  readonly everyMs?: number
}

/**
 * Sends an approved plan from the account's own wallet, one transaction after the
 * other, each once.
 *
 * Before the wallet is asked, the transaction is compared with the plan that was
 * approved, and the server notes that it is asked: an answer that is lost is never
 * taken for a refusal, and nothing is asked twice.
 *
 * @returns The record when nothing is left to send: done, or stopped.
 * @throws {TransactionNotPlannedError} when the server hands over another one.
 * @throws {WalletAnswerMissingError} when the wallet was asked before and nobody
 *   knows what it answered.
 * @throws whatever `send` throws, after it was reported.
 */
export async function sendPlanned(
  options: SendPlannedOptions,
): Promise<IntentRecord> {
  const { client, id, signal, everyMs = 500 } = options
  const call = signal === undefined ? {} : { signal }
  /** Asked here, so that an answer may still come. */
  const asked = new Set<string>()
  for (;;) {
    const record = await client.get(id, call)
    if (record.status !== 'running' && record.status !== 'unknown')
      return record
    const transactions = await client.getTransactions(id, call)
    const lost = transactions.find(
      ({ state, legId }) => state === 'asked' && !asked.has(legId),
    )
    if (lost !== undefined)
      throw new WalletAnswerMissingError({ intentId: id, legId: lost.legId })
    const next = transactions.find(({ state }) => state === 'waiting')
    if (next === undefined) {
      await pause(everyMs, signal)
      continue
    }
    asked.add(next.legId)
    await sendOne(options, record, next)
  }
}

async function sendOne(
  options: SendPlannedOptions,
  record: IntentRecord,
  next: HolderTransaction,
): Promise<void> {
  const { client, id, send, isRefusal, onTransaction } = options
  const { legId } = next
  assertPlanned(record, next)
  onTransaction?.(next)
  const ready = await client.reportTransaction(id, { type: 'asking', legId })
  assertPlanned(record, ready)
  let hash: Hex
  try {
    hash = await send(ready.transaction)
  } catch (error) {
    if (isRefusal(error))
      await client.reportTransaction(id, { type: 'refused', legId })
    throw error
  }
  await client.reportTransaction(id, { type: 'sent', legId, hash })
}

function assertPlanned(record: IntentRecord, shown: HolderTransaction): void {
  const { plan } = record.artifacts
  const differs =
    plan === undefined ? 'the plan is not there' : findDeviation(plan, shown)
  if (differs !== null)
    throw new TransactionNotPlannedError({
      intentId: record.id,
      legId: shown.legId,
      differs,
    })
}

function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, milliseconds)
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
  })
}
