import type { Hex } from '@behest/spec'

/** An answer that was paid for. */
export type PaidAnswer = {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/** Who holds a payer's nonce, and what came of it. */
export type Reservation = {
  /** Network, asset, payer and nonce: what the chain takes once. */
  readonly key: string
  /** The call that the payment is for, as the payer names it. */
  readonly identifier?: string
  readonly signature: Hex
  readonly requestHash: Hex
  /**
   * `working`: being answered. `unsettled`: the answer is there, the payment
   * may or may not be. `owed`: paid, and the work failed. `answered`: both done.
   */
  readonly state: 'working' | 'unsettled' | 'owed' | 'answered'
  readonly answer?: PaidAnswer
  /** The `PAYMENT-RESPONSE` header, once settled. */
  readonly settlement?: string
}

/** Keeps nonces from buying two answers. One for all processes of a seller. */
export type PaymentReservations = {
  /** Takes a key that nobody holds; otherwise gives who does. Must be atomic. */
  reserve(reservation: Reservation): Promise<Reservation | null>
  find(key: string): Promise<Reservation | null>
  findByIdentifier(identifier: string): Promise<Reservation | null>
  /** Writes it if its state is still the one given. Must be atomic. */
  move(from: Reservation['state'], reservation: Reservation): Promise<boolean>
  release(key: string): Promise<void>
}

/**
 * Keeps reservations in this process. That is enough for one process: after a
 * restart the chain itself refuses a nonce that was settled.
 *
 * @param options.maxKept - Most that are remembered, oldest forgotten first;
 *   1000 if absent.
 */
export function createPaymentReservations(
  options: { readonly maxKept?: number } = {},
): PaymentReservations {
  const maxKept = options.maxKept ?? 1_000
  const byKey = new Map<string, Reservation>()
  const byIdentifier = new Map<string, string>()

  function remove(key: string): void {
    const { identifier } = byKey.get(key) ?? {}
    byKey.delete(key)
    if (identifier !== undefined && byIdentifier.get(identifier) === key)
      byIdentifier.delete(identifier)
  }

  return {
    async reserve(reservation) {
      const { key, identifier } = reservation
      const held = byKey.get(key)
      if (held !== undefined) return held
      const named =
        identifier === undefined ? undefined : byIdentifier.get(identifier)
      const other = named === undefined ? undefined : byKey.get(named)
      if (other !== undefined) return other
      byKey.set(key, reservation)
      if (identifier !== undefined) byIdentifier.set(identifier, key)
      for (const [old, { state }] of byKey) {
        if (byKey.size <= maxKept) break
        if (state === 'answered') remove(old)
      }
      return null
    },
    async find(key) {
      return byKey.get(key) ?? null
    },
    async findByIdentifier(identifier) {
      const key = byIdentifier.get(identifier)
      return (key === undefined ? undefined : byKey.get(key)) ?? null
    },
    async move(from, reservation) {
      if (byKey.get(reservation.key)?.state !== from) return false
      byKey.set(reservation.key, reservation)
      return true
    },
    async release(key) {
      remove(key)
    },
  }
}
