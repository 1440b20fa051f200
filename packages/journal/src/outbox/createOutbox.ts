/**
 * One file because it is one state machine: every arrow between the states of a
 * leg is one transaction here, and each checks the state that it starts from.
 */
import { EventEmitter } from 'node:events'
import type { Address, Hex, LegOrder } from '@behest/spec'
import type pg from 'pg'
import { toBytes, toHex } from '../sql/bytes.js'
import { inTransaction, type Queryable } from '../sql/inTransaction.js'
import type { FaultPoint } from './createFaultPoint.js'
import { LegConflictError, SenderLockLostError } from './errors.js'
import type { Fees } from './fees.js'
import {
  type Attempt,
  type AttemptRow,
  inFlightStates,
  type Leg,
  type LegRow,
  type LegState,
  openStates,
  toLeg,
} from './leg.js'
import type {
  OutboxReceipt,
  SignTransaction,
  UnsignedTransaction,
} from './outboxChain.js'
import { isLockHeld, type SenderLock } from './senderLock.js'
import { takeApproval } from './takeApproval.js'

/** The channel that tells other processes of new legs. */
export const outboxChannel = 'behest_outbox'

/** So many waiting legs of a sender are looked at at once. */
const mostQueuedRead = 64

/** A sender with work, as a worker finds it. */
export type BusySender = { readonly address: Address; readonly legs: number }

/** A leg that just got its nonce, and its first bytes. */
export type SignedLeg = { readonly leg: Leg; readonly attempt: Attempt }

/** What a node answered to an offer of bytes. */
export type Offer = {
  readonly legId: string
  readonly hash: Hex
  readonly answer: string
  readonly headNumber: bigint
}

/** A leg, and the receipt of one of its attempts. */
export type MinedLeg = {
  readonly legId: string
  readonly receipt: OutboxReceipt
}

/** A leg that has its end. */
export type SettledLeg = { readonly legId: string; readonly state: LegState }

/** Why nothing was signed, or what was: oldest first, at least one. */
export type SignNextResult =
  | { readonly type: 'signed'; readonly signed: readonly SignedLeg[] }
  /** There is nothing to sign, or it must wait for an earlier step. */
  | { readonly type: 'idle' }
  /** A person has to look first. */
  | { readonly type: 'halted'; readonly reason: string }
  /** The base fee is above what was approved. */
  | { readonly type: 'too-dear'; readonly legId: string }

