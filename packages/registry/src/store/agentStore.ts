// One file because it is one table's SQL: every statement that reads or writes
// an agent, its lease and its audit trail.
import type { TransferRequest } from '@behest/spec'
import type pg from 'pg'
import type { AgentRecord, MeasuredStatus, Trust } from './agentRecord.js'

/** Any connection on the registry's database. */
export type Queryable = Pick<pg.Pool, 'query'>

type Row = {
  id: string
  source: 'signed' | 'imported'
  owner: string | null
  agent: string | null
  name: string
  description: string
  version: string
  url: string
  endpoint: string
  contact: string | null
  reference: boolean
  card_hash: string
  capabilities: AgentRecord['capabilities']
  examples: string[]
  keywords: string
  sequence: string
  status: MeasuredStatus
  status_since: Date
  status_reason: string
  delisted: string[]
  trust: Trust | null
  published_at: Date
  updated_at: Date
  deleted: boolean
  seq: string
  lease_until: Date | null
  card_signed: boolean
  handle: string | null
  p95_latency_ms: number | null
}

const columns = `a.id, a.source, a.owner, a.agent, a.name, a.description,
  a.version, a.url, a.endpoint, a.contact, a.reference, a.card_hash,
  a.capabilities, a.examples, a.keywords, a.sequence, a.status,
  a.status_since, a.status_reason, a.delisted, a.trust, a.published_at,
  a.updated_at, a.deleted, a.seq, l.lease_until, a.card_signed, n.name as handle,
  a.p95_latency_ms`
const from = `registry.agents a
  left join registry.leases l on l.agent_id = a.id
  left join registry.names n on n.agent_id = a.id`

function toRecord(row: Row): AgentRecord {
  return {
    id: row.id,
    source: row.source,
    owner: row.owner,
    agent: row.agent,
    name: row.name,
    description: row.description,
    version: row.version,
    url: row.url,
    endpoint: row.endpoint,
    contact: row.contact,
    reference: row.reference,
    cardHash: row.card_hash,
    capabilities: row.capabilities,
    examples: row.examples,
    keywords: row.keywords,
    sequence: Number(row.sequence),
    status: row.status,
    statusSinceMs: row.status_since.getTime(),
    statusReason: row.status_reason,
    delisted: row.delisted,
    trust: row.trust,
    publishedAtMs: row.published_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
    deleted: row.deleted,
    seq: Number(row.seq),
    leaseUntilMs: row.lease_until?.getTime() ?? null,
    cardSigned: row.card_signed,
    handle: row.handle,
    p95LatencyMs: row.p95_latency_ms,
  }
}

/** Reads one agent, removed ones too. */
export async function readAgent(
  database: Queryable,
  agentId: string,
): Promise<AgentRecord | undefined> {
  const { rows } = await database.query<Row>(
    `select ${columns} from ${from} where a.id = $1`,
    [agentId],
  )
  return rows[0] === undefined ? undefined : toRecord(rows[0])
}

/** Reads the card of one agent as it was published. */
export async function readCard(
  database: Queryable,
  agentId: string,
): Promise<
  | {
      readonly card: string
      readonly message: unknown
      signature: string | null
    }
  | undefined
> {
  const { rows } = await database.query<{
    card_text: string
    message: unknown
    signature: string | null
  }>(
    'select card_text, message, signature from registry.agents where id = $1 and not deleted',
    [agentId],
  )
  const row = rows[0]
  return row === undefined
    ? undefined
    : { card: row.card_text, message: row.message, signature: row.signature }
}

/**
 * Reads what changed, in order: the feed that search indexes and mirrors follow.
 *
 * @param options.afterSeq - The last number that the reader has seen.
 * @param options.limit - Most agents.
 */
export async function readChanges(
  database: Queryable,
  options: { readonly afterSeq: number; readonly limit: number },
): Promise<AgentRecord[]> {
  const { rows } = await database.query<Row>(
    `select ${columns} from ${from} where a.seq > $1 order by a.seq limit $2`,
    [options.afterSeq, options.limit],
  )
  return rows.map(toRecord)
}

