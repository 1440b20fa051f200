import {
  type Address,
  type Hex,
  type LegResult,
  type SignedAuthorization,
  signedAuthorizationSchema,
} from '@behest/spec'
import { toHex } from '../sql/bytes.js'

/** Where a leg stands. UNKNOWN is not one of them: that is said to who waits. */
export type LegState =
  /** Approved and stored; no nonce yet, nothing signed. */
  | 'QUEUED'
  /** Signed and stored; perhaps offered. */
  | 'SIGNED'
  /** Offered; whatever the answer was. */
  | 'SENT'
  /** Its deadline passed: a transfer of nothing competes for its nonce. */
  | 'CANCELLING'
  /** In a block that may still go away. */
  | 'MINED'
  | 'FINAL'
  | 'REVERTED'
  /** Will never be mined: the cancellation was, or nothing was ever signed. */
  | 'CANCELLED'
  /** Its nonce was used by a transaction that is not ours. */
  | 'FOREIGN_NONCE'
  /** The chain that it was signed for is not there any more. */
  | 'CHAIN_GONE'

/** States that a worker still has to do something about. */
export const openStates = [
  'QUEUED',
  'SIGNED',
  'SENT',
  'CANCELLING',
  'MINED',
] as const satisfies readonly LegState[]

/** States that hold a nonce whose end is not known. */
export const inFlightStates = [
  'SIGNED',
  'SENT',
  'CANCELLING',
  'MINED',
] as const satisfies readonly LegState[]

/** One signed transaction of a leg; all of a leg share one nonce. */
export type Attempt = {
  readonly hash: Hex
  readonly kind: 'send' | 'bump' | 'cancel'
  readonly raw: Hex
  readonly nonce: number
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
  /** Newest block when it was first offered. */
  readonly offeredBlock: bigint | undefined
  readonly lastAnswer: string | undefined
  readonly blockNumber: bigint | undefined
  readonly blockHash: Hex | undefined
  readonly status: 'success' | 'reverted' | undefined
  readonly gasUsed: bigint | undefined
  readonly effectiveGasPriceWei: bigint | undefined
}

/** One transaction that must happen once, and all that became of it. */
export type Leg = {
  readonly id: string
  readonly intentId: string
  readonly planHash: Hex
  readonly stepId: string
  readonly callIndex: number
  readonly chain: string
  readonly chainId: number
  readonly account: Address
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
  readonly gasLimit: bigint
  readonly maxFeeCapWei: bigint
  readonly deadlineUnixSeconds: number
  /** EIP-7702: gives another account its code with this transaction. */
  readonly authorization: SignedAuthorization | undefined
  readonly depth: number
  readonly state: LegState
  readonly nonce: number | undefined
  readonly reason: string | undefined
  /** Oldest first. */
  readonly attempts: readonly Attempt[]
}

export type LegRow = {
  readonly id: string
  readonly intent_id: string
  readonly plan_hash: Buffer
  readonly step_id: string
  readonly call_index: number
  readonly chain: string
  readonly chain_id: string
  readonly sender: Buffer
  readonly to_address: Buffer
  readonly value_wei: string
  readonly data: Buffer
  readonly gas_limit: string
  readonly max_fee_cap_wei: string
  readonly deadline_unix_seconds: string
  readonly code_authorization: string | null
  readonly depth: number
  readonly state: LegState
  readonly nonce: string | null
  readonly reason: string | null
}

export type AttemptRow = {
  readonly hash: Buffer
  readonly leg_id: string
  readonly kind: Attempt['kind']
  readonly raw: Buffer
  readonly nonce: string
  readonly max_fee_wei: string
  readonly tip_wei: string
  readonly offered_block: string | null
  readonly last_answer: string | null
  readonly block_number: string | null
  readonly block_hash: Buffer | null
  readonly status: 'success' | 'reverted' | null
  readonly gas_used: string | null
  readonly gas_price_wei: string | null
}