/** The outbox: legs, their nonces and their attempts, as rows. */
export type Outbox = {
  /**
   * Stores legs of an approved plan, and takes the approval for them: both or
   * nothing. Legs that are there already stay as they are. Of several legs each
   * waits until the one before it is final, and ends with it when that failed.
   */
  readonly queueLegs: (options: {
    readonly chain: string
    readonly depth: number
    readonly legs: readonly LegOrder[]
  }) => Promise<readonly Leg[]>
  readonly readLeg: (legId: string) => Promise<Leg | undefined>
  /** Which of these legs have their end. */
  readonly findSettled: (
    legIds: readonly string[],
  ) => Promise<readonly string[]>
  readonly readLegsOfIntent: (intentId: string) => Promise<readonly Leg[]>
  /** Those that hold a nonce, and the oldest of those that wait for one. */
  readonly readOpenLegs: (options: {
    readonly chain: string
    readonly address: Address
  }) => Promise<readonly Leg[]>
  readonly readBusySenders: (chain: string) => Promise<readonly BusySender[]>
  /** The next nonce that will be given, and how many legs hold one now. */
  readonly readSender: (options: {
    readonly chain: string
    readonly address: Address
  }) => Promise<{
    readonly nextNonce: number | undefined
    readonly halted: string | undefined
    readonly inFlight: number
    /** The hash that is final with the highest nonce: proof of our past. */
    readonly lastFinal:
      | { readonly hash: Hex; readonly nonce: number }
      | undefined
  }>
  /**
   * Sets the next nonce to the chain's, up or down, while no leg holds one.
   * Gives whether it did.
   */
  readonly alignNextNonce: (options: {
    readonly chain: string
    readonly address: Address
    readonly nonce: number
  }) => Promise<boolean>
  /**
   * Signs the next legs, as many as may be in flight: sender locked, nonces taken,
   * bytes stored, counter raised, in one transaction. Nothing may be offered to the
   * network before it commits. Lock and kill switch are asked for before each
   * signature. Where one is refused, those before it count and it comes first the
   * next time.
   */
  readonly signNext: (options: {
    readonly chain: string
    readonly address: Address
    readonly lock: SenderLock
    readonly maxInFlight: number
    /** Fees for a cap, in wei per gas; nothing while it has to wait. */
    readonly getFees: (capWei: bigint) => Fees | undefined
    readonly sign: SignTransaction
    readonly faultPoint: FaultPoint
  }) => Promise<SignNextResult>
  /** Notes why queued legs are not signed, for whoever waits for them. */
  readonly noteWaiting: (options: {
    readonly chain: string
    readonly address: Address
    readonly reason: string
  }) => Promise<void>
  /** Signs a replacement of a leg: same nonce, higher fees. */
  readonly signReplacement: (options: {
    readonly leg: Leg
    readonly lock: SenderLock
    readonly purpose: 'bump' | 'cancel'
    readonly fees: Fees
    readonly sign: SignTransaction
  }) => Promise<Attempt | undefined>
  /** Notes that bytes were offered, and what was answered. Decides nothing. */
  readonly recordOffers: (offers: readonly Offer[]) => Promise<void>
  readonly recordMined: (mined: readonly MinedLeg[]) => Promise<void>
  /** The block of a leg is gone: it is in flight again. */
  readonly recordReorged: (legId: string) => Promise<void>
  /** The blocks of legs stay: their outcomes are told from now on. */
  readonly settleMined: (
    legIds: readonly string[],
  ) => Promise<readonly SettledLeg[]>
  /** Ends queued legs whose predecessor failed. */
  readonly cancelFollowers: (options: {
    readonly chain: string
    readonly address: Address
  }) => Promise<void>
  /** Ends a leg without its transaction, with proof. */
  readonly settleUnmined: (options: {
    readonly legId: string
    readonly from: readonly LegState[]
    readonly to: 'CANCELLED' | 'FOREIGN_NONCE'
    readonly reason: string
  }) => Promise<void>
  /**
   * Sorts out legs of a chain with the same id that is another chain: they are
   * not sent again. Those of a chain that came back go on.
   */
  readonly reconcileChain: (options: {
    readonly chain: string
    readonly chainId: number
  }) => Promise<{ readonly gone: number; readonly returned: number }>
  /**
   * Opens legs again that were settled by blocks which the chain has lost. Their
   * bytes and nonces stay, so nothing can happen twice. Gives how many.
   */
  readonly reopenLost: (options: {
    readonly chain: string
    readonly address: Address
    /** The first nonce that the chain does not know any more. */
    readonly fromNonce: number
  }) => Promise<number>
  /** Every sender that a nonce was ever given for on this chain. */
  readonly readSenders: (chain: string) => Promise<readonly Address[]>
  /** Stops all signing for a sender until `resumeSender`. */
  readonly haltSender: (options: {
    readonly chain: string
    readonly address: Address
    readonly reason: string
  }) => Promise<void>
  readonly resumeSender: (options: {
    readonly chain: string
    readonly address: Address
    readonly nextNonce: number
  }) => Promise<void>
  /** The kill switch. Scopes: `all`, `chain:<id>`, `account:<address>`. */
  readonly setHalt: (options: {
    readonly scope: string
    readonly reason: string
  }) => Promise<void>
  readonly clearHalt: (scope: string) => Promise<void>
  /**
   * Calls back in this process after a leg changed, with its id and whether it is
   * open still, told by a state that it came through or to.
   */
  readonly onLegChange: (
    listener: (legId: string, state: LegState) => void,
  ) => () => void
}

/**
 * Creates the outbox on a database that has `journalSchema`.
 *
 * @param options.pool - A pool on the database.
 * @returns The outbox. It does nothing by itself: a worker drives it.
 */
