import type { NameView } from '../publish/claimName.js'
import type { Queryable } from './agentStore.js'

type Row = {
  name: string
  agent_id: string
  owner: string
  origin: string
  claimed_at: Date
  proved_at: Date
}

function toView(row: Row): NameView {
  return {
    name: row.name,
    agentId: row.agent_id,
    owner: row.owner,
    origin: row.origin,
    claimedAt: row.claimed_at.toISOString(),
    provedAt: row.proved_at.toISOString(),
  }
}

const columns =
  'n.name, n.agent_id, n.owner, n.origin, n.claimed_at, n.proved_at'

/** Reads who holds a name, or one that looks like it. */
export async function readName(
  database: Queryable,
  wanted: { readonly skeleton: string } | { readonly name: string },
): Promise<
  | (NameView & {
      readonly agentDeleted: boolean
      readonly leaseUntilMs: number | null
    })
  | undefined
> {
  const { rows } = await database.query<
    Row & { deleted: boolean; lease_until: Date | null }
  >(
    `select ${columns}, a.deleted, l.lease_until from registry.names n
     join registry.agents a on a.id = n.agent_id
     left join registry.leases l on l.agent_id = a.id
     where ${'name' in wanted ? 'n.name' : 'n.skeleton'} = $1`,
    ['name' in wanted ? wanted.name : wanted.skeleton],
  )
  const row = rows[0]
  return row === undefined
    ? undefined
    : {
        ...toView(row),
        agentDeleted: row.deleted,
        leaseUntilMs: row.lease_until?.getTime() ?? null,
      }
}

/**
 * Writes who holds a name. An agent has one; its former one comes free.
 *
 * @param options.replaced - The holder that was found to be free; another one
 *   who came in between keeps it.
 * @returns `undefined` when somebody else was first.
 */
export async function writeName(
  database: Queryable,
  options: {
    readonly name: string
    readonly skeleton: string
    readonly agentId: string
    readonly owner: string
    readonly origin: string
    readonly replaced: string | undefined
  },
): Promise<{ readonly view: NameView; readonly seq: number } | undefined> {
  // One claim at a time, and in the order in which all writers lock.
  await database.query(
    `select 1 from registry.clock where feed = 'agents' for update`,
  )
  await database.query(
    `delete from registry.names where (agent_id = $1 and name <> $2) or (skeleton = $3 and name = $4 and name <> $2)`,
    [
      options.agentId,
      options.name,
      options.skeleton,
      options.replaced ?? options.name,
    ],
  )
  const { rows } = await database.query<Row & { seq: string }>(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq),
     n as (insert into registry.names as n (name, skeleton, agent_id, owner, origin)
       values ($1, $2, $3, $4, $5)
       on conflict (skeleton) do update set agent_id = excluded.agent_id,
         owner = excluded.owner, origin = excluded.origin,
         claimed_at = case when n.agent_id = excluded.agent_id then n.claimed_at
           else clock_timestamp() end,
         proved_at = clock_timestamp()
       where n.name = $6 returning ${columns}),
     -- The index shows the name: it must hear of it.
     a as (update registry.agents a set seq = t.seq from t, n where a.id = n.agent_id
       returning a.seq),
     audited as (insert into registry.audit (kind, agent_id, by, seq, detail)
       select 'name', n.agent_id, n.owner, a.seq, n.name from n, a)
     select n.*, a.seq from n, a`,
    [
      options.name,
      options.skeleton,
      options.agentId,
      options.owner,
      options.origin,
      options.replaced ?? '',
    ],
  )
  const row = rows[0]
  return row === undefined
    ? undefined
    : { view: toView(row), seq: Number(row.seq) }
}