/** Puts a leg together from its row and those of its attempts. */
export function toLeg(row: LegRow, attempts: readonly AttemptRow[]): Leg {
  return {
    id: row.id,
    intentId: row.intent_id,
    planHash: toHex(row.plan_hash),
    stepId: row.step_id,
    callIndex: row.call_index,
    chain: row.chain,
    chainId: Number(row.chain_id),
    account: toHex(row.sender),
    to: toHex(row.to_address),
    valueWei: BigInt(row.value_wei),
    data: toHex(row.data),
    gasLimit: BigInt(row.gas_limit),
    maxFeeCapWei: BigInt(row.max_fee_cap_wei),
    deadlineUnixSeconds: Number(row.deadline_unix_seconds),
    authorization:
      row.code_authorization === null
        ? undefined
        : signedAuthorizationSchema.parse(JSON.parse(row.code_authorization)),
    depth: row.depth,
    state: row.state,
    nonce: row.nonce === null ? undefined : Number(row.nonce),
    reason: row.reason ?? undefined,
    attempts: attempts.map(toAttempt),
  }
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    hash: toHex(row.hash),
    kind: row.kind,
    raw: toHex(row.raw),
    nonce: Number(row.nonce),
    maxFeePerGasWei: BigInt(row.max_fee_wei),
    maxPriorityFeePerGasWei: BigInt(row.tip_wei),
    offeredBlock: toOptionalBigInt(row.offered_block),
    lastAnswer: row.last_answer ?? undefined,
    blockNumber: toOptionalBigInt(row.block_number),
    blockHash: row.block_hash === null ? undefined : toHex(row.block_hash),
    status: row.status ?? undefined,
    gasUsed: toOptionalBigInt(row.gas_used),
    effectiveGasPriceWei: toOptionalBigInt(row.gas_price_wei),
  }
}

function toOptionalBigInt(text: string | null): bigint | undefined {
  return text === null ? undefined : BigInt(text)
}

/** Tells whether nothing more will happen to a leg. */
export function isSettled(state: LegState): boolean {
  return !(openStates as readonly LegState[]).includes(state)
}

/**
 * Says how a leg ended, or that nobody knows yet. Success and failure are said
 * only from what is final; everything else is `unknown`.
 *
 * @param leg - As it is stored.
 * @returns The answer for whoever waits.
 */
export function toLegResult(leg: Leg): LegResult {
  const { state, nonce } = leg
  const mined = leg.attempts.find(({ blockHash }) => blockHash !== undefined)
  if ((state === 'FINAL' || state === 'REVERTED') && mined !== undefined)
    return {
      type: state === 'FINAL' ? 'succeeded' : 'reverted',
      hash: mined.hash,
      nonce: mined.nonce,
      blockNumber: mined.blockNumber ?? 0n,
      gasUsed: mined.gasUsed ?? 0n,
      gasWei: (mined.gasUsed ?? 0n) * (mined.effectiveGasPriceWei ?? 0n),
      ...(leg.reason === undefined ? {} : { reason: leg.reason }),
    }
  if (state === 'CANCELLED' || state === 'FOREIGN_NONCE')
    return { type: 'not-sent', reason: leg.reason ?? state }
  if (state === 'CHAIN_GONE' && nonce === undefined)
    return { type: 'not-sent', reason: leg.reason ?? state }
  const newest = leg.attempts.at(-1)
  return {
    type: 'unknown',
    ...(newest === undefined ? {} : { hash: newest.hash }),
    ...(nonce === undefined ? {} : { nonce }),
    reason: leg.reason ?? toWaitingReason(leg, mined),
  }
}

function toWaitingReason(leg: Leg, mined: Attempt | undefined): string {
  switch (leg.state) {
    case 'QUEUED':
      return 'Queued; not signed yet.'
    case 'MINED':
      return `Mined in block ${mined?.blockNumber ?? '?'}; final after ${leg.depth} blocks.`
    case 'CANCELLING':
      return 'Its deadline passed; a cancellation is on its way.'
    default: {
      const answer = leg.attempts.at(-1)?.lastAnswer ?? 'none yet'
      return `Sent; not in a block yet. Last answer of the node: ${answer}.`
    }
  }
}