export function createOutbox(options: { readonly pool: pg.Pool }): Outbox {
  const { pool } = options
  const changes = new EventEmitter().setMaxListeners(0)
  const tell = (legId: string, state: LegState) =>
    changes.emit('leg', legId, state)

  /** One arrow: true when the leg was in one of the states that it leaves. */
  async function move(
    client: Queryable,
    arrow: {
      readonly legId: string
      readonly from: readonly LegState[]
      readonly to: LegState
      readonly reason?: string
    },
  ): Promise<boolean> {
    const { rowCount } = await client.query(
      `update leg set state = $3, reason = coalesce($4, reason),
        settled_at = case when $3 = any($5) then null else now() end
       where id = $1 and state = any($2)`,
      [arrow.legId, arrow.from, arrow.to, arrow.reason ?? null, openStates],
    )
    return rowCount === 1
  }

  /**
   * Opens settled legs again. Blocks that they were in are forgotten with it: a
   * transaction may come back in another block, and another attempt instead of it.
   */
  async function reopen(
    condition: string,
    values: readonly unknown[],
  ): Promise<number> {
    const reopened = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `update leg set settled_at = null, reason = null,
          state = case when exists (
            select 1 from attempt where leg_id = leg.id and kind = 'cancel')
            then 'CANCELLING' else 'SENT' end
         where ${condition} returning id`,
        [...values],
      )
      await client.query(
        `update attempt set block_number = null, block_hash = null,
          status = null, gas_used = null, gas_price_wei = null
         where leg_id = any($1)`,
        [rows.map(({ id }) => id)],
      )
      return rows
    })
    for (const { id } of reopened) tell(id, 'SENT')
    return reopened.length
  }

  return {
    queueLegs: async ({ chain, depth, legs }) => {
      const stored = await inTransaction(pool, async (client) => {
        for (const leg of legs) await takeApproval(client, leg)
        const rows: LegRow[] = []
        let previousId: string | undefined
        for (const leg of legs) {
          rows.push(await insertLeg(client, { chain, depth, leg, previousId }))
          previousId = leg.legId
        }
        return withAttempts(client, rows)
      })
      // Not in the transaction: one that notifies commits alone. A word that is lost
      // costs a second, after which workers look by themselves.
      await pool.query(`select pg_notify('${outboxChannel}', $1)`, [chain])
      for (const { id, state } of stored) tell(id, state)
      return stored
    },

    readLeg: async (legId) =>
      (await readLegs(pool, 'id = $1', [legId.toLowerCase()]))[0],

    findSettled: async (legIds) => {
      const { rows } = await pool.query<{ id: string }>(
        'select id from leg where id = any($1) and not state = any($2)',
        [legIds.map((legId) => legId.toLowerCase()), openStates],
      )
      return rows.map(({ id }) => id)
    },

    readLegsOfIntent: (intentId) =>
      readLegs(pool, 'intent_id = $1', [intentId]),

    readOpenLegs: ({ chain, address }) =>
      readLegs(
        pool,
        // The states are written out so that the partial index serves it.
        `chain = $1 and sender = $2
          and state in ('QUEUED', 'SIGNED', 'SENT', 'CANCELLING', 'MINED')
          and (state <> 'QUEUED' or position <= (
            select max(position) from (
              select position from leg
              where chain = $1 and sender = $2 and state = 'QUEUED'
              order by position limit ${mostQueuedRead}) as oldest))`,
        [chain, toBytes(address)],
      ),

    readBusySenders: async (chain) => {
      const { rows } = await pool.query<{ sender: Buffer; legs: number }>(
        `select sender, count(*)::int as legs from leg
         where chain = $1
          and state in ('QUEUED', 'SIGNED', 'SENT', 'CANCELLING', 'MINED')
         group by sender`,
        [chain],
      )
      return rows.map(({ sender, legs }) => ({ address: toHex(sender), legs }))
    },

    readSender: async ({ chain, address }) => {
      type Row = {
        next_nonce: string | null
        halted: string | null
        in_flight: number
        final_hash: Buffer | null
        final_nonce: string | null
      }
      const { rows } = await pool.query<Row>(
        `select
          (select next_nonce from sender where chain = $1 and address = $2),
          (select halted from sender where chain = $1 and address = $2),
          (select count(*)::int from leg where chain = $1 and sender = $2
            and state = any($3)) as in_flight,
          final.hash as final_hash, final.nonce as final_nonce
         from (select 1) as one left join (
          select attempt.hash, attempt.nonce from leg
          join attempt on attempt.leg_id = leg.id and attempt.block_hash is not null
          where leg.chain = $1 and leg.sender = $2
            and leg.state in ('FINAL', 'REVERTED', 'CANCELLED')
          order by leg.nonce desc nulls last limit 1) as final on true`,
        [chain, toBytes(address), inFlightStates],
      )
      const row = rows[0] as Row
      return {
        nextNonce: row.next_nonce === null ? undefined : Number(row.next_nonce),
        halted: row.halted ?? undefined,
        inFlight: row.in_flight,
        lastFinal:
          row.final_hash === null
            ? undefined
            : { hash: toHex(row.final_hash), nonce: Number(row.final_nonce) },
      }
    },

    alignNextNonce: ({ chain, address, nonce }) =>
      inTransaction(pool, async (client) => {
        await client.query(
          `insert into sender (chain, address, next_nonce) values ($1, $2, $3)
           on conflict (chain, address) do nothing`,
          [chain, toBytes(address), nonce],
        )
        await client.query(
          'select 1 from sender where chain = $1 and address = $2 for update',
          [chain, toBytes(address)],
        )
        const { rowCount } = await client.query(
          `update sender set next_nonce = $3
           where chain = $1 and address = $2 and not exists (
            select 1 from leg where chain = $1 and sender = $2 and state = any($4))`,
          [chain, toBytes(address), nonce, inFlightStates],
        )
        return rowCount === 1
      }),

    signNext: async (order) => {
      const { chain, address, lock, faultPoint } = order
      const result = await inTransaction(pool, async (client) => {
        const { rows: senders } = await client.query<{
          next_nonce: string
          halted: string | null
        }>(
          'select next_nonce, halted from sender where chain = $1 and address = $2 for update',
          [chain, toBytes(address)],
        )
        const sender = senders[0]
        if (sender === undefined) return { type: 'idle' } as const
        await assertLock(client, lock)
        faultPoint('after-lock')
        if (sender.halted !== null)
          return { type: 'halted', reason: sender.halted } as const
        const waiting = await findNextLegs(client, order)
        if (waiting.length === 0) {
          const halt = await readQueueHalt(client, order)
          return halt === undefined
            ? ({ type: 'idle' } as const)
            : ({ type: 'halted', reason: halt } as const)
        }
        const signed: SignedLeg[] = []
        for (const leg of waiting) {
          if (signed.length > 0) {
            await assertLock(client, lock)
            if ((await readQueueHalt(client, order, leg.id)) !== undefined)
              break
          }
          const fees = order.getFees(leg.maxFeeCapWei)
          if (fees === undefined && signed.length === 0)
            return { type: 'too-dear', legId: leg.id } as const
          if (fees === undefined) break
          const nonce = Number(sender.next_nonce) + signed.length
          const attempt = await signAttempt({
            sign: order.sign,
            transaction: toTransaction({ leg, nonce, fees, purpose: 'send' }),
          }).catch((error: unknown) => {
            // It comes first the next time, and tells its reason then.
            if (signed.length > 0) return undefined
            throw error
          })
          if (attempt === undefined) break
          faultPoint('after-sign')
          signed.push({
            leg: { ...leg, state: 'SIGNED', nonce, attempts: [attempt] },
            attempt,
          })
        }
        if (signed.length === 0) return { type: 'idle' } as const
        await insertAttempts(client, signed)
        await client.query(
          `update leg set state = 'SIGNED', nonce = one.nonce, reason = null
           from unnest($1::text[], $2::bigint[]) as one (id, nonce)
           where leg.id = one.id and leg.state = 'QUEUED'`,
          [
            signed.map(({ leg }) => leg.id),
            signed.map(({ attempt }) => attempt.nonce),
          ],
        )
        await client.query(
          `update sender set next_nonce = next_nonce + $3
           where chain = $1 and address = $2`,
          [chain, toBytes(address), signed.length],
        )
        faultPoint('after-insert')
        return { type: 'signed', signed } as const
      })
      if (result.type === 'signed') {
        faultPoint('after-commit')
        for (const { leg } of result.signed) tell(leg.id, 'SIGNED')
      }
      return result
    },

    noteWaiting: async ({ chain, address, reason }) => {
      await pool.query(
        `update leg set reason = $3
         where chain = $1 and sender = $2 and state = 'QUEUED'
          and reason is distinct from $3`,
        [chain, toBytes(address), toNote(reason)],
      )
    },

    signReplacement: async ({ leg, lock, purpose, fees, sign }) => {
      const { nonce } = leg
      if (nonce === undefined) return undefined
      const attempt = await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          'select 1 from leg where id = $1 and state = any($2) for update',
          [leg.id, ['SIGNED', 'SENT', 'CANCELLING'] satisfies LegState[]],
        )
        if (rowCount === 0) return undefined
        // Counted after the lock: a statement that waited for it sees the past.
        const { rows } = await client.query<{ attempts: number }>(
          'select count(*)::int as attempts from attempt where leg_id = $1',
          [leg.id],
        )
        // Somebody replaced it since it was read.
        if (rows[0]?.attempts !== leg.attempts.length) return undefined
        await assertLock(client, lock)
        const signed = await signAttempt({
          sign,
          transaction: toTransaction({ leg, nonce, fees, purpose }),
        })
        await insertAttempts(client, [{ leg, attempt: signed }])
        if (purpose === 'cancel')
          await client.query(
            `update leg set state = 'CANCELLING' where id = $1`,
            [leg.id],
          )
        return signed
      })
      if (attempt !== undefined) tell(leg.id, leg.state)
      return attempt
    },

    recordOffers: async (offers) => {
      if (offers.length === 0) return
      await pool.query(
        `with noted as (
          update attempt set last_answer = one.answer,
            offered_at = coalesce(offered_at, now()),
            offered_block = coalesce(offered_block, one.head)
          from unnest($2::bytea[], $3::text[], $4::bigint[]) as one (hash, answer, head)
          where attempt.hash = one.hash)
         update leg set state = 'SENT' where id = any($1) and state = 'SIGNED'`,
        [
          offers.map(({ legId }) => legId),
          offers.map(({ hash }) => toBytes(hash)),
          offers.map(({ answer }) => toNote(answer)),
          offers.map(({ headNumber }) => headNumber),
        ],
      )
      for (const { legId } of offers) tell(legId, 'SENT')
    },

    recordMined: async (mined) => {
      if (mined.length === 0) return
      const receipts = mined.map(({ receipt }) => receipt)
      // One statement: state and block are written together or not at all.
      await pool.query(
        `with one as (
          select * from unnest($1::text[], $2::bytea[], $3::text[], $4::bigint[],
            $5::bytea[], $6::text[], $7::bigint[], $8::numeric[])
            as told (leg_id, hash, reason, block_number, block_hash, status,
              gas_used, gas_price_wei)),
         moved as (
          update leg set state = 'MINED', settled_at = null,
            reason = coalesce(one.reason, leg.reason)
          from one
          where leg.id = one.leg_id and leg.state in ('SIGNED', 'SENT', 'CANCELLING')
          returning leg.id)
         update attempt set block_number = one.block_number,
          block_hash = one.block_hash, status = one.status,
          gas_used = one.gas_used, gas_price_wei = one.gas_price_wei,
          offered_at = coalesce(offered_at, now())
         from one join moved on moved.id = one.leg_id
         where attempt.hash = one.hash and attempt.leg_id = one.leg_id`,
        [
          mined.map(({ legId }) => legId),
          receipts.map(({ hash }) => toBytes(hash)),
          receipts.map(({ reason }) =>
            reason === undefined ? null : toNote(reason),
          ),
          receipts.map(({ blockNumber }) => blockNumber),
          receipts.map(({ blockHash }) => toBytes(blockHash)),
          receipts.map(({ status }) => status),
          receipts.map(({ gasUsed }) => gasUsed),
          receipts.map(({ effectiveGasPriceWei }) => effectiveGasPriceWei),
        ],
      )
      for (const { legId } of mined) tell(legId, 'MINED')
    },

    recordReorged: async (legId) => {
      await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `update leg set reason = null, state = case when exists (
            select 1 from attempt where leg_id = $1 and kind = 'cancel')
            then 'CANCELLING' else 'SENT' end
           where id = $1 and state = 'MINED'`,
          [legId],
        )
        if (rowCount === 0) return
        await client.query(
          `update attempt set block_number = null, block_hash = null,
            status = null, gas_used = null, gas_price_wei = null
           where leg_id = $1`,
          [legId],
        )
        tell(legId, 'SENT')
      })
    },

    settleMined: async (legIds) => {
      if (legIds.length === 0) return []
      const { rows } = await pool.query<{ id: string; state: LegState }>(
        `update leg set settled_at = now(),
          state = case when attempt.kind = 'cancel' then 'CANCELLED'
            when attempt.status = 'success' then 'FINAL' else 'REVERTED' end,
          reason = case when attempt.kind = 'cancel'
            then 'Its deadline passed; its nonce went to a cancellation.'
            else leg.reason end
         from attempt
         where leg.id = any($1) and leg.state = 'MINED'
          and attempt.leg_id = leg.id and attempt.block_hash is not null
         returning leg.id, leg.state`,
        [legIds],
      )
      for (const { id, state } of rows) tell(id, state)
      return rows.map(({ id, state }) => ({ legId: id, state }))
    },

    cancelFollowers: async ({ chain, address }) => {
      const { rows } = await pool.query<{ id: string }>(
        `update leg set state = 'CANCELLED', settled_at = now(),
          reason = 'The step before it did not succeed.'
         from leg as previous
         where leg.chain = $1 and leg.sender = $2 and leg.state = 'QUEUED'
          and previous.id = leg.previous_id
          and previous.state in ('REVERTED', 'CANCELLED', 'FOREIGN_NONCE')
         returning leg.id`,
        [chain, toBytes(address)],
      )
      for (const { id } of rows) tell(id, 'CANCELLED')
    },

    settleUnmined: async ({ legId, from, to, reason }) => {
      if (await move(pool, { legId, from, to, reason })) tell(legId, to)
    },

    reconcileChain: async ({ chain, chainId }) => {
      const gone = await pool.query<{ id: string }>(
        `update leg set state = 'CHAIN_GONE', settled_at = now(),
          reason = 'The chain that it was signed for is gone; another one answers now.'
         where chain_id = $1 and chain <> $2 and state = any($3) returning id`,
        [chainId, chain, openStates],
      )
      // One that was never signed was called "not sent": it stays so.
      const returned = await reopen(
        `chain = $1 and state = 'CHAIN_GONE' and nonce is not null`,
        [chain],
      )
      for (const { id } of gone.rows) tell(id, 'CHAIN_GONE')
      return { gone: gone.rows.length, returned }
    },

    reopenLost: ({ chain, address, fromNonce }) =>
      reopen(
        `chain = $1 and sender = $2 and nonce >= $3
          and state in ('FINAL', 'REVERTED', 'CANCELLED')`,
        [chain, toBytes(address), fromNonce],
      ),

    readSenders: async (chain) => {
      const { rows } = await pool.query<{ address: Buffer }>(
        'select address from sender where chain = $1',
        [chain],
      )
      return rows.map(({ address }) => toHex(address))
    },

    haltSender: async ({ chain, address, reason }) => {
      await pool.query(
        `insert into sender (chain, address, next_nonce, halted) values ($1, $2, 0, $3)
         on conflict (chain, address) do update set halted = excluded.halted`,
        [chain, toBytes(address), toNote(reason)],
      )
    },

    resumeSender: async ({ chain, address, nextNonce }) => {
      await pool.query(
        'update sender set halted = null, next_nonce = $3 where chain = $1 and address = $2',
        [chain, toBytes(address), nextNonce],
      )
    },

    setHalt: async ({ scope, reason }) => {
      await pool.query(
        `insert into halt (scope, reason) values ($1, $2)
         on conflict (scope) do update set reason = excluded.reason, at = now()`,
        [scope.toLowerCase(), reason],
      )
    },

    clearHalt: async (scope) => {
      await pool.query('delete from halt where scope = $1', [
        scope.toLowerCase(),
      ])
    },

    onLegChange: (listener) => {
      changes.on('leg', listener)
      return () => changes.off('leg', listener)
    },
  }
}

