import type { JsonValue, Receipt } from '@behest/spec'
import type pg from 'pg'
import { ReceiptRefusedError } from '../errors/registryErrors.js'
import type { Trust } from './agentRecord.js'
import type { Queryable } from './agentStore.js'

/** What the chain says about a receipt. */
export type ReceiptVerdict =
  | 'pending'
  | 'confirmed'
  | 'contradicted'
  | 'unreachable'

/** A stored receipt as it is shown. */
export type ReceiptView = {
  readonly hash: string
  readonly receipt: JsonValue
  readonly signers: readonly string[]
  readonly verdict: ReceiptVerdict
  readonly verdictReason: string
  readonly receivedAt: string
  readonly seq: number
}

type Row = {
  hash: string
  body: string
  signers: string[]
  verdict: ReceiptVerdict
  verdict_reason: string
  received_at: Date
  seq: string
}

function toView(row: Row): ReceiptView {
  return {
    hash: row.hash,
    receipt: JSON.parse(row.body) as JsonValue,
    signers: row.signers,
    verdict: row.verdict,
    verdictReason: row.verdict_reason,
    receivedAt: row.received_at.toISOString(),
    seq: Number(row.seq),
  }
}

const columns = 'hash, body, signers, verdict, verdict_reason, received_at, seq'

/**
 * Stores a receipt. One receipt an intent and step counts; a later one replaces
 * it only where the first did not know the outcome.
 *
 * @returns Whether it was new.
 * @throws {ReceiptRefusedError} when another receipt tells of the same step.
 */
