import { randomUUID } from 'node:crypto'
import type {
  JsonValue,
  KeptPayment,
  PaymentLedgerPort,
  WirePaymentPayload,
} from '@behest/spec'
import type pg from 'pg'
import { toBytes, toHex } from '../sql/bytes.js'
import { inTransaction, type Queryable } from '../sql/inTransaction.js'

/** Any number: caps are counted and written under it, one payer at a time. */
const capLock = '7208390175515'

// What was signed counts until the chain says that nobody can take it any more.
const counts = `state <> 'unspent'`
// What one asker names an intent is nobody else's; older rows do not say whose.
const ofIntent = `intent_id = $1 and (asker = $2 or asker is null)`
const today = `created_at >= date_trunc('day', now(), 'UTC')`

/**
 * Creates the accounts of what agents were paid, on a database that has
 * `paymentSchema`. Every process has a run of its own: what an earlier run left
 * unfinished can be adopted once.
 *
 * @param options.pool - A pool on the database.
 */
export function createPaymentLedger(options: {
  readonly pool: pg.Pool
}): PaymentLedgerPort {
  const { pool } = options
  const runId = randomUUID()

  return {
    reserve: ({ payment, caps }) =>
      inTransaction(pool, async (client) => {
        await client.query('select pg_advisory_xact_lock($1)', [capLock])
        const before = await findOne(client, 'request_id = $1', [
          payment.requestId,
        ])
        if (before) return { type: 'reserved', payment: before }
        const { rows } = await client.query<{
          intent: string
          day: string
          asker: string
        }>(
          `select
            coalesce(sum(units) filter (where ${ofIntent}), 0)::text as intent,
            coalesce(sum(units) filter (where asker = $2 and ${today}), 0)::text as asker,
            coalesce(sum(units) filter (where ${today}), 0)::text as day
           from agent_payment
           where ${counts} and (intent_id = $1 or ${today})`,
          [payment.intentId, toBytes(payment.asker)],
        )
        const spent = {
          intent: BigInt(rows[0]?.intent ?? 0),
          day: BigInt(rows[0]?.day ?? 0),
          asker: BigInt(rows[0]?.asker ?? 0),
        }
        for (const [cap, capUnits] of [
          ['intent', caps.perIntentUnits],
          ['asker', caps.perAskerPerDayUnits ?? caps.perDayUnits],
          ['day', caps.perDayUnits],
        ] as const)
          if (spent[cap] + payment.units > capUnits)
            return { type: 'refused', cap, spentUnits: spent[cap], capUnits }
        const { rows: inserted } = await client.query<PaymentRow>(
          `insert into agent_payment (id, intent_id, step_id, agent_id,
            request_id, request_unix_seconds, chain_id, token_address,
            token_symbol, token_decimals, units, payer, pay_to, nonce,
            valid_before_unix_seconds, payload, request, state, run_id, asker)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
            $15, $16, $17, 'signed', $18, $19)
           returning *`,
          [
            payment.id,
            payment.intentId,
            payment.stepId,
            payment.agentId,
            payment.requestId,
            payment.requestUnixSeconds,
            payment.chainId,
            toBytes(payment.token.address),
            payment.token.symbol,
            payment.token.decimals,
            payment.units.toString(),
            toBytes(payment.payer),
            toBytes(payment.payTo),
            toBytes(payment.nonce),
            payment.validBeforeUnixSeconds,
            JSON.stringify(payment.payload),
            JSON.stringify(payment.request),
            runId,
            toBytes(payment.asker),
          ],
        )
        const [row] = inserted
        if (row === undefined)
          throw new RangeError('an inserted row comes back')
        return { type: 'reserved', payment: toPayment(row) }
      }),
    keepAnswer: async ({ id, answer }) => {
      await pool.query(
        'update agent_payment set answer = $2 where id = $1 and answer is null',
        [id, JSON.stringify(answer)],
      )
    },
    settle: async ({ id, state, transaction }) => {
      await pool.query(
        `update agent_payment set state = $2,
          transaction = coalesce(transaction, $3)
         where id = $1 and state <> 'settled'`,
        [id, state, transaction === undefined ? null : toBytes(transaction)],
      )
    },
    find: (requestId) => findOne(pool, 'request_id = $1', [requestId]),
    adopt: async ({ intentId, stepId, agentId, sinceUnixSeconds }) => {
      const { rows } = await pool.query<PaymentRow>(
        `update agent_payment set run_id = $5 where id = (
          select id from agent_payment
          where intent_id = $1 and step_id = $2 and agent_id = $3
            and request_unix_seconds >= $4 and run_id <> $5
            and state <> 'unspent'
          order by position desc limit 1)
         returning *`,
        [intentId, stepId, agentId, sinceUnixSeconds, runId],
      )
      return rows[0] ? toPayment(rows[0]) : null
    },
    listOfIntent: (intentId) => list(pool, 'intent_id = $1', [intentId]),
    listOverdue: (nowUnixSeconds) =>
      list(pool, `state = 'signed' and valid_before_unix_seconds <= $1`, [
        nowUnixSeconds,
      ]),
    readSpentToday: async () => {
      const { rows } = await pool.query<{ units: string }>(
        `select coalesce(sum(units), 0)::text as units from agent_payment
         where ${counts} and ${today}`,
      )
      return BigInt(rows[0]?.units ?? 0)
    },
  }
}

type PaymentRow = {
  readonly id: string
  readonly intent_id: string
  readonly step_id: string
  readonly agent_id: string
  readonly request_id: string
  readonly request_unix_seconds: string
  readonly chain_id: string
  readonly token_address: Buffer
  readonly token_symbol: string
  readonly token_decimals: number
  readonly units: string
  readonly payer: Buffer
  readonly asker: Buffer | null
  readonly pay_to: Buffer
  readonly nonce: Buffer
  readonly valid_before_unix_seconds: string
  readonly payload: string
  readonly request: string
  readonly answer: string | null
  readonly state: KeptPayment['state']
  readonly transaction: Buffer | null
}

async function list(
  pool: Queryable,
  where: string,
  values: readonly unknown[],
): Promise<readonly KeptPayment[]> {
  const { rows } = await pool.query<PaymentRow>(
    `select * from agent_payment where ${where} order by position limit 1000`,
    [...values],
  )
  return rows.map(toPayment)
}

async function findOne(
  pool: Queryable,
  where: string,
  values: readonly unknown[],
): Promise<KeptPayment | null> {
  return (await list(pool, where, values))[0] ?? null
}

function toPayment(row: PaymentRow): KeptPayment {
  return {
    id: row.id,
    intentId: row.intent_id,
    // Before askers were written down there was one: whoever is paid for.
    asker: toHex(row.asker ?? row.payer),
    stepId: row.step_id,
    agentId: row.agent_id,
    requestId: row.request_id,
    requestUnixSeconds: Number(row.request_unix_seconds),
    chainId: Number(row.chain_id),
    token: {
      address: toHex(row.token_address),
      symbol: row.token_symbol,
      decimals: row.token_decimals,
    },
    units: BigInt(row.units),
    payer: toHex(row.payer),
    payTo: toHex(row.pay_to),
    nonce: toHex(row.nonce),
    validBeforeUnixSeconds: Number(row.valid_before_unix_seconds),
    payload: JSON.parse(row.payload) as WirePaymentPayload,
    request: JSON.parse(row.request) as JsonValue,
    state: row.state,
    ...(row.answer === null
      ? {}
      : { answer: JSON.parse(row.answer) as JsonValue }),
    ...(row.transaction === null
      ? {}
      : { transaction: toHex(row.transaction) }),
  }
}