/** Text of nodes is data: cut, and without what the database cannot hold. */
function toNote(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '?').slice(0, 1_000)
}

async function readLegs(
  database: Queryable,
  condition: string,
  values: readonly unknown[],
): Promise<readonly Leg[]> {
  const { rows } = await database.query<LegRow>(
    `select * from leg where ${condition} order by position`,
    [...values],
  )
  return withAttempts(database, rows)
}

/** Only what was signed has attempts: the others are not asked for any. */
async function withAttempts(
  database: Queryable,
  rows: readonly LegRow[],
): Promise<readonly Leg[]> {
  const signed = rows.filter(({ nonce }) => nonce !== null)
  if (signed.length === 0) return rows.map((row) => toLeg(row, []))
  const { rows: attempts } = await database.query<AttemptRow>(
    'select * from attempt where leg_id = any($1) order by position',
    [signed.map(({ id }) => id)],
  )
  return rows.map((row) =>
    toLeg(
      row,
      attempts.filter(({ leg_id }) => leg_id === row.id),
    ),
  )
}

async function insertLeg(
  client: pg.PoolClient,
  options: {
    readonly chain: string
    readonly depth: number
    readonly leg: LegOrder
    readonly previousId: string | undefined
  },
): Promise<LegRow> {
  const { chain, depth, leg, previousId } = options
  const inserted = await client.query<LegRow>(
    `insert into leg (id, intent_id, plan_hash, step_id, call_index, chain,
      chain_id, sender, to_address, value_wei, data, gas_limit, max_fee_cap_wei,
      deadline_unix_seconds, depth, previous_id, code_authorization,
      on_behalf_of, gives_nothing, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
      $17, $18, $19, 'QUEUED')
     on conflict do nothing returning *`,
    [
      leg.legId.toLowerCase(),
      leg.intentId,
      toBytes(leg.planHash),
      leg.stepId,
      leg.callIndex,
      chain,
      leg.chainId,
      toBytes(leg.account),
      toBytes(leg.to),
      leg.valueWei,
      toBytes(leg.data),
      leg.gasLimit,
      leg.maxFeePerGasWei,
      leg.deadlineUnixSeconds,
      depth,
      previousId?.toLowerCase() ?? null,
      leg.authorization === undefined
        ? null
        : JSON.stringify(leg.authorization),
      leg.onBehalfOf === undefined ? null : toBytes(leg.onBehalfOf),
      leg.givesNothing ?? false,
    ],
  )
  const [own] = inserted.rows
  if (own !== undefined) return own
  const { rows } = await client.query<LegRow>(
    `select * from leg
     where id = $1 or (plan_hash = $2 and step_id = $3 and call_index = $4)`,
    [leg.legId.toLowerCase(), toBytes(leg.planHash), leg.stepId, leg.callIndex],
  )
  for (const row of rows) assertSameLeg(toLeg(row, []), leg)
  const [stored] = rows
  if (stored === undefined)
    throw new LegConflictError({ legId: leg.legId, differs: 'id' })
  return stored
}