/** Reads agents by id, in any order, removed ones too. */
export async function readAgentRows(
  database: Queryable,
  agentIds: readonly string[],
): Promise<AgentRecord[]> {
  const { rows } = await database.query<Row>(
    `select ${columns} from ${from} where a.id = any($1)`,
    [agentIds],
  )
  return rows.map(toRecord)
}

/** Reads agents by id, in the order of the ids; removed ones are left out. */
export async function readAgents(
  database: Queryable,
  agentIds: readonly string[],
): Promise<AgentRecord[]> {
  const { rows } = await database.query<Row>(
    `select ${columns} from ${from} where a.id = any($1) and not a.deleted`,
    [agentIds],
  )
  const byId = new Map(rows.map((row) => [row.id, toRecord(row)]))
  return agentIds.flatMap((id) => byId.get(id) ?? [])
}

/**
 * Reads agents in the order of their ids, for registries of other kinds.
 *
 * @param options.search - Part of the name, any case.
 * @param options.updatedSinceMs - Changed at or after, Unix time in ms.
 */
export async function readByName(
  database: Queryable,
  options: {
    readonly afterId: string
    readonly limit: number
    readonly search?: string
    readonly updatedSinceMs?: number
    readonly type: 'present' | 'with-removed'
  },
): Promise<AgentRecord[]> {
  const { rows } = await database.query<Row>(
    `select ${columns} from ${from}
     where a.id > $1
       and ($3::text is null or position(lower($3) in lower(a.name)) > 0)
       and ($4::float8 is null or a.updated_at >= to_timestamp($4))
       and ($5 or not a.deleted)
       -- What has gone is not offered to others: a lease that ended is no agent,
       -- and who was not seen to be there is none to speak to.
       and ($5 or a.status in ('live', 'degraded', 'unverified'))
       and ($5 or l.lease_until is null or l.lease_until > clock_timestamp())
     order by a.id limit $2`,
    [
      options.afterId,
      options.limit,
      options.search ?? null,
      options.updatedSinceMs === undefined
        ? null
        : options.updatedSinceMs / 1000,
      options.type === 'with-removed',
    ],
  )
  return rows.map(toRecord)
}

/** Reads the versions of an agent's card, newest first. */
export async function readVersions(
  database: Queryable,
  agentId: string,
): Promise<
  {
    readonly sequence: number
    readonly cardHash: string
    readonly card: string
    /** Who published it; unknown of the oldest ones. */
    readonly by: string | null
    readonly at: string
  }[]
> {
  const { rows } = await database.query<{
    sequence: string
    card_hash: string
    card_text: string
    by: string | null
    at: Date
  }>(
    `select sequence, card_hash, card_text, by, at from registry.versions
     where agent_id = $1 order by sequence desc limit 100`,
    [agentId],
  )
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    cardHash: row.card_hash,
    card: row.card_text,
    by: row.by,
    at: row.at.toISOString(),
  }))
}

/** A key that an agent has or had. */
export type AgentKey = {
  readonly key: string
  readonly role: 'owner' | 'agent'
  readonly since: string
}

/** Reads every key that owned an agent or signed its quotes, oldest first. */
export async function readKeys(
  database: Queryable,
  agentId: string,
): Promise<AgentKey[]> {
  const { rows } = await database.query<{
    key: string
    role: AgentKey['role']
    since: Date
  }>(
    `select key, role, since from registry.keys
     where agent_id = $1 order by since, role, key limit 1000`,
    [agentId],
  )
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }))
}

/** A renewed lease. */
export type LeaseChange = {
  readonly agentId: string
  readonly leaseUntilMs: number
  readonly seq: number
}

/** Reads the leases that were renewed after a number, in order. */
export async function readLeaseChanges(
  database: Queryable,
  options: { readonly afterSeq: number; readonly limit: number },
): Promise<LeaseChange[]> {
  const { rows } = await database.query<{
    agent_id: string
    lease_until: Date
    seq: string
  }>(
    `select agent_id, lease_until, seq from registry.leases
     where seq > $1 order by seq limit $2`,
    [options.afterSeq, options.limit],
  )
  return rows.map((row) => ({
    agentId: row.agent_id,
    leaseUntilMs: row.lease_until.getTime(),
    seq: Number(row.seq),
  }))
}

