/**
 * One file because it is one state machine: an order, its runs and its events
 * change together, under the lock of the order's row.
 */
import {
  type Address,
  type Hex,
  type JsonValue,
  type OrderEvent,
  type OrderObservation,
  type OrderRun,
  type OrderTerms,
  orderTermsSchema,
  toCanonicalJson,
} from '@behest/spec'
import type pg from 'pg'
import * as z from 'zod'
import { eventChannel } from '../intents/createEventWatch.js'
import { parseCursor, toCursor } from '../intents/cursor.js'
import { isStorable, toBytes, toHex } from '../sql/bytes.js'
import { inTransaction, type Queryable } from '../sql/inTransaction.js'
import { OrderConflictError, OrderNotFoundError } from './errors.js'

/** One standing order as the journal keeps it. */
export type StoredOrder = {
  readonly id: string
  readonly account: Address
  readonly chainId: number
  readonly terms: OrderTerms
  readonly termsHash: Hex
  readonly signature: Hex
  readonly delegation: string | undefined
  readonly delegationHash: Hex | undefined
  readonly status: OrderEvent['status']
  readonly why: string | undefined
  /** The first run that nothing was decided about. */
  readonly nextIndex: number
  /** Nothing is due before this, chain time; absent once it has ended. */
  readonly dueUnixSeconds: number | undefined
  readonly runningPeriod: string | undefined
  readonly createdAt: string
  readonly updatedAt: string
}

/** A run with what its keeper needs besides. */
export type StoredRun = OrderRun & { readonly lastUnixSeconds: number }

/** Standing orders, as rows. */
export type OrderStore = {
  /** Keeps an order. The same id and terms again is the order that is there. */
  readonly open: (order: {
    readonly orderId: string
    readonly terms: OrderTerms
    readonly termsHash: Hex
    readonly signature: Hex
    readonly delegation?: { readonly text: string; readonly hash: Hex }
    readonly dueUnixSeconds: number
    readonly message: string
  }) => Promise<StoredOrder>
  readonly get: (orderId: string) => Promise<StoredOrder | null>
  /** Newest first. */
  readonly list: (options: {
    readonly limit: number
    readonly cursor?: string
    readonly account?: Address
    readonly status?: OrderEvent['status']
  }) => Promise<{
    readonly orders: readonly StoredOrder[]
    readonly nextCursor?: string
  }>
  /** Oldest first. */
  readonly readRuns: (orderId: string) => Promise<readonly StoredRun[]>
  /**
   * Takes an order that is due, or one with a run under way, for `leaseSeconds`.
   * Two processes never hold one; but if they did, a run would still be one.
   */
  readonly claimDue: (options: {
    readonly owner: string
    readonly leaseSeconds: number
    /** Chain time. */
    readonly nowUnixSeconds: number
    readonly except?: readonly string[]
  }) => Promise<StoredOrder | undefined>
  /** Gives an order back; it is looked at again after so long. */
  readonly release: (options: {
    readonly orderId: string
    readonly owner: string
    readonly againAfterSeconds: number
  }) => Promise<void>
  /** Notes when it is due next, without a run. */
  readonly postpone: (options: {
    readonly orderId: string
    readonly dueUnixSeconds: number
  }) => Promise<void>
  /**
   * Begins the run of a period, and notes those before it as missed: one
   * transaction, which only one caller can win. `false` when another did, or the
   * order has ended.
   */
  readonly beginRun: (options: {
    readonly orderId: string
    readonly fromIndex: number
    readonly index: number
    readonly dueUnixSeconds: number
    readonly lastUnixSeconds: number
    readonly block?: { readonly number: bigint; readonly hash: Hex }
    readonly observed?: readonly OrderObservation[]
  }) => Promise<boolean>
  /** Notes runs that will not be, and goes on with the one after. */
  readonly skipRuns: (options: {
    readonly orderId: string
    readonly fromIndex: number
    readonly untilIndex: number
    readonly outcome: 'missed' | 'condition-not-met'
    readonly dueUnixSeconds: number
    readonly nextDueUnixSeconds: number
    readonly why: string
    readonly block?: { readonly number: bigint; readonly hash: Hex }
    readonly observed?: readonly OrderObservation[]
  }) => Promise<boolean>
  /** Names the intent that carries a run out, before it is made. */
  readonly nameIntent: (options: {
    readonly orderId: string
    readonly period: string
    readonly attempt: number
    readonly intentId: string
    readonly why?: string
  }) => Promise<void>
  /** Ends a run; the order goes on, or ends with it. */
  readonly settleRun: (options: {
    readonly orderId: string
    readonly period: string
    readonly outcome: Exclude<OrderRun['outcome'], 'running'>
    readonly why?: string
    readonly nextDueUnixSeconds: number
  }) => Promise<void>
  /** Ends an order that has nothing left to do. */
  readonly finish: (options: {
    readonly orderId: string
    readonly why: string
  }) => Promise<void>
  /** Ends an order at once: no run begins after this. */
  readonly cancel: (options: {
    readonly orderId: string
    readonly why: string
  }) => Promise<StoredOrder>
  /** Cancelled orders whose delegation the chain may still take, oldest first. */
  readonly listOpenDelegations: (options: {
    readonly limit: number
  }) => Promise<readonly StoredOrder[]>
  /** Notes that the chain takes an order's delegation no more. */
  readonly noteDelegationEnded: (options: {
    readonly orderId: string
  }) => Promise<void>
  /**
   * Notes that a transaction of an order's own (its upgrade, its end, what it
   * gives back) rests on the person's yes to the order.
   */
  readonly approveLeg: (approval: {
    readonly planHash: Hex
    readonly intentId: string
    readonly by: Hex
  }) => Promise<void>
  readonly readEvents: (options: {
    readonly orderId: string
    readonly afterSequence: number
  }) => Promise<readonly OrderEvent[]>
}

