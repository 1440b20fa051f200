import type { Token } from '../artifacts/token.js'
import type { Step } from '../intent/intent.js'
import type { OrderBatch, OrderTerms } from '../orders/order.js'
import type { PolicyRecord, Stopped } from '../policy/policy.js'
import type { Address, AssetAddress, Hex } from '../units/hex.js'

/** Where standing orders are kept. */
export type OrderPort = {
  /** Who runs orders that the chain bounds; absent where it cannot. */
  readonly executor?: Address
  /**
   * What each run of an order about a position has its account call. Pure.
   *
   * @returns `undefined` where its calls cannot be known before it runs.
   */
  drawBatch?(options: {
    readonly account: Address
    readonly step: Step
    readonly token: Token
    readonly units: bigint
  }): OrderBatch | undefined
  /**
   * Lets an approved order stand: signs its mandate and keeps it. Safe to call
   * again for the same intent.
   */
  open(options: {
    readonly orderId: string
    readonly terms: OrderTerms
    readonly termsHash: Hex
    /** The person's own signature, where the account itself signs. */
    readonly signature?: Hex
  }): Promise<void>
  /** The terms of an order, and whether it may still run. */
  find(orderId: string): Promise<{
    readonly terms: OrderTerms
    readonly termsHash: Hex
    /** Names its delegation on the chain, where it has one. */
    readonly delegationHash?: Hex
    readonly isActive: boolean
  } | null>
  /** Ends an order at once, here and on the chain. Safe to call again. */
  cancel(options: {
    readonly orderId: string
    readonly why: string
  }): Promise<void>
}

/** Prices that money may be bounded by. */
export type PricePort = {
  /**
   * US dollars for one whole token, times 1e8; `null` where nobody prices it, or
   * the price is older than it may be.
   */
  readFreshPriceUsdE8(options: {
    readonly token: AssetAddress
    readonly blockNumber: bigint
  }): Promise<bigint | null>
}

/** What a plan asks to spend of a policy's caps. */
export type PolicySpend = {
  readonly account: Address
  readonly chainId: number
  readonly intentId: string
  readonly planHash: Hex
  readonly usdE8: bigint
  /** Who says yes: what nobody was asked for has a cap of its own. */
  readonly by: 'person' | 'policy' | 'order'
  readonly policyHash: Hex
}

/** Where signed policies and what was spent under them are kept. */
export type PolicyPort = {
  /** The policy that binds an account, killed or not; `null` where it has none. */
  find(options: {
    readonly account: Address
    readonly chainId: number
  }): Promise<PolicyRecord | null>
  /** Tells of an account that was stopped; it may have no policy. */
  findStop?(options: {
    readonly account: Address
    readonly chainId: number
  }): Promise<Stopped | null>
  /**
   * Reserves a plan's spend in one transaction: two plans at one moment cannot
   * both have the last dollar. Asking again for the same plan is harmless.
   */
  reserve(spend: PolicySpend): Promise<
    | { readonly type: 'reserved' }
    | {
        readonly type: 'refused'
        readonly rule: string
        readonly message: string
      }
  >
  /** Gives back what a plan reserved, unless something of it was signed. */
  release(options: { readonly planHash: Hex }): Promise<void>
}