/** What a published or imported agent is stored as. */
export type AgentWrite = {
  readonly id: string
  readonly source: 'signed' | 'imported'
  readonly owner: string | null
  readonly agent: string | null
  readonly name: string
  readonly nameSkeleton: string
  readonly description: string
  readonly version: string
  readonly url: string
  readonly endpoint: string
  readonly contact: string | null
  readonly reference: boolean
  readonly cardText: string
  readonly cardHash: string
  readonly cardSigned: boolean
  readonly capabilities: AgentRecord['capabilities']
  readonly examples: readonly string[]
  readonly keywords: string
  readonly sequence: number
  readonly signature: string | null
  readonly message: unknown
}

/** What became of a write. */
export type WriteOutcome =
  | {
      readonly type: 'written'
      readonly created: boolean
      readonly seq: number
    }
  /** The very same message was stored before. */
  | { readonly type: 'unchanged'; readonly seq: number }
  | { readonly type: 'stale'; readonly storedSequence: number }

/**
 * Writes a published agent, its lease and its traces. The row is only replaced
 * by a higher sequence, also when two writers race. All of it is one statement:
 * the clock is locked for as long as one commit takes, and no round trip longer.
 *
 * @param write - The agent.
 * @param options.leaseSeconds - How long the lease runs from now.
 */
