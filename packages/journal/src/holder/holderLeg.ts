import type {
  Address,
  Hex,
  HolderTransaction,
  HolderWaiting,
  LegResult,
} from '@behest/spec'
import { toHex } from '../sql/bytes.js'

/** Where a transaction stands that an account's own wallet sends. */
export type HolderLegState = HolderTransaction['state']

/** One transaction for a wallet, and all that is known of it. */
export type HolderLeg = {
  readonly id: Hex
  readonly intentId: string
  readonly stepId: string
  readonly callIndex: number
  readonly chain: string
  readonly chainId: number
  readonly account: Address
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
  readonly gasLimit: bigint
  readonly deadlineUnixSeconds: number
  /** Whether it only takes back: a kill switch lets it through. */
  readonly givesNothing: boolean
  readonly state: HolderLegState
  /** Whether its deadline passed, chain time, before its end was known. */
  readonly isOverdue: boolean
  /** Transactions of the account that were mined when its wallet was asked. */
  readonly askedNonce: number | undefined
  readonly hash: Hex | undefined
  readonly nonce: number | undefined
  readonly blockNumber: bigint | undefined
  readonly gasUsed: bigint | undefined
  readonly gasPriceWei: bigint | undefined
  readonly reason: string | undefined
}

export type HolderLegRow = {
  readonly id: Hex
  readonly intent_id: string
  readonly step_id: string
  readonly call_index: number
  readonly chain: string
  readonly chain_id: string
  readonly account: Buffer
  readonly to_address: Buffer
  readonly value_wei: string
  readonly data: Buffer
  readonly gas_limit: string
  readonly deadline_unix_seconds: string
  readonly gives_nothing: boolean
  readonly state: HolderLegState
  readonly is_overdue: boolean
  readonly asked_nonce: string | null
  readonly hash: Buffer | null
  readonly nonce: string | null
  readonly block_number: string | null
  readonly gas_used: string | null
  readonly gas_price_wei: string | null
  readonly reason: string | null
}

export function toHolderLeg(row: HolderLegRow): HolderLeg {
  const toCount = (text: string | null) =>
    text === null ? undefined : Number(text)
  const toUnits = (text: string | null) =>
    text === null ? undefined : BigInt(text)
  return {
    id: row.id,
    intentId: row.intent_id,
    stepId: row.step_id,
    callIndex: row.call_index,
    chain: row.chain,
    chainId: Number(row.chain_id),
    account: toHex(row.account),
    to: toHex(row.to_address),
    valueWei: BigInt(row.value_wei),
    data: toHex(row.data),
    gasLimit: BigInt(row.gas_limit),
    deadlineUnixSeconds: Number(row.deadline_unix_seconds),
    givesNothing: row.gives_nothing,
    state: row.state,
    isOverdue: row.is_overdue,
    askedNonce: toCount(row.asked_nonce),
    hash: row.hash === null ? undefined : toHex(row.hash),
    nonce: toCount(row.nonce),
    blockNumber: toUnits(row.block_number),
    gasUsed: toUnits(row.gas_used),
    gasPriceWei: toUnits(row.gas_price_wei),
    reason: row.reason ?? undefined,
  }
}

/**
 * Says how a leg ended, that its holder has yet to act, or, past its time, that
 * nobody knows. Success and failure are said only from what is final.
 */
export function toHolderResult(
  leg: HolderLeg,
  isNew: boolean,
): LegResult | HolderWaiting {
  const { state, hash, nonce } = leg
  switch (state) {
    case 'final':
    case 'reverted':
      return {
        type: state === 'final' ? 'succeeded' : 'reverted',
        hash: hash ?? '0x',
        nonce: nonce ?? 0,
        blockNumber: leg.blockNumber ?? 0n,
        gasUsed: leg.gasUsed ?? 0n,
        gasWei: (leg.gasUsed ?? 0n) * (leg.gasPriceWei ?? 0n),
        ...(leg.reason === undefined ? {} : { reason: leg.reason }),
      }
    case 'not-sent':
      return { type: 'not-sent', reason: leg.reason ?? 'It was not sent.' }
    case 'waiting':
    case 'asked':
    case 'sent':
      if (!leg.isOverdue)
        return {
          type: 'waiting',
          reason: `${leg.stepId}: your wallet is to send transaction ${leg.callIndex + 1}.`,
          isNew,
        }
      return {
        type: 'unknown',
        ...(hash === undefined ? {} : { hash }),
        ...(nonce === undefined ? {} : { nonce }),
        reason:
          leg.reason ??
          'Its time passed and the wallet has not said what it did. The chain goes on being asked; if your wallet still shows the request, refuse it.',
      }
    default:
      return state satisfies never
  }
}

/** Shows a leg to its holder. */
export function toHolderTransaction(leg: HolderLeg): HolderTransaction {
  return {
    legId: leg.id,
    stepId: leg.stepId,
    callIndex: leg.callIndex,
    state: leg.state,
    transaction: {
      chainId: leg.chainId,
      from: leg.account,
      to: leg.to,
      valueWei: leg.valueWei,
      data: leg.data,
      gasLimit: leg.gasLimit,
    },
    deadlineUnixSeconds: leg.deadlineUnixSeconds,
    ...(leg.hash === undefined ? {} : { hash: leg.hash }),
    ...(leg.reason === undefined ? {} : { reason: leg.reason.slice(0, 1000) }),
  }
}
