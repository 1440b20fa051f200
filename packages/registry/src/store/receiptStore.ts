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
  /** Time of the last block that it tells of; `null` until the chain confirms one. */
  readonly minedAt: string | null
  readonly seq: number
}

type Row = {
  hash: string
  body: string
  signers: string[]
  verdict: ReceiptVerdict
  verdict_reason: string
  received_at: Date
  mined_at: Date | null
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
    minedAt: row.mined_at?.toISOString() ?? null,
    seq: Number(row.seq),
  }
}

const columns =
  'hash, body, signers, verdict, verdict_reason, received_at, mined_at, seq'

/**
 * Stores a receipt. One receipt an intent and step counts; a later one replaces
 * it where the first did not know the outcome and the same signer tells it now,
 * or where the first was a stranger's word and this one is not.
 *
 * @param options.isVouched - Whether signers make it more than a stranger's word.
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
    readonly isVouched: (receipt: {
      readonly account: string
      readonly signers: readonly string[]
    }) => boolean
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
  const isVouched = options.isVouched({ account, signers })
  for (const step of receipt.steps) {
    const told = await client.query<{
      verdict: string
      agent_id: string
      signers: string[]
    }>(
      `select s.verdict, s.agent_id, r.signers
       from registry.receipt_steps s
       join registry.receipts r on r.hash = s.receipt_hash
       where s.account = $1 and s.intent_id = $2 and s.step_id = $3
       for update of s`,
      [account, receipt.intentId, step.id],
    )
    const before = told.rows[0]
    if (before !== undefined) {
      const isTheEnd =
        before.verdict === 'UNKNOWN' &&
        before.agent_id === step.agent &&
        before.signers.some((by) => signers.includes(by))
      const isStrangers = !options.isVouched({
        account,
        signers: before.signers,
      })
      if (!isTheEnd && !(isVouched && isStrangers))
        throw new ReceiptRefusedError({
          reason: `another receipt tells of step ${step.id} of intent ${receipt.intentId} already`,
        })
    }
    const { rowCount } = await client.query(
      `insert into registry.receipt_steps
         (intent_id, account, step_id, receipt_hash, agent_id, verdict, agent_address)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (account, intent_id, step_id) do update
         set receipt_hash = excluded.receipt_hash,
           agent_id = excluded.agent_id, verdict = excluded.verdict,
           agent_address = excluded.agent_address
         where $8`,
      [
        receipt.intentId,
        account,
        step.id,
        hash,
        step.agent,
        step.verdict,
        step.agentAddress.toLowerCase(),
        before !== undefined,
      ],
    )
    // Somebody told it in the moment between.
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

/**
 * Claims receipts that the chain was not asked about, or did not answer for.
 * Each is asked about half as often as before, down to once in ten minutes, and
 * to once a day where it is of a chain that this registry does not see.
 */
export async function claimReceipts(
  database: Queryable,
  limit: number,
): Promise<ReceiptView[]> {
  const { rows } = await database.query<Row>(
    `update registry.receipts set checks = checks + 1,
       next_check_at = clock_timestamp() + least(interval '10 minutes',
         interval '2 seconds' * power(2, least(checks, 9)))
     where hash in (select hash from registry.receipts
       where verdict in ('pending', 'unreachable')
         and next_check_at <= clock_timestamp()
       order by next_check_at limit $1 for update skip locked)
     returning ${columns}`,
    [limit],
  )
  return rows.map(toView)
}

/** Writes what the chain said for good. */
export async function writeVerdict(
  database: Queryable,
  options: {
    readonly hash: string
    readonly verdict: 'confirmed' | 'contradicted'
    readonly reason: string
    /** Time of the last block; none where nothing had to be mined. */
    readonly minedAtUnixSeconds?: number | undefined
  },
): Promise<void> {
  await database.query(
    `update registry.receipts set verdict = $2, verdict_reason = $3,
       mined_at = to_timestamp($4::float8) where hash = $1`,
    [
      options.hash,
      options.verdict,
      options.reason.slice(0, 500),
      options.minedAtUnixSeconds ?? null,
    ],
  )
}

/**
 * Writes that the chain could not say yet.
 *
 * @returns How often a transaction of it was not found.
 */
export async function writeNoVerdict(
  database: Queryable,
  options: {
    readonly hash: string
    readonly why: 'not-mined' | 'no-answer' | 'other-chain'
    readonly reason: string
  },
): Promise<number> {
  const { rows } = await database.query<{ misses: number }>(
    `update registry.receipts set verdict = 'unreachable', verdict_reason = $2,
       misses = misses + $3::int,
       next_check_at = case when $4 then clock_timestamp() + interval '1 day'
         else next_check_at end
     where hash = $1 returning misses`,
    [
      options.hash,
      options.reason.slice(0, 500),
      options.why === 'not-mined' ? 1 : 0,
      options.why === 'other-chain',
    ],
  )
  return rows[0]?.misses ?? 0
}

/** Whether a key ever signed an agent's quotes. */
export async function hasAgentKey(
  database: Queryable,
  options: { readonly agentId: string; readonly key: string },
): Promise<boolean> {
  const { rowCount } = await database.query(
    `select 1 from registry.keys
     where agent_id = $1 and role = 'agent' and key = $2`,
    [options.agentId, options.key.toLowerCase()],
  )
  return rowCount !== 0
}

/** A confirmed step, with the receipt that it stands in. */
export type ConfirmedStep = {
  readonly receiptHash: string
  readonly agentId: string
  readonly account: string
  readonly stepId: string
  readonly signers: readonly string[]
  /** Its last block; where nothing was mined, when the registry got it. */
  readonly atUnixSeconds: number
  readonly seq: number
  readonly receipt: JsonValue
}

/** Reads the newest steps that count, of the last so many days. */
export async function readConfirmedSteps(
  database: Queryable,
  options: { readonly days: number; readonly limit: number },
): Promise<ConfirmedStep[]> {
  const { rows } = await database.query<{
    receipt_hash: string
    agent_id: string
    account: string
    step_id: string
    signers: string[]
    at: string
    seq: string
    body: string
  }>(
    `select s.receipt_hash, s.agent_id, s.account, s.step_id, r.signers, r.seq, r.body,
       floor(extract(epoch from coalesce(r.mined_at, r.received_at))) as at
     from registry.receipt_steps s
     join registry.receipts r on r.hash = s.receipt_hash
     -- Of a key that the agent never had: not this agent's work.
     join registry.keys k on k.agent_id = s.agent_id and k.role = 'agent'
       and k.key = s.agent_address
     where r.verdict = 'confirmed'
       and coalesce(r.mined_at, r.received_at)
         > clock_timestamp() - make_interval(days => $1::int)
     order by r.seq desc, s.step_id desc limit $2`,
    [options.days, options.limit],
  )
  return rows.map((row) => ({
    receiptHash: row.receipt_hash,
    agentId: row.agent_id,
    account: row.account,
    stepId: row.step_id,
    signers: row.signers,
    atUnixSeconds: Number(row.at),
    seq: Number(row.seq),
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
           or trust->>'formula' <> $5
           or (trust->>'receipts')::int <> $3::int
           or (trust->'pruned') <> $4::jsonb)`,
      [
        agentId,
        trust.bound,
        trust.receipts,
        JSON.stringify(trust.pruned),
        trust.formula,
      ],
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