/** Amounts and calldata may differ: the leg that was stored first counts. */
function assertSameLeg(stored: Leg, asked: LegOrder): void {
  const legId = asked.legId
  const pairs = {
    id: [stored.id, legId],
    intent: [stored.intentId, asked.intentId],
    plan: [stored.planHash, asked.planHash],
    step: [stored.stepId, asked.stepId],
    call: [String(stored.callIndex), String(asked.callIndex)],
    chain: [String(stored.chainId), String(asked.chainId)],
    account: [stored.account, asked.account],
    target: [stored.to, asked.to],
  } as const
  for (const [differs, [one, other]] of Object.entries(pairs))
    if (one.toLowerCase() !== other.toLowerCase())
      throw new LegConflictError({ legId, differs })
}

async function assertLock(
  client: pg.PoolClient,
  lock: SenderLock,
): Promise<void> {
  if (!(await isLockHeld(client, lock)))
    throw new SenderLockLostError({ chain: lock.chain, address: lock.address })
}

/** Scopes of the kill switch that hold a leg up. */
const haltScopes = `array['all', 'chain:' || leg.chain_id,
  'account:0x' || encode(leg.sender, 'hex'),
  'account:0x' || encode(leg.on_behalf_of, 'hex')]`

/** Why a leg that waits may not be signed. */
async function readQueueHalt(
  client: pg.PoolClient,
  sender: { readonly chain: string; readonly address: Address },
  legId?: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ scope: string; reason: string }>(
    `select scope, halt.reason from leg join halt on scope = any(${haltScopes})
     where chain = $1 and sender = $2 and state = 'QUEUED' and not gives_nothing
      and ($3::text is null or leg.id = $3)
     order by leg.position limit 1`,
    [sender.chain, toBytes(sender.address), legId ?? null],
  )
  const halt = rows[0]
  return halt && `${halt.scope}: ${halt.reason}`
}