export async function writePublished(
  database: Queryable,
  write: AgentWrite,
  options: { readonly leaseSeconds: number },
): Promise<WriteOutcome> {
  const { rows } = await database.query<{
    seq: string
    created: boolean
  }>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq),
     w as (insert into registry.agents as a (id, source, owner, agent, name,
       name_skeleton, description, version, url, endpoint, contact, reference,
       card_text, card_hash, capabilities, examples, keywords, sequence,
       signature, message, card_signed, status, status_reason, seq)
     select $1, $2, $3::text, $4::text, $5, $6, $7, $8, $9, $10, $11, $12, $13::text,
       $14::text, $15, $16, $17, $18::bigint, $19, $20, $22::boolean, 'unverified', 'waits for its first probe', t.seq from t
     on conflict (id) do update set
       owner = excluded.owner, agent = excluded.agent, name = excluded.name,
       name_skeleton = excluded.name_skeleton,
       description = excluded.description, version = excluded.version,
       url = excluded.url, endpoint = excluded.endpoint,
       contact = excluded.contact, reference = excluded.reference,
       card_text = excluded.card_text, card_hash = excluded.card_hash,
       capabilities = excluded.capabilities, examples = excluded.examples,
       keywords = excluded.keywords, sequence = excluded.sequence,
       signature = excluded.signature, message = excluded.message,
       source = excluded.source, card_signed = excluded.card_signed, deleted = false,
       -- Who publishes here is at home here; a mirror writes its origin afterwards.
       mirrored_from = null,
       updated_at = clock_timestamp(), seq = excluded.seq,
       -- A new card or address was not measured yet; an operator's word stays.
       status = case when a.status = 'suspended' then a.status
         when a.deleted or a.card_hash <> excluded.card_hash
           or a.endpoint <> excluded.endpoint then 'unverified' else a.status end,
       status_reason = case when a.status = 'suspended' then a.status_reason
         when a.deleted or a.card_hash <> excluded.card_hash
           or a.endpoint <> excluded.endpoint then 'was updated, waits for a probe'
         else a.status_reason end,
       status_since = case when a.status <> 'suspended' and (a.deleted
           or a.card_hash <> excluded.card_hash
           or a.endpoint <> excluded.endpoint) then clock_timestamp()
         else a.status_since end
     -- What is not listed stays so until it quotes: delisted is left as it is.
     -- Not for an owner who handed it over in the meantime.
     where a.sequence < excluded.sequence
       and (a.source = 'imported' or a.owner = excluded.owner)
       returning a.id, a.seq, (a.xmax = 0) as created),
     l as (update registry.clock set seq = seq + 1
       where feed = 'leases' and exists (select 1 from w) returning seq),
     versioned as (insert into registry.versions (agent_id, sequence, card_hash, card_text, by)
       select w.id, $18::bigint, $14, $13, $3 from w on conflict do nothing),
     leased as (insert into registry.leases (agent_id, lease_seconds, lease_until, seq)
       select w.id, $21::int, clock_timestamp() + make_interval(secs => $21::int), l.seq from w, l
       on conflict (agent_id) do update set lease_seconds = excluded.lease_seconds,
         lease_until = excluded.lease_until, renewed_at = clock_timestamp(),
         seq = excluded.seq),
     keyed as (insert into registry.keys (agent_id, key, role)
       select w.id, k.key, k.role from w,
         (values ($3::text, 'owner'), ($4::text, 'agent')) as k (key, role)
       where k.key is not null on conflict do nothing),
     visited as (insert into registry.health (agent_id, next_probe_at)
       select w.id, clock_timestamp() from w
       on conflict (agent_id) do update
       set next_probe_at = clock_timestamp(), claimed_until = '-infinity'),
     audited as (insert into registry.audit (kind, agent_id, by, seq, detail)
       select case when w.created then 'publish' else 'update' end, w.id,
         coalesce($3, 'operator'), w.seq, $14 from w)
     select seq, created from w`,
    [
      write.id,
      write.source,
      write.owner,
      write.agent,
      write.name,
      write.nameSkeleton,
      write.description,
      write.version,
      write.url,
      write.endpoint,
      write.contact,
      write.reference,
      write.cardText,
      write.cardHash,
      JSON.stringify(write.capabilities),
      JSON.stringify(write.examples),
      write.keywords,
      write.sequence,
      write.signature,
      JSON.stringify(write.message),
      options.leaseSeconds,
      write.cardSigned,
    ],
  )
  const row = rows[0]
  if (row === undefined) return readWhyUnwritten(database, write)
  return { type: 'written', created: row.created, seq: Number(row.seq) }
}

async function readWhyUnwritten(
  client: Queryable,
  write: AgentWrite,
): Promise<WriteOutcome> {
  const { rows } = await client.query<{
    sequence: string
    seq: string
    same: boolean
  }>(
    `select sequence, seq, (sequence = $2 and card_hash = $3 and not deleted
       and message = $4::jsonb) as same
     from registry.agents where id = $1`,
    [write.id, write.sequence, write.cardHash, JSON.stringify(write.message)],
  )
  const stored = rows[0]
  if (stored?.same) return { type: 'unchanged', seq: Number(stored.seq) }
  return { type: 'stale', storedSequence: Number(stored?.sequence ?? 0) }
}

/** What became of a heartbeat. */
export type HeartbeatOutcome =
  | { readonly type: 'renewed'; readonly leaseUntilMs: number; seq: number }
  | { readonly type: 'stale'; readonly storedCounter: number }
  | { readonly type: 'absent' }

/** Renews a lease for as long as it was granted, once per counter. */
export async function writeHeartbeat(
  database: Queryable,
  options: { readonly agentId: string; readonly counter: number },
): Promise<HeartbeatOutcome> {
  const { rows } = await database.query<{ lease_until: Date; seq: string }>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'leases' returning seq)
     update registry.leases l set counter = $2,
       lease_until = clock_timestamp() + make_interval(secs => l.lease_seconds::float8),
       renewed_at = clock_timestamp(), seq = t.seq
     from t where l.agent_id = $1 and l.counter < $2
     returning l.lease_until, l.seq`,
    [options.agentId, options.counter],
  )
  const row = rows[0]
  if (row !== undefined)
    return {
      type: 'renewed',
      leaseUntilMs: row.lease_until.getTime(),
      seq: Number(row.seq),
    }
  const stored = await database.query<{ counter: string }>(
    'select counter from registry.leases where agent_id = $1',
    [options.agentId],
  )
  const counter = stored.rows[0]?.counter
  return counter === undefined
    ? { type: 'absent' }
    : { type: 'stale', storedCounter: Number(counter) }
}

