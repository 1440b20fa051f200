import type {
  HeldReservation,
  PaymentReservations,
  Reservation,
} from '@behest/spec'

/**
 * Keeps reservations in this process. Nothing of it outlives the process, and
 * another one does not see it; then the chain has the last word: a nonce that
 * was taken and is not remembered as settled here buys nothing. Give several
 * processes, or one that must pay its debts after a crash,
 * `createFileReservations` or a database.
 *
 * @param options.maxKept - Most that are remembered, oldest forgotten first;
 *   1000 if absent.
 */
export function createPaymentReservations(
  options: { readonly maxKept?: number } = {},
): PaymentReservations {
  const maxKept = options.maxKept ?? 1_000
  const byKey = new Map<string, Kept>()
  const byIdentifier = new Map<string, string>()

  function remove(key: string): void {
    const { identifier } = byKey.get(key)?.reservation ?? {}
    byKey.delete(key)
    if (identifier !== undefined && byIdentifier.get(identifier) === key)
      byIdentifier.delete(identifier)
  }

  return {
    scope: 'process',
    async reserve({ reservation, busyMs }) {
      const { key, identifier } = reservation
      const named =
        identifier === undefined ? undefined : byIdentifier.get(identifier)
      const held = byKey.get(key) ?? (named && byKey.get(named)) ?? null
      if (held) return { type: 'held', held: toHeld(held) }
      byKey.set(key, { reservation, turn: 1, busyUntil: toUntil(busyMs) })
      if (identifier !== undefined) byIdentifier.set(identifier, key)
      for (const [old, kept] of byKey) {
        if (byKey.size <= maxKept) break
        if (kept.reservation.state === 'answered') remove(old)
      }
      return { type: 'reserved', turn: 1 }
    },
    async find(key) {
      const held = byKey.get(key)
      return held === undefined ? null : toHeld(held)
    },
    async move({ turn, reservation, busyMs }) {
      if (byKey.get(reservation.key)?.turn !== turn) return null
      byKey.set(reservation.key, {
        reservation,
        turn: turn + 1,
        busyUntil: toUntil(busyMs),
      })
      return turn + 1
    },
    async release({ key, turn }) {
      if (byKey.get(key)?.turn === turn) remove(key)
    },
  }
}

type Kept = {
  readonly reservation: Reservation
  readonly turn: number
  readonly busyUntil: number
}

const toUntil = (busyMs: number): number => performance.now() + busyMs

const toHeld = ({ reservation, turn, busyUntil }: Kept): HeldReservation => ({
  ...reservation,
  turn,
  isBusy: performance.now() < busyUntil,
})
