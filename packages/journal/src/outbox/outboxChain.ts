import type { Address, Hex, SignedAuthorization } from '@behest/spec'

/** The block at the top of the chain. */
export type ChainHead = {
  readonly number: bigint
  readonly hash: Hex
  /** The only clock that deadlines are measured by. */
  readonly timestampUnixSeconds: number
  readonly baseFeePerGasWei: bigint
}

/** What the chain says of one mined transaction. */
export type OutboxReceipt = {
  readonly hash: Hex
  readonly blockNumber: bigint
  readonly blockHash: Hex
  readonly status: 'success' | 'reverted'
  readonly gasUsed: bigint
  readonly effectiveGasPriceWei: bigint
  /** Decoded reason of a revert, where the node tells. */
  readonly reason?: string
}

/**
 * The chain as the outbox needs it. Every method may fail or be late; none of
 * their failures decides what became of a transaction.
 */
export type OutboxChain = {
  readonly chainId: number
  /** Blocks, its own included, after which a transaction counts as final. */
  readonly depth: number
  /**
   * Names this very chain: chain id and genesis hash, and on a local chain what
   * tells one run from the next. Another answer later means another chain.
   */
  readIdentity(): Promise<string>
  /**
   * Whether one answer of `readIdentity` is enough, because a second node has said
   * the same. Without it several answers of one node must agree.
   */
  readonly isIdentityWitnessed?: boolean
  readHead(): Promise<ChainHead>
  /**
   * The hash of the block that the chain has at this number now; `null` when it
   * has none. Where two nodes are asked and disagree: `null`.
   */
  readBlockHash(blockNumber: bigint): Promise<Hex | null>
  /** Highest block that cannot go away; for chains that tell. */
  readFinalizedNumber?(): Promise<bigint>
  /** What to offer the block's producer, in wei per gas. */
  readTipWei(): Promise<bigint>
  /** Transactions sent by the account: mined ones, or also waiting ones. */
  readNonce(options: {
    readonly address: Address
    readonly include: 'mined' | 'pending'
  }): Promise<number>
  /**
   * How many transactions of this account may wait at once; sixteen unless told.
   * An account with EIP-7702 code gets one: nodes take no more from it.
   */
  readMaxInFlight?(address: Address): Promise<number>
  readReceipt(hash: Hex): Promise<OutboxReceipt | null>
  /** Finds the mined transaction that used a nonce: proof of who used it. */
  findTransactionByNonce(options: {
    readonly address: Address
    readonly nonce: number
  }): Promise<{ readonly hash: Hex; readonly blockNumber: bigint } | null>
  /** Offers signed bytes to the network. Gives what was answered, as a note. */
  sendRaw(raw: Hex): Promise<string>
}

/** Everything that is signed, so that what was approved is what is signed. */
export type UnsignedTransaction = {
  readonly purpose: 'send' | 'bump' | 'cancel'
  readonly legId: string
  readonly planHash: Hex
  readonly chainId: number
  readonly from: Address
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
  readonly nonce: number
  readonly gasLimit: bigint
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
  /** EIP-7702: gives another account its code with this transaction. */
  readonly authorization?: SignedAuthorization
}

/** Signs a transaction; deterministic, so that lost bytes come back the same. */
export type SignTransaction = (
  transaction: UnsignedTransaction,
) => Promise<{ readonly raw: Hex; readonly hash: Hex }>