export async function writeReceipt(
  client: pg.ClientBase,
  options: {
    readonly hash: string
    readonly receipt: Receipt
    readonly body: string
    readonly signers: readonly string[]
  },
): Promise<{ readonly isNew: boolean; readonly view: ReceiptView }> {
  const { hash, receipt, body, signers } = options
  const account = receipt.account.toLowerCase()
  const known = await client.query<Row>(
    `select ${columns} from registry.receipts where hash = $1`,
    [hash],
  )
  if (known.rows[0] !== undefined)
    return { isNew: false, view: toView(known.rows[0]) }
  const { rows } = await client.query<Row>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'receipts' returning seq)
     insert into registry.receipts (hash, intent_id, chain_id, account, signers, agents, body, finished_at, seq)
     select $1, $2, $3, $4, $5, $6, $7, $8, t.seq from t
     returning ${columns}`,
    [
      hash,
      receipt.intentId,
      receipt.chainId,
      account,
      signers,
      [
        ...new Set(
          [...receipt.steps, ...(receipt.payments ?? [])].map(
            ({ agent }) => agent,
          ),
        ),
      ],
      body,
      receipt.finishedAt,
    ],
  )
  for (const step of receipt.steps) {
    const { rowCount } = await client.query(
      `insert into registry.receipt_steps as s
         (intent_id, account, step_id, receipt_hash, agent_id, verdict, agent_address)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (account, intent_id, step_id) do update
         set receipt_hash = excluded.receipt_hash,
           agent_id = excluded.agent_id, verdict = excluded.verdict,
           agent_address = excluded.agent_address
         where s.verdict = 'UNKNOWN' and s.agent_id = excluded.agent_id
           and exists (select 1 from registry.receipts r
             where r.hash = s.receipt_hash and r.signers && $8)`,
      [
        receipt.intentId,
        account,
        step.id,
        hash,
        step.agent,
        step.verdict,
        step.agentAddress.toLowerCase(),
        signers,
      ],
    )
    if (rowCount === 0)
      throw new ReceiptRefusedError({
        reason: `another receipt tells of step ${step.id} of intent ${receipt.intentId} already`,
      })
  }
  return { isNew: true, view: toView(rows[0] as Row) }
}

/** Reads receipts in the order in which they came, of one agent or of all. */
export async function readReceipts(
  database: Queryable,
  options: {
    readonly agentId?: string
    readonly afterSeq: number
    readonly limit: number
  },
): Promise<ReceiptView[]> {
  const { rows } = await database.query<Row>(
    options.agentId === undefined
      ? `select ${columns} from registry.receipts where seq > $1 order by seq limit $2`
      : `select ${columns} from registry.receipts
         where seq > $1 and agents @> array[$3] order by seq limit $2`,
    options.agentId === undefined
      ? [options.afterSeq, options.limit]
      : [options.afterSeq, options.limit, options.agentId],
  )
  return rows.map(toView)
}

/** Claims receipts that the chain was not asked about, or did not answer for. */
export async function claimReceipts(
  database: Queryable,
  limit: number,
): Promise<(ReceiptView & { readonly checks: number })[]> {
  const { rows } = await database.query<Row & { checks: number }>(
    `update registry.receipts set checks = checks + 1,
       next_check_at = clock_timestamp() + least(interval '10 minutes',
         interval '2 seconds' * power(2, least(checks, 9)))
     where hash in (select hash from registry.receipts
       where verdict in ('pending', 'unreachable')
         and next_check_at <= clock_timestamp()
       order by next_check_at limit $1 for update skip locked)
     returning ${columns}, checks`,
    [limit],
  )
  return rows.map((row) => ({ ...toView(row), checks: row.checks }))
}

/** Writes what the chain said. */
export async function writeVerdict(
  database: Queryable,
  options: {
    readonly hash: string
    readonly verdict: ReceiptVerdict
    readonly reason: string
  },
): Promise<void> {
  await database.query(
    'update registry.receipts set verdict = $2, verdict_reason = $3 where hash = $1',
    [options.hash, options.verdict, options.reason.slice(0, 500)],
  )
}

/** A confirmed step, with the receipt that it stands in. */
export type ConfirmedStep = {
  readonly receiptHash: string
  readonly agentId: string
  readonly account: string
  readonly stepId: string
  readonly signers: readonly string[]
  readonly receipt: JsonValue
}

/** Reads every step that counts, of the last so many days. */
export async function readConfirmedSteps(
  database: Queryable,
  days: number,
): Promise<ConfirmedStep[]> {
  const { rows } = await database.query<{
    receipt_hash: string
    agent_id: string
    account: string
    step_id: string
    signers: string[]
    body: string
  }>(
    `select s.receipt_hash, s.agent_id, s.account, s.step_id, r.signers, r.body
     from registry.receipt_steps s
     join registry.receipts r on r.hash = s.receipt_hash
     -- Of a key that the agent never had: not this agent's work.
     join registry.keys k on k.agent_id = s.agent_id and k.role = 'agent'
       and k.key = s.agent_address
     where r.verdict = 'confirmed'
       and r.finished_at > clock_timestamp() - make_interval(days => $1::int)
     order by r.seq limit 200000`,
    [days],
  )
  return rows.map((row) => ({
    receiptHash: row.receipt_hash,
    agentId: row.agent_id,
    account: row.account,
    stepId: row.step_id,
    signers: row.signers,
    receipt: JSON.parse(row.body) as JsonValue,
  }))
}

/** Reads every key that ever owned or operated each agent with receipts. */
export async function readControllers(
  database: Queryable,
): Promise<Map<string, string[]>> {
  const { rows } = await database.query<{ id: string; keys: string[] }>(
    `select agent_id as id, array_agg(distinct key order by key) as keys
     from registry.keys
     where agent_id in (select distinct agent_id from registry.receipt_steps)
     group by agent_id`,
  )
  return new Map(rows.map(({ id, keys }) => [id, keys]))
}

/** Writes trust where it changed; each change takes a number of the feed. */
export async function writeTrust(
  database: Queryable,
  entries: ReadonlyMap<string, Trust>,
): Promise<number> {
  let written = 0
  for (const [agentId, trust] of entries) {
    const changed = await database.query(
      `select 1 from registry.agents where id = $1 and not deleted
         and (trust is null or abs((trust->>'bound')::float8 - $2::float8) > 0.0005
           or (trust->>'receipts')::int <> $3::int
           or (trust->'pruned') <> $4::jsonb)`,
      [agentId, trust.bound, trust.receipts, JSON.stringify(trust.pruned)],
    )
    if (changed.rowCount === 0) continue
    await database.query(
      `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
       update registry.agents set trust = $2::jsonb, seq = t.seq
       from t where id = $1`,
      [agentId, JSON.stringify(trust)],
    )
    written += 1
  }
  return written
}
