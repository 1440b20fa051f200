import type { Address } from '../units/hex.js'
import type { LegOrder, LegResult } from './senderPort.js'

/** A transaction that only an account's holder can send, and has not yet. */
export type HolderWaiting = {
  readonly type: 'waiting'
  /** One sentence for people. */
  readonly reason: string
  /** Whether this call drew it up: what is said of it is said once. */
  readonly isNew: boolean
}

/**
 * Has transactions sent by the holders of accounts, where nobody here has the
 * key. Nothing is signed and nothing is sent from here: a holder's wallet is
 * handed each transaction once, and the chain tells what became of it.
 */
export type HolderPort = {
  /** Tells whether nobody here signs for an account: its holder does. */
  holds(account: Address): boolean
  /** Tells whether a leg was ever drawn up: its plan has begun. */
  hasLeg(legId: string): Promise<boolean>
  /**
   * Draws one transaction up for its holder, or tells how it went. Asking again
   * for the same leg is always safe.
   */
  carryOut(order: LegOrder): Promise<LegResult | HolderWaiting>
}
