import type { AgentPayment, WirePaymentPayload } from '../payment/x402.js'
import type { JsonValue } from '../units/canonicalJson.js'
import type { Address, Hex } from '../units/hex.js'

/** A payment as the ledger keeps it: written before it is used. */
export type LedgerPayment = {
  /** Names the payment; sent along as its `payment-identifier`. */
  readonly id: string
  readonly intentId: string
  /**
   * On whose behalf it is paid: the agent that asked for it, or the account where
   * nobody stands between. An intent's id is only as good as who gives it.
   */
  readonly asker: Address
  readonly stepId: string
  readonly agentId: string
  readonly requestId: string
  /** Chain time of the block that the request was built at. */
  readonly requestUnixSeconds: number
  readonly chainId: number
  readonly token: {
    readonly address: Address
    readonly symbol: string
    readonly decimals: number
  }
  readonly units: bigint
  readonly payer: Address
  readonly payTo: Address
  readonly nonce: Hex
  readonly validBeforeUnixSeconds: number
  /** The signed payment, byte for byte what goes out. */
  readonly payload: WirePaymentPayload
  /** The request that it pays for, in wire form. */
  readonly request: JsonValue
}

/** What became of it. */
export type KeptPayment = LedgerPayment & {
  readonly state: AgentPayment['state']
  readonly transaction?: Hex
  /** The agent's answer, in wire form, once it was there. */
  readonly answer?: JsonValue
}

/** What may be spent, in the token's smallest unit. */
export type PaymentCaps = {
  readonly perIntentUnits: bigint
  readonly perDayUnits: bigint
  /** For one asker, whatever intents it names; that of the day if absent. */
  readonly perAskerPerDayUnits?: bigint
}

/** Why a payment was not made. */
export type CapReached = {
  readonly cap: 'intent' | 'day' | 'asker'
  readonly spentUnits: bigint
  readonly capUnits: bigint
}

/** What is to be signed for an agent; times are the chain's. */
export type PaymentAsked = {
  readonly chainId: number
  readonly token: Address
  readonly intentId: string
  readonly requestId: string
  readonly payTo: Address
  readonly units: bigint
  readonly validBeforeUnixSeconds: number
}

/** Signs payments with the operator's payer key, wherever that is. */
export type PaymentSignerPort = {
  /** The payer. Never a user's account. */
  readonly address: Address
  /**
   * Signs one payment, if the caps of whoever holds the key allow it. The same
   * request gets the same nonce, so that it can be paid once.
   */
  signPayment(
    asked: PaymentAsked,
  ): Promise<
    | { readonly type: 'signed'; readonly nonce: Hex; readonly signature: Hex }
    | ({ readonly type: 'refused' } & CapReached)
  >
}

/** Accounts of what agents were paid. Written before anything is signed for. */
export type PaymentLedgerPort = {
  /**
   * Keeps a payment if both caps allow it: checked and written as one, whoever
   * else pays at the same moment. A second payment for one request is refused
   * by giving the one that is there.
   */
  reserve(options: {
    readonly payment: LedgerPayment
    readonly caps: PaymentCaps
  }): Promise<
    | { readonly type: 'reserved'; readonly payment: KeptPayment }
    | ({ readonly type: 'refused' } & CapReached)
  >
  /** Keeps what a payment bought. Written once; a later answer is ignored. */
  keepAnswer(options: {
    readonly id: string
    readonly answer: JsonValue
  }): Promise<void>
  /** Says how a payment ended. `settled` is never taken back. */
  settle(options: {
    readonly id: string
    readonly state: 'settled' | 'unspent'
    readonly transaction?: Hex
  }): Promise<void>
  /** The payment for one request, if there is one. */
  find(requestId: string): Promise<KeptPayment | null>
  /**
   * Takes over a payment that a process which ended made for the same step and
   * agent, at most once and only while it is young.
   *
   * @param options.sinceUnixSeconds - Requests built at an older block are left.
   */
  adopt(options: {
    readonly intentId: string
    readonly stepId: string
    readonly agentId: string
    readonly sinceUnixSeconds: number
  }): Promise<KeptPayment | null>
  listOfIntent(intentId: string): Promise<readonly KeptPayment[]>
  /** Payments that are `signed`, and past their time at the one given. */
  listOverdue(nowUnixSeconds: number): Promise<readonly KeptPayment[]>
  /** What was paid, or may still be taken, since midnight UTC. */
  readSpentToday(): Promise<bigint>
}