/**
 * Finds the oldest legs that may be signed: no earlier step of their plan is still
 * open, with them at most `maxInFlight` legs hold a nonce, and nobody stopped what
 * they are about. A kill switch lets through what only takes back.
 */
async function findNextLegs(
  client: pg.PoolClient,
  order: {
    readonly chain: string
    readonly address: Address
    readonly maxInFlight: number
  },
): Promise<readonly Leg[]> {
  const { rows } = await client.query<LegRow>(
    `select * from leg as next
     where chain = $1 and sender = $2 and state = 'QUEUED'
      and not exists (
        select 1 from leg as earlier
        where earlier.plan_hash = next.plan_hash
          and earlier.position < next.position
          and earlier.state in ('QUEUED', 'SIGNED', 'SENT', 'CANCELLING', 'MINED'))
      and not exists (
        select 1 from leg as previous
        where previous.id = next.previous_id and previous.state <> 'FINAL')
      and (next.gives_nothing or not exists (
        select 1 from halt where scope = any(${haltScopes.replaceAll('leg.', 'next.')})))
     order by position limit greatest(0, $3 - (
        select count(*) from leg
        where chain = $1 and sender = $2
          and state in ('SIGNED', 'SENT', 'CANCELLING', 'MINED')))
     for update of next`,
    [order.chain, toBytes(order.address), order.maxInFlight],
  )
  return rows.map((row) => toLeg(row, []))
}