type OrderRow = {
  readonly id: string
  readonly position: string
  readonly account: Buffer
  readonly chain_id: string
  readonly terms: string
  readonly terms_hash: Buffer
  readonly signature: Buffer
  readonly delegation: string | null
  readonly delegation_hash: Buffer | null
  readonly status: OrderEvent['status']
  readonly why: string | null
  readonly next_index: number
  readonly due_unix: string | null
  readonly running_period: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

const columns = `id, position, account, chain_id, terms, terms_hash, signature,
  delegation, delegation_hash, status, why, next_index, due_unix,
  running_period, created_at, updated_at`

/**
 * Creates the store of standing orders on a database that has `standingSchema`.
 *
 * @param options.pool - A pool on the database.
 * @returns The store. Every method is one transaction.
 */
export function createOrderStore(options: {
  readonly pool: pg.Pool
}): OrderStore {
  const { pool } = options

  async function readOrder(
    database: Queryable,
    orderId: string,
  ): Promise<StoredOrder | null> {
    if (!isStorable(orderId)) return null
    const { rows } = await database.query<OrderRow>(
      `select ${columns} from standing_order where id = $1`,
      [orderId],
    )
    return rows[0] === undefined ? null : toStoredOrder(rows[0])
  }

  async function mustRead(database: Queryable, orderId: string) {
    const order = await readOrder(database, orderId)
    if (order === null) throw new OrderNotFoundError({ orderId })
    return order
  }

  async function addEvent(
    client: Queryable,
    event: {
      readonly orderId: string
      readonly type: OrderEvent['type']
      readonly period?: string
      readonly message: string
    },
  ): Promise<void> {
    await client.query(
      `with counted as (
        update standing_order set last_sequence = last_sequence + 1,
          updated_at = now() where id = $1
        returning id, last_sequence, status),
      added as (
        insert into order_event (order_id, sequence, type, status, period, message)
        select id, last_sequence, $2, status, $3, $4 from counted)
      select pg_notify('${eventChannel}', id) from counted`,
      [
        event.orderId,
        event.type,
        event.period ?? null,
        JSON.stringify(event.message.slice(0, 1000)),
      ],
    )
  }

  async function insertRun(
    client: Queryable,
    run: {
      readonly orderId: string
      readonly period: string
      readonly dueUnixSeconds: number
      readonly lastUnixSeconds: number
      readonly outcome: OrderRun['outcome']
      readonly why?: string
      readonly block?: { readonly number: bigint; readonly hash: Hex }
      readonly observed?: readonly OrderObservation[]
    },
  ): Promise<void> {
    await client.query(
      `insert into order_run (order_id, period, due_unix, last_unix, outcome,
        block_number, block_hash, observed, why, ended_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
        case when $5 = 'running' then null else now() end)`,
      [
        run.orderId,
        run.period,
        run.dueUnixSeconds,
        run.lastUnixSeconds,
        run.outcome,
        run.block?.number.toString() ?? null,
        run.block === undefined ? null : toBytes(run.block.hash),
        run.observed === undefined ? null : JSON.stringify(run.observed),
        run.why === undefined ? null : JSON.stringify(run.why.slice(0, 1000)),
      ],
    )
  }

  /** Takes the row's lock where it is still as the caller saw it. */
  async function lockAt(
    client: Queryable,
    orderId: string,
    fromIndex: number,
  ): Promise<boolean> {
    const { rowCount } = await client.query(
      `select 1 from standing_order where id = $1 and status = 'active'
        and next_index = $2 and running_period is null for update`,
      [orderId, fromIndex],
    )
    return rowCount === 1
  }

  return {
    open: async (order) => {
      const { orderId, terms } = order
      return inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `insert into standing_order (id, account, chain_id, terms, terms_hash,
            signature, delegation, delegation_hash, status, due_unix)
           values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9)
           on conflict (id) do nothing`,
          [
            orderId,
            toBytes(terms.account),
            terms.chainId,
            toCanonicalJson(z.encode(orderTermsSchema, terms) as JsonValue),
            toBytes(order.termsHash),
            toBytes(order.signature),
            order.delegation?.text ?? null,
            order.delegation === undefined
              ? null
              : toBytes(order.delegation.hash),
            order.dueUnixSeconds,
          ],
        )
        if (rowCount === 1)
          await addEvent(client, {
            orderId,
            type: 'opened',
            message: order.message,
          })
        const stored = await mustRead(client, orderId)
        if (stored.termsHash !== order.termsHash.toLowerCase())
          throw new OrderConflictError({ orderId })
        return stored
      })
    },

    get: (orderId) => readOrder(pool, orderId),

    list: async ({ limit, cursor, account, status }) => {
      const { rows } = await pool.query<OrderRow>(
        `select ${columns} from standing_order
         where ($1::bigint is null or position < $1)
          and ($2::bytea is null or account = $2)
          and ($3::text is null or status = $3)
         order by position desc limit $4`,
        [
          cursor === undefined ? null : parseCursor(cursor),
          account === undefined ? null : toBytes(account),
          status ?? null,
          limit + 1,
        ],
      )
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        orders: page.map(toStoredOrder),
        ...(rows.length > limit && last
          ? { nextCursor: toCursor(last.position) }
          : {}),
      }
    },

    readRuns: async (orderId) => {
      if (!isStorable(orderId)) return []
      const { rows } = await pool.query<RunRow>(
        `select period, due_unix, last_unix, outcome, intent_id, attempt,
          block_number, block_hash, observed, why, started_at, ended_at
         from order_run where order_id = $1 order by position`,
        [orderId],
      )
      return rows.map(toStoredRun)
    },

    claimDue: async ({ owner, leaseSeconds, nowUnixSeconds, except }) => {
      const { rows } = await pool.query<OrderRow>(
        `update standing_order set lease_owner = $1,
          lease_until = now() + make_interval(secs => $2)
         where id = (
          select id from standing_order
          where ((status = 'active' and due_unix <= $3) or running_period is not null)
            and look_at <= now() and not (id = any($4))
            and (lease_until is null or lease_until < now() or lease_owner = $1)
          order by look_at limit 1 for update skip locked)
         returning ${columns}`,
        [owner, leaseSeconds, nowUnixSeconds, except ?? []],
      )
      return rows[0] === undefined ? undefined : toStoredOrder(rows[0])
    },

    release: async ({ orderId, owner, againAfterSeconds }) => {
      await pool.query(
        `update standing_order set lease_owner = null, lease_until = null,
          look_at = now() + make_interval(secs => $3)
         where id = $1 and lease_owner = $2`,
        [orderId, owner, againAfterSeconds],
      )
    },

    postpone: async ({ orderId, dueUnixSeconds }) => {
      await pool.query(
        `update standing_order set due_unix = $2
         where id = $1 and status = 'active' and running_period is null`,
        [orderId, dueUnixSeconds],
      )
    },

    beginRun: (run) =>
      inTransaction(pool, async (client) => {
        const { orderId, fromIndex, index } = run
        if (!(await lockAt(client, orderId, fromIndex))) return false
        if (index > fromIndex)
          await insertRun(client, {
            orderId,
            period: toPeriods(fromIndex, index),
            dueUnixSeconds: run.dueUnixSeconds,
            lastUnixSeconds: run.lastUnixSeconds,
            outcome: 'missed',
            why: sayMissed(index - fromIndex),
          })
        const period = String(index)
        await insertRun(client, {
          orderId,
          period,
          dueUnixSeconds: run.dueUnixSeconds,
          lastUnixSeconds: run.lastUnixSeconds,
          outcome: 'running',
          ...(run.block === undefined ? {} : { block: run.block }),
          ...(run.observed === undefined ? {} : { observed: run.observed }),
        })
        await client.query(
          `update standing_order set next_index = $2, running_period = $3
           where id = $1`,
          [orderId, index + 1, period],
        )
        await addEvent(client, {
          orderId,
          type: 'run',
          period,
          message: `Run ${index + 1} begins.`,
        })
        return true
      }),

    skipRuns: (skip) =>
      inTransaction(pool, async (client) => {
        const { orderId, fromIndex, untilIndex, outcome, why } = skip
        if (!(await lockAt(client, orderId, fromIndex))) return false
        const period = toPeriods(fromIndex, untilIndex)
        await insertRun(client, {
          orderId,
          period,
          dueUnixSeconds: skip.dueUnixSeconds,
          lastUnixSeconds: skip.dueUnixSeconds,
          outcome,
          why,
          ...(skip.block === undefined ? {} : { block: skip.block }),
          ...(skip.observed === undefined ? {} : { observed: skip.observed }),
        })
        await client.query(
          'update standing_order set next_index = $2, due_unix = $3 where id = $1',
          [orderId, untilIndex, skip.nextDueUnixSeconds],
        )
        await addEvent(client, { orderId, type: 'run', period, message: why })
        return true
      }),

    nameIntent: async ({ orderId, period, attempt, intentId, why }) => {
      await pool.query(
        `update order_run set intent_id = $4, attempt = $3, why = $5
         where order_id = $1 and period = $2 and outcome = 'running'`,
        [
          orderId,
          period,
          attempt,
          intentId,
          why === undefined ? null : JSON.stringify(why.slice(0, 1000)),
        ],
      )
    },

    settleRun: (run) =>
      inTransaction(pool, async (client) => {
        const { orderId, period, outcome, why } = run
        const { rowCount } = await client.query(
          `update order_run set outcome = $3, why = $4, ended_at = now()
           where order_id = $1 and period = $2 and outcome = 'running'`,
          [
            orderId,
            period,
            outcome,
            why === undefined ? null : JSON.stringify(why.slice(0, 1000)),
          ],
        )
        if (rowCount === 0) return
        await client.query(
          `update standing_order set running_period = null, due_unix = $2
           where id = $1`,
          [orderId, run.nextDueUnixSeconds],
        )
        await addEvent(client, {
          orderId,
          type: 'run',
          period,
          message: `Run ${Number(period) + 1}: ${outcome}${why === undefined ? '' : `. ${why}`}`,
        })
      }),

    finish: ({ orderId, why }) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `update standing_order set status = 'done', why = $2, due_unix = null
           where id = $1 and status = 'active' and running_period is null`,
          [orderId, JSON.stringify(why)],
        )
        if (rowCount === 1)
          await addEvent(client, { orderId, type: 'ended', message: why })
      }),

    cancel: ({ orderId, why }) =>
      inTransaction(pool, async (client) => {
        if (!isStorable(orderId)) throw new OrderNotFoundError({ orderId })
        const { rowCount } = await client.query(
          `update standing_order set status = 'cancelled', why = $2, due_unix = null
           where id = $1 and status = 'active'`,
          [orderId, JSON.stringify(why)],
        )
        if (rowCount === 1) {
          await stopRun(client, orderId)
          await addEvent(client, { orderId, type: 'ended', message: why })
        }
        return mustRead(client, orderId)
      }),

    listOpenDelegations: async ({ limit }) => {
      const { rows } = await pool.query<OrderRow>(
        `select ${columns} from standing_order
         where status = 'cancelled' and delegation is not null
          and delegation_ended_at is null order by position limit $1`,
        [limit],
      )
      return rows.map(toStoredOrder)
    },

    noteDelegationEnded: async ({ orderId }) => {
      await pool.query(
        `update standing_order set delegation_ended_at = now()
         where id = $1 and delegation_ended_at is null`,
        [orderId],
      )
    },

    approveLeg: async ({ planHash, intentId, by }) => {
      await pool.query(
        `insert into approval (plan_hash, intent_id, by) values ($1, $2, $3)
         on conflict (plan_hash) do nothing`,
        [toBytes(planHash), intentId, toBytes(by)],
      )
    },

    readEvents: async ({ orderId, afterSequence }) => {
      if (!isStorable(orderId)) return []
      const { rows } = await pool.query<{
        sequence: number
        type: OrderEvent['type']
        status: OrderEvent['status']
        period: string | null
        message: string
        at: Date
      }>(
        `select sequence, type, status, period, message, at from order_event
         where order_id = $1 and sequence > $2 order by sequence`,
        [orderId, afterSequence],
      )
      return rows.map((row) => ({
        sequence: row.sequence,
        orderId,
        type: row.type,
        status: row.status,
        ...(row.period === null ? {} : { period: row.period }),
        at: row.at.toISOString(),
        message: JSON.parse(row.message) as string,
      }))
    },
  }
}

