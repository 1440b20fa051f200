import type { TransferRequest } from '@behest/spec'
import type { Queryable } from './agentStore.js'

/** How far a mirror has read another registry. */
export type MirrorState = {
  readonly agentsSeq: number
  readonly leasesSeq: number
  readonly receiptsSeq: number
}

/** Reads how far another registry was mirrored; nothing yet is zero. */
export async function readMirror(
  database: Queryable,
  origin: string,
): Promise<MirrorState> {
  const { rows } = await database.query<{
    agents_seq: string
    leases_seq: string
    receipts_seq: string
  }>(
    'select agents_seq, leases_seq, receipts_seq from registry.mirrors where origin = $1',
    [origin],
  )
  return {
    agentsSeq: Number(rows[0]?.agents_seq ?? 0),
    leasesSeq: Number(rows[0]?.leases_seq ?? 0),
    receiptsSeq: Number(rows[0]?.receipts_seq ?? 0),
  }
}

/** Writes how far another registry was mirrored; it never goes back. */
export async function writeMirror(
  database: Queryable,
  origin: string,
  state: MirrorState,
): Promise<void> {
  await database.query(
    `insert into registry.mirrors as m (origin, agents_seq, leases_seq, receipts_seq)
     values ($1, $2, $3, $4)
     on conflict (origin) do update set
       agents_seq = greatest(m.agents_seq, excluded.agents_seq),
       leases_seq = greatest(m.leases_seq, excluded.leases_seq),
       receipts_seq = greatest(m.receipts_seq, excluded.receipts_seq),
       read_at = clock_timestamp()`,
    [origin, state.agentsSeq, state.leasesSeq, state.receiptsSeq],
  )
}

/** Remembers from where an agent came: only there it may be removed again. */
export async function writeMirrorOrigin(
  database: Queryable,
  options: { readonly agentId: string; readonly origin: string },
): Promise<void> {
  await database.query(
    'update registry.agents set mirrored_from = $2 where id = $1',
    [options.agentId, options.origin],
  )
}

/** Reads from where an agent came: `null` for one that is at home here. */
export async function readMirrorOrigin(
  database: Queryable,
  agentId: string,
): Promise<{ readonly origin: string | null } | undefined> {
  const { rows } = await database.query<{ mirrored_from: string | null }>(
    'select mirrored_from from registry.agents where id = $1',
    [agentId],
  )
  return rows[0] === undefined ? undefined : { origin: rows[0].mirrored_from }
}

/** Keeps hand-overs from before an agent was known here, and the keys of then. */
export async function writeTransferHistory(
  database: Queryable,
  options: {
    readonly agentId: string
    readonly transfers: readonly (TransferRequest & {
      readonly owner: string
    })[]
  },
): Promise<void> {
  const { agentId, transfers } = options
  if (transfers.length === 0) return
  await database.query(
    `with h as (select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
       as h (sequence, owner, message, signature, new_owner_signature)),
     keyed as (insert into registry.keys (agent_id, key, role)
       select $1, h.owner, 'owner' from h on conflict do nothing)
     insert into registry.transfers (agent_id, sequence, owner, message, signature, new_owner_signature)
     select $1, h.sequence, h.owner, h.message::jsonb, h.signature, h.new_owner_signature
     from h on conflict do nothing`,
    [
      agentId,
      transfers.map(({ message }) => message.sequence),
      transfers.map(({ owner }) => owner.toLowerCase()),
      transfers.map(({ message }) => JSON.stringify(message)),
      transfers.map(({ signature }) => signature),
      transfers.map(({ newOwnerSignature }) => newOwnerSignature),
    ],
  )
}

/** Takes off an agent that its registry no longer has. */
export async function writeMirroredRemoval(
  database: Queryable,
  options: { readonly agentId: string; readonly origin: string },
): Promise<boolean> {
  const { rowCount } = await database.query(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
     update registry.agents a set deleted = true, seq = t.seq,
       updated_at = clock_timestamp()
     from t where a.id = $1 and a.mirrored_from = $2 and not a.deleted`,
    [options.agentId, options.origin],
  )
  return rowCount === 1
}

/** Writes leases that were renewed at the registry where the agents came from. */
export async function writeMirroredLeases(
  database: Queryable,
  options: {
    readonly origin: string
    readonly leases: readonly {
      readonly agentId: string
      readonly leaseUntil: string
    }[]
    readonly mostSeconds: number
  },
): Promise<number> {
  const { leases } = options
  if (leases.length === 0) return 0
  const { rowCount } = await database.query(
    `with t as (update registry.clock set seq = seq + $4 where feed = 'leases' returning seq),
     e as (select e.id, e.until, t.seq - $4 + e.place as seq
       from t, unnest($1::text[], $2::timestamptz[]) with ordinality as e (id, until, place))
     update registry.leases l set seq = e.seq, renewed_at = clock_timestamp(),
       lease_until = least(e.until, clock_timestamp() + make_interval(secs => $5::int))
     from e, registry.agents a
     where l.agent_id = e.id and a.id = e.id and a.mirrored_from = $3
       and l.lease_until < e.until`,
    [
      leases.map(({ agentId }) => agentId),
      leases.map(({ leaseUntil }) => leaseUntil),
      options.origin,
      leases.length,
      options.mostSeconds,
    ],
  )
  return rowCount ?? 0
}