function toTransaction(options: {
  readonly leg: Leg
  readonly nonce: number
  readonly fees: Fees
  readonly purpose: UnsignedTransaction['purpose']
}): UnsignedTransaction {
  const { leg, nonce, fees, purpose } = options
  const { id: legId, planHash, chainId, account: from } = leg
  const common = { purpose, legId, planHash, chainId, from, nonce, ...fees }
  // A cancellation gives the nonce to a transfer of nothing to oneself. It keeps
  // the gas limit: some chains ask for more than 21,000, and less is used.
  const call =
    purpose === 'cancel'
      ? { to: from, valueWei: 0n, data: '0x' as const }
      : {
          to: leg.to,
          valueWei: leg.valueWei,
          data: leg.data,
          ...(leg.authorization === undefined
            ? {}
            : { authorization: leg.authorization }),
        }
  return { ...common, ...call, gasLimit: leg.gasLimit }
}

async function signAttempt(options: {
  readonly sign: SignTransaction
  readonly transaction: UnsignedTransaction
}): Promise<Attempt> {
  const { transaction } = options
  const { raw, hash } = await options.sign(transaction)
  return {
    hash,
    raw,
    kind: transaction.purpose,
    nonce: transaction.nonce,
    maxFeePerGasWei: transaction.maxFeePerGasWei,
    maxPriorityFeePerGasWei: transaction.maxPriorityFeePerGasWei,
    offeredBlock: undefined,
    lastAnswer: undefined,
    blockNumber: undefined,
    blockHash: undefined,
    status: undefined,
    gasUsed: undefined,
    effectiveGasPriceWei: undefined,
  }
}

async function insertAttempts(
  client: pg.PoolClient,
  signed: readonly SignedLeg[],
): Promise<void> {
  const attempts = signed.map(({ attempt }) => attempt)
  await client.query(
    `insert into attempt (hash, leg_id, kind, raw, nonce, max_fee_wei, tip_wei)
     select * from unnest($1::bytea[], $2::text[], $3::text[], $4::bytea[],
      $5::bigint[], $6::numeric[], $7::numeric[])`,
    [
      attempts.map(({ hash }) => toBytes(hash)),
      signed.map(({ leg }) => leg.id),
      attempts.map(({ kind }) => kind),
      attempts.map(({ raw }) => toBytes(raw)),
      attempts.map(({ nonce }) => nonce),
      attempts.map(({ maxFeePerGasWei }) => maxFeePerGasWei),
      attempts.map(({ maxPriorityFeePerGasWei }) => maxPriorityFeePerGasWei),
    ],
  )
}