/** Takes an agent off, leaving a tombstone that keeps its sequence. */
export async function writeRemoval(
  client: pg.ClientBase,
  options: {
    readonly agentId: string
    readonly sequence: number
    readonly by: string
  },
): Promise<WriteOutcome> {
  const { rows } = await client.query<{ seq: string }>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
     update registry.agents a set deleted = true, sequence = $2,
       updated_at = clock_timestamp(), seq = t.seq
     from t where a.id = $1 and a.sequence < $2 and not a.deleted
     returning a.seq`,
    [options.agentId, options.sequence],
  )
  const row = rows[0]
  if (row === undefined) {
    const { rows: stored } = await client.query<{
      sequence: string
      seq: string
      deleted: boolean
    }>('select sequence, seq, deleted from registry.agents where id = $1', [
      options.agentId,
    ])
    const sequence = Number(stored[0]?.sequence ?? 0)
    return stored[0]?.deleted === true && sequence === options.sequence
      ? { type: 'unchanged', seq: Number(stored[0].seq) }
      : { type: 'stale', storedSequence: sequence }
  }
  await client.query('delete from registry.vectors where agent_id = $1', [
    options.agentId,
  ])
  await writeAudit(client, {
    kind: 'remove',
    agentId: options.agentId,
    by: options.by,
    seq: Number(row.seq),
    detail: '',
  })
  return { type: 'written', created: false, seq: Number(row.seq) }
}

/**
 * Hands an agent over. Its id, versions and receipts stay; the key that owned it
 * is remembered as one of its own.
 */
export async function writeTransfer(
  database: Queryable,
  options: {
    readonly agentId: string
    readonly owner: string
    readonly newOwner: string
    readonly sequence: number
    /** As both signed it: others check it by themselves. */
    readonly request: TransferRequest
  },
): Promise<WriteOutcome> {
  const { rows } = await database.query<{ seq: string }>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq),
     w as (update registry.agents a set owner = $3, sequence = $4,
         updated_at = clock_timestamp(), seq = t.seq
       from t where a.id = $1 and a.owner = $2 and a.sequence < $4
         and not a.deleted and a.source = 'signed'
       returning a.id, a.seq),
     keyed as (insert into registry.keys (agent_id, key, role)
       select w.id, k.key, 'owner' from w, (values ($2::text), ($3::text)) as k (key)
       on conflict do nothing),
     told as (insert into registry.transfers (agent_id, sequence, owner, message, signature, new_owner_signature)
       select w.id, $4, $2, $5, $6, $7 from w on conflict do nothing),
     audited as (insert into registry.audit (kind, agent_id, by, seq, detail)
       select 'transfer', w.id, $2, w.seq, $3 from w)
     select seq from w`,
    [
      options.agentId,
      options.owner,
      options.newOwner,
      options.sequence,
      JSON.stringify(options.request.message),
      options.request.signature,
      options.request.newOwnerSignature,
    ],
  )
  const seq = rows[0]?.seq
  if (seq !== undefined)
    return { type: 'written', created: false, seq: Number(seq) }
  const { rows: stored } = await database.query<{
    sequence: string
    seq: string
    owner: string
  }>('select sequence, seq, owner from registry.agents where id = $1', [
    options.agentId,
  ])
  const sequence = Number(stored[0]?.sequence ?? 0)
  // Handed in twice: it is done.
  return stored[0]?.owner === options.newOwner && sequence === options.sequence
    ? { type: 'unchanged', seq: Number(stored[0].seq) }
    : { type: 'stale', storedSequence: sequence }
}

/** That an agent was handed over, as both owners signed it. */
export type TransferRecord = TransferRequest & {
  /** Who gave it away. */
  readonly owner: string
  readonly at: string
}

/** Reads how an agent came to its owner, oldest first. */
export async function readTransfers(
  database: Queryable,
  agentId: string,
): Promise<TransferRecord[]> {
  const { rows } = await database.query<{
    owner: string
    message: TransferRequest['message']
    signature: TransferRequest['signature']
    new_owner_signature: TransferRequest['newOwnerSignature']
    at: Date
  }>(
    `select owner, message, signature, new_owner_signature, at
     from registry.transfers where agent_id = $1 order by sequence limit 1000`,
    [agentId],
  )
  return rows.map((row) => ({
    owner: row.owner,
    message: row.message,
    signature: row.signature,
    newOwnerSignature: row.new_owner_signature,
    at: row.at.toISOString(),
  }))
}

