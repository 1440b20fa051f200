import type { Address, Hex } from '@behest/spec'
import type { OutboxChain } from '../outbox/outboxChain.js'

/** What a transaction says that somebody sent. */
export type SeenTransaction = {
  readonly hash: Hex
  readonly from: Address
  readonly to: Address | null
  readonly valueWei: bigint
  readonly data: Hex
  readonly nonce: number
}

/**
 * The chain as the watch over holders' transactions needs it. A failure of a
 * method decides nothing about what became of a transaction.
 */
export type HolderChain = Pick<
  OutboxChain,
  | 'depth'
  | 'readIdentity'
  | 'readHead'
  | 'readBlockHash'
  | 'readFinalizedNumber'
  | 'readNonce'
  | 'readReceipt'
  | 'findTransactionByNonce'
> & {
  /** A transaction that the node knows, mined or waiting; else `null`. */
  readTransaction(hash: Hex): Promise<SeenTransaction | null>
  /** Why a call would be reverted at the newest block; `null` when it would not. */
  findRevert(call: {
    readonly from: Address
    readonly to: Address
    readonly valueWei: bigint
    readonly data: Hex
  }): Promise<string | null>
}

/** Tells whether a transaction is exactly the one that was drawn up. */
export function isSameTransaction(
  seen: SeenTransaction,
  wanted: {
    readonly account: Address
    readonly to: Address
    readonly valueWei: bigint
    readonly data: Hex
  },
): boolean {
  return (
    seen.from.toLowerCase() === wanted.account.toLowerCase() &&
    seen.to?.toLowerCase() === wanted.to.toLowerCase() &&
    seen.valueWei === wanted.valueWei &&
    seen.data.toLowerCase() === wanted.data.toLowerCase()
  )
}
