import type { Hex, LegOrder } from '@behest/spec'
import type pg from 'pg'
import { LegConflictError } from '../outbox/errors.js'
import { takeApproval } from '../outbox/takeApproval.js'
import { toBytes } from '../sql/bytes.js'
import { inTransaction } from '../sql/inTransaction.js'
import {
  type HolderLeg,
  type HolderLegRow,
  type HolderLegState,
  toHolderLeg,
} from './holderLeg.js'

/** What is learned of a leg: columns that change, by name. */
export type HolderLegChange = {
  readonly legId: Hex
  readonly from: readonly HolderLegState[]
  readonly to: HolderLegState
  readonly askedNonce?: number
  /** `null` forgets it. */
  readonly hash?: Hex | null
  readonly nonce?: number
  readonly blockNumber?: bigint
  readonly gasUsed?: bigint
  readonly gasPriceWei?: bigint
  readonly reason?: string
}

/** Transactions for holders' wallets, as rows. */
export type HolderLegs = {
  /** Draws one up and takes its plan's approval; what is there already counts. */
  readonly drawUp: (options: {
    readonly order: LegOrder
    readonly chain: string
  }) => Promise<{ readonly leg: HolderLeg; readonly isNew: boolean }>
  readonly read: (legId: string) => Promise<HolderLeg | undefined>
  readonly readOfIntent: (intentId: string) => Promise<readonly HolderLeg[]>
  /** One arrow: false when the leg is in none of the states that it leaves. */
  readonly move: (change: HolderLegChange) => Promise<boolean>
  /** Its deadline has passed. False when that was known. */
  readonly setOverdue: (legId: Hex) => Promise<boolean>
  /** Whether another leg has this transaction. */
  readonly isTaken: (options: {
    readonly chainId: number
    readonly hash: Hex
    readonly exceptLegId: Hex
  }) => Promise<boolean>
  /** Takes open legs that are due to be looked at: by one process at a time. */
  readonly takeDue: (options: {
    readonly limit: number
  }) => Promise<readonly HolderLeg[]>
}

const lookEverySeconds = { open: 1, overdue: 30 }

/** Creates the rows' only door. Each arrow checks the state that it starts from. */
export function createHolderLegs(options: {
  readonly pool: pg.Pool
}): HolderLegs {
  const { pool } = options
  const readOne = async (
    client: Pick<pg.Pool, 'query'>,
    legId: string,
  ): Promise<HolderLeg | undefined> => {
    const { rows } = await client.query<HolderLegRow>(
      'select * from holder_leg where id = $1',
      [legId.toLowerCase()],
    )
    return rows[0] && toHolderLeg(rows[0])
  }

  return {
    drawUp: ({ order, chain }) =>
      inTransaction(pool, async (client) => {
        await takeApproval(client, order)
        const { rowCount } = await client.query(
          `insert into holder_leg (id, intent_id, plan_hash, step_id, call_index,
            chain, chain_id, account, to_address, value_wei, data, gas_limit,
            deadline_unix_seconds, gives_nothing, state)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
            'waiting')
           on conflict do nothing`,
          [
            order.legId.toLowerCase(),
            order.intentId,
            toBytes(order.planHash),
            order.stepId,
            order.callIndex,
            chain,
            order.chainId,
            toBytes(order.account),
            toBytes(order.to),
            order.valueWei,
            toBytes(order.data),
            order.gasLimit,
            order.deadlineUnixSeconds,
            order.givesNothing ?? false,
          ],
        )
        const leg = await readOne(client, order.legId)
        if (leg === undefined || leg.intentId !== order.intentId)
          throw new LegConflictError({
            legId: order.legId,
            differs: leg === undefined ? 'name' : 'intent',
          })
        return { leg, isNew: rowCount === 1 }
      }),

    read: (legId) => readOne(pool, legId),

    readOfIntent: async (intentId) => {
      const { rows } = await pool.query<HolderLegRow>(
        'select * from holder_leg where intent_id = $1 order by position',
        [intentId],
      )
      return rows.map(toHolderLeg)
    },

    move: async (change) => {
      const { rowCount } = await pool.query(
        `update holder_leg set state = $3,
          asked_nonce = coalesce($4, asked_nonce),
          hash = case when $5 then null else coalesce($6, hash) end,
          nonce = coalesce($7, nonce),
          block_number = coalesce($8, block_number),
          gas_used = coalesce($9, gas_used),
          gas_price_wei = coalesce($10, gas_price_wei),
          reason = $11,
          look_after = now(),
          settled_at = case when $3 in ('final', 'reverted', 'not-sent')
            then now() end
         where id = $1 and state = any($2)`,
        [
          change.legId.toLowerCase(),
          change.from,
          change.to,
          change.askedNonce ?? null,
          change.hash === null,
          change.hash ? toBytes(change.hash) : null,
          change.nonce ?? null,
          change.blockNumber ?? null,
          change.gasUsed ?? null,
          change.gasPriceWei ?? null,
          change.reason?.slice(0, 1000) ?? null,
        ],
      )
      return rowCount === 1
    },

    setOverdue: async (legId) => {
      const { rowCount } = await pool.query(
        'update holder_leg set is_overdue = true where id = $1 and not is_overdue',
        [legId.toLowerCase()],
      )
      return rowCount === 1
    },

    isTaken: async ({ chainId, hash, exceptLegId }) => {
      const { rowCount } = await pool.query(
        'select 1 from holder_leg where chain_id = $1 and hash = $2 and id <> $3',
        [chainId, toBytes(hash), exceptLegId.toLowerCase()],
      )
      return rowCount !== 0
    },

    takeDue: async ({ limit }) => {
      const { rows } = await pool.query<HolderLegRow>(
        `update holder_leg set look_after = now() + make_interval(secs =>
          case when is_overdue then $2::float8 else $3 end)
         where id in (
          select id from holder_leg
          where settled_at is null and look_after <= now()
          order by look_after limit $1 for update skip locked)
         returning *`,
        [limit, lookEverySeconds.overdue, lookEverySeconds.open],
      )
      return rows.map(toHolderLeg)
    },
  }
}