/** What an agent is now believed to be. */
export type StatusWrite = {
  readonly agentId: string
  readonly status: MeasuredStatus
  readonly reason: string
  readonly delisted?: readonly string[]
  /** Of the card that was measured: what came later was not. */
  readonly sequence?: number
}

/**
 * Writes what was measured. Only a change takes a number of the feed.
 *
 * @returns The change's number, or `undefined` when nothing changed.
 */
export async function writeStatus(
  database: Queryable,
  write: StatusWrite,
): Promise<number | undefined> {
  const delisted = write.delisted === undefined ? null : [...write.delisted]
  const sequence = write.sequence ?? null
  const changes = `id = $1 and not deleted and status <> 'suspended'
    and (status <> $2 or delisted <> coalesce($3::text[], delisted))
    and sequence = coalesce($4::bigint, sequence)`
  const due = await database.query(
    `select 1 from registry.agents where ${changes}`,
    [write.agentId, write.status, delisted, sequence],
  )
  // The clock is locked before the row, here as everywhere: another order would
  // deadlock with a publish.
  const { rows } =
    due.rowCount === 0
      ? { rows: [] }
      : await database.query<{ seq: string }>(
          `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
           update registry.agents set
             status_since = case when status <> $2 then clock_timestamp() else status_since end,
             status = $2, status_reason = $5,
             delisted = coalesce($3::text[], delisted), seq = t.seq
           from t where ${changes} returning registry.agents.seq`,
          [write.agentId, write.status, delisted, sequence, write.reason],
        )
  if (rows[0] !== undefined) return Number(rows[0].seq)
  await database.query(
    `update registry.agents set status_reason = $3
     where id = $1 and status = $2 and status_reason <> $3`,
    [write.agentId, write.status, write.reason],
  )
  return undefined
}

/**
 * Suspends an agent, or lifts a suspension. A decision of the operator, or of
 * the chain that contradicts the agent's receipts.
 */
export async function writeSuspension(
  client: pg.ClientBase,
  options: {
    readonly agentId: string
    readonly type: 'suspend' | 'lift'
    readonly reason: string
    readonly by: string
  },
): Promise<number | undefined> {
  const { rows } = await client.query<{ seq: string }>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
     update registry.agents a set status = $2, status_reason = $3,
       status_since = clock_timestamp(), seq = t.seq
     from t where a.id = $1 and not a.deleted and a.status ${options.type === 'suspend' ? '<>' : '='} 'suspended'
     returning a.seq`,
    [
      options.agentId,
      options.type === 'suspend' ? 'suspended' : 'unverified',
      options.reason,
    ],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  await writeAudit(client, {
    kind: options.type,
    agentId: options.agentId,
    by: options.by,
    seq: Number(row.seq),
    detail: options.reason,
  })
  return Number(row.seq)
}

/** Writes one line of the audit trail. */
export async function writeAudit(
  database: Queryable,
  entry: {
    readonly kind: string
    readonly agentId: string
    readonly by: string
    readonly seq: number
    readonly detail: string
  },
): Promise<void> {
  await database.query(
    `insert into registry.audit (kind, agent_id, by, seq, detail)
     values ($1, $2, $3, $4, $5)`,
    [entry.kind, entry.agentId, entry.by, entry.seq, entry.detail],
  )
}

/** Where every feed stands, and the database's clock. */
export async function readClock(database: Queryable): Promise<{
  readonly agentsSeq: number
  readonly leasesSeq: number
  readonly vectorsSeq: number
  readonly receiptsSeq: number
  readonly nowMs: number
}> {
  const { rows } = await database.query<{
    feed: string
    seq: string
    now: number
  }>(
    `select feed, seq, extract(epoch from clock_timestamp())::float8 * 1000 as now
     from registry.clock`,
  )
  const seqOf = (feed: string) =>
    Number(rows.find((row) => row.feed === feed)?.seq ?? 0)
  return {
    agentsSeq: seqOf('agents'),
    leasesSeq: seqOf('leases'),
    vectorsSeq: seqOf('vectors'),
    receiptsSeq: seqOf('receipts'),
    nowMs: rows[0]?.now ?? 0,
  }
}

/** Runs a piece of work in one transaction. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}
