import type { SignedAuthorization } from '../artifacts/mandate.js'
import type { Address, Hex } from '../units/hex.js'

/** One transaction that must happen once: a call of an approved plan. */
export type LegOrder = {
  /** keccak256 of (plan hash, step, call): one plan can never make two. */
  readonly legId: string
  readonly intentId: string
  readonly planHash: Hex
  readonly stepId: string
  readonly callIndex: number
  readonly chainId: number
  /** Who signs and pays: the user, or the executor of a mandate. */
  readonly account: Address
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
  readonly gasLimit: bigint
  readonly maxFeePerGasWei: bigint
  readonly deadlineUnixSeconds: number
  /** Whose money it moves, where another account signs: who stops them stops it. */
  readonly onBehalfOf?: Address
  /** It only takes back, or ends what was given: no kill switch holds it up. */
  readonly givesNothing?: true
  /** EIP-7702: gives another account its code with this transaction. */
  readonly authorization?: SignedAuthorization
}

/** How a leg ended, or that its end is not known yet. Never a guess. */
export type LegResult =
  | {
      readonly type: 'succeeded' | 'reverted'
      readonly hash: Hex
      readonly nonce: number
      readonly blockNumber: bigint
      readonly gasUsed: bigint
      readonly gasWei: bigint
      readonly reason?: string
    }
  | { readonly type: 'not-sent'; readonly reason: string }
  | {
      readonly type: 'unknown'
      readonly hash?: Hex
      readonly nonce?: number
      readonly reason: string
    }

/** Sends each leg exactly once. Asking again for the same leg is always safe. */
export type SenderPort = {
  /** Tells whether a leg was ever taken on: its plan has begun. */
  hasLeg(legId: string): Promise<boolean>
  /**
   * Carries one leg out, or tells how it went if it is there already. Waits at
   * most `waitMs`; then the answer is `unknown` and the leg goes on by itself.
   */
  carryOut(
    order: LegOrder,
    options: { readonly waitMs: number },
  ): Promise<LegResult>
}

/** Signs what the engine itself vouches for: receipts. Holds no user funds. */
export type AttestorPort = {
  readonly address: Address
  signReceipt(options: {
    readonly chainId: number
    readonly receiptHash: Hex
    readonly intentHash: Hex
    readonly planHash: Hex
  }): Promise<Hex>
}