/**
 * Ends a run that has signed nothing yet, however far it is: what was approved for
 * it is taken back, and what waits for its first nonce gets none. Whoever signs or
 * queues at this moment holds the rows: one of the two comes first.
 */
async function stopRun(client: Queryable, orderId: string): Promise<void> {
  const ofRun = `(select intent_id from order_run
    where order_id = $1 and outcome = 'running')`
  await client.query(
    `delete from approval where consumed_by is null and intent_id in ${ofRun}`,
    [orderId],
  )
  await client.query(
    `update leg set state = 'CANCELLED', settled_at = now(),
      reason = 'Its order ended before this was signed.'
     where state = 'QUEUED' and intent_id in ${ofRun} and not exists (
      select 1 from leg as begun
      where begun.plan_hash = leg.plan_hash and begun.nonce is not null)`,
    [orderId],
  )
}

function toPeriods(from: number, until: number): string {
  return until - from === 1 ? String(from) : `${from}-${until - 1}`
}

function sayMissed(count: number): string {
  return count === 1
    ? 'Nobody was there to run it in time.'
    : `Nobody was there to run these ${count} in time.`
}

function toStoredOrder(row: OrderRow): StoredOrder {
  return {
    id: row.id,
    account: toHex(row.account),
    chainId: Number(row.chain_id),
    terms: z.decode(
      orderTermsSchema,
      JSON.parse(row.terms) as z.input<typeof orderTermsSchema>,
    ),
    termsHash: toHex(row.terms_hash),
    signature: toHex(row.signature),
    delegation: row.delegation ?? undefined,
    delegationHash:
      row.delegation_hash === null ? undefined : toHex(row.delegation_hash),
    status: row.status,
    why: row.why === null ? undefined : (JSON.parse(row.why) as string),
    nextIndex: row.next_index,
    dueUnixSeconds: row.due_unix === null ? undefined : Number(row.due_unix),
    runningPeriod: row.running_period ?? undefined,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

type RunRow = {
  readonly period: string
  readonly due_unix: string
  readonly last_unix: string
  readonly outcome: OrderRun['outcome']
  readonly intent_id: string | null
  readonly attempt: number
  readonly block_number: string | null
  readonly block_hash: Buffer | null
  readonly observed: string | null
  readonly why: string | null
  readonly started_at: Date
  readonly ended_at: Date | null
}

function toStoredRun(row: RunRow): StoredRun {
  return {
    period: row.period,
    dueUnixSeconds: Number(row.due_unix),
    lastUnixSeconds: Number(row.last_unix),
    outcome: row.outcome,
    ...(row.intent_id === null ? {} : { intentId: row.intent_id }),
    attempt: row.attempt,
    ...(row.block_number === null || row.block_hash === null
      ? {}
      : {
          block: {
            number: BigInt(row.block_number),
            hash: toHex(row.block_hash),
          },
        }),
    ...(row.observed === null
      ? {}
      : { observed: JSON.parse(row.observed) as OrderObservation[] }),
    ...(row.why === null ? {} : { why: JSON.parse(row.why) as string }),
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
  }
}
