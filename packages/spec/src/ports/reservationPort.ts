import type { Hex } from '../units/hex.js'

/** An answer that was paid for. */
export type PaidAnswer = {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/** What a payer's nonce is good for, and what came of it. */
export type Reservation = {
  /** Network, asset, payer and nonce: what the chain takes once. */
  readonly key: string
  /** The call that the payment is for, as the payer names it. */
  readonly identifier?: string
  readonly signature: Hex
  readonly requestHash: Hex
  /**
   * `working`: nothing is settled, and no answer is there. `unsettled`: the
   * payment may be taken or not; with on-answer payments the answer is there.
   * `owed`: paid, and not a byte of an answer has left. `answered`: both done.
   */
  readonly state: 'working' | 'unsettled' | 'owed' | 'answered'
  readonly answer?: PaidAnswer
  /** The `PAYMENT-RESPONSE` header, once settled. */
  readonly settlement?: string
}

/** A reservation as it is kept. */
export type HeldReservation = Reservation & {
  /** Counts its changes; who changes it says which one it saw. */
  readonly turn: number
  /** Somebody is at it right now, as far as its store's clock tells. */
  readonly isBusy: boolean
}

/**
 * Keeps nonces from buying two answers. Whoever works holds a reservation for a
 * while only, so that a crash blocks nobody for ever; and each change names the
 * turn that it follows, so that who was too slow can do no harm.
 */
export type PaymentReservations = {
  /**
   * `shared`: all processes of the seller see it, and it outlives them; so what
   * the chain took for a nonce in it was taken for this. `process`: the chain
   * alone has the last word, and a nonce that it took elsewhere buys nothing.
   */
  readonly scope: 'process' | 'shared'
  /** Takes a key and an identifier that nobody holds; otherwise gives who does. */
  reserve(options: {
    readonly reservation: Reservation
    readonly busyMs: number
  }): Promise<
    | { readonly type: 'reserved'; readonly turn: number }
    | { readonly type: 'held'; readonly held: HeldReservation }
  >
  find(key: string): Promise<HeldReservation | null>
  /**
   * Writes the next turn, if the one given is still the last.
   *
   * @param options.busyMs - How long others keep away; 0 lets go of it.
   * @returns The turn, or `null` where somebody else was at it since.
   */
  move(options: {
    readonly turn: number
    readonly reservation: Reservation
    readonly busyMs: number
  }): Promise<number | null>
  /** Forgets a reservation for which nothing was settled, if `turn` is its last. */
  release(options: {
    readonly key: string
    readonly turn: number
  }): Promise<void>
}
