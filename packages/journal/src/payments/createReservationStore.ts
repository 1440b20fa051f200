import type {
  HeldReservation,
  PaymentReservations,
  Reservation,
} from '@behest/spec'
import type pg from 'pg'
import { toBytes, toHex } from '../sql/bytes.js'

const defaultKeptDays = 30
const sweepEveryMs = 3_600_000

/**
 * Creates the reservations that all processes of a seller share, on a database
 * that has `reservationSchema`. The database's clock says who is busy.
 *
 * @param options.pool - A pool on the database.
 * @param options.keptDays - How long answers are remembered; 30 if absent. A
 *   payment that is forgotten is refused by the chain.
 *
 * @example
 * ```ts
 * await runMigrations(pool, reservationSchema)
 * await serveAgent(agent, {
 *   signer,
 *   facilitator,
 *   reservations: createReservationStore({ pool }),
 * })
 * ```
 */
export function createReservationStore(options: {
  readonly pool: pg.Pool
  readonly keptDays?: number
}): PaymentReservations {
  const { pool, keptDays = defaultKeptDays } = options
  let sweptAt = Number.NEGATIVE_INFINITY

  async function sweep(): Promise<void> {
    const now = performance.now()
    if (now - sweptAt < sweepEveryMs) return
    sweptAt = now
    await pool.query(
      `delete from payment_reservation
       where changed_at < now() - make_interval(days => $1)`,
      [keptDays],
    )
  }

  return {
    scope: 'shared',
    async reserve({ reservation, busyMs }) {
      await sweep()
      for (;;) {
        // Both constraints at once: whoever is second finds out who is first.
        const { rowCount } = await pool.query(
          `insert into payment_reservation (key, identifier, signature,
            request_hash, state, answer_status, answer_content_type,
            answer_body, settlement, turn, busy_until)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, ${busyUntil})
           on conflict do nothing`,
          [...toValues(reservation), busyMs],
        )
        if (rowCount === 1) return { type: 'reserved', turn: 1 }
        const { rows } = await pool.query<ReservationRow>(
          `select *, busy_until > clock_timestamp() as is_busy
           from payment_reservation
           where key = $1 or identifier = $2
           order by (key = $1) desc limit 1`,
          [reservation.key, reservation.identifier ?? null],
        )
        // Released in between: then it is free again.
        if (rows[0]) return { type: 'held', held: toHeld(rows[0]) }
      }
    },
    async find(key) {
      const { rows } = await pool.query<ReservationRow>(
        `select *, busy_until > clock_timestamp() as is_busy
         from payment_reservation where key = $1`,
        [key],
      )
      return rows[0] ? toHeld(rows[0]) : null
    },
    async move({ turn, reservation, busyMs }) {
      const { rowCount } = await pool.query(
        `update payment_reservation set identifier = $2, signature = $3,
          request_hash = $4, state = $5, answer_status = $6,
          answer_content_type = $7, answer_body = $8, settlement = $9,
          busy_until = ${busyUntil}, turn = turn + 1, changed_at = now()
         where key = $1 and turn = $11`,
        [...toValues(reservation), busyMs, turn],
      )
      return rowCount === 1 ? turn + 1 : null
    },
    async release({ key, turn }) {
      await pool.query(
        'delete from payment_reservation where key = $1 and turn = $2',
        [key, turn],
      )
    },
  }
}

const busyUntil = `clock_timestamp() + make_interval(secs => $10::float8 / 1000)`

type ReservationRow = {
  readonly key: string
  readonly identifier: string | null
  readonly signature: Buffer
  readonly request_hash: Buffer
  readonly state: Reservation['state']
  readonly answer_status: number | null
  readonly answer_content_type: string | null
  readonly answer_body: Buffer | null
  readonly settlement: string | null
  readonly turn: number
  readonly is_busy: boolean
}

function toValues(reservation: Reservation): unknown[] {
  const { key, identifier, signature, requestHash, state } = reservation
  const { answer, settlement } = reservation
  return [
    key,
    identifier ?? null,
    toBytes(signature),
    toBytes(requestHash),
    state,
    answer?.status ?? null,
    answer?.contentType ?? null,
    answer === undefined ? null : Buffer.from(answer.body),
    settlement ?? null,
  ]
}

function toHeld(row: ReservationRow): HeldReservation {
  return {
    key: row.key,
    ...(row.identifier === null ? {} : { identifier: row.identifier }),
    signature: toHex(row.signature),
    requestHash: toHex(row.request_hash),
    state: row.state,
    ...(row.answer_body === null ||
    row.answer_status === null ||
    row.answer_content_type === null
      ? {}
      : {
          answer: {
            status: row.answer_status,
            contentType: row.answer_content_type,
            body: row.answer_body,
          },
        }),
    ...(row.settlement === null ? {} : { settlement: row.settlement }),
    turn: row.turn,
    isBusy: row.is_busy,
  }
}
