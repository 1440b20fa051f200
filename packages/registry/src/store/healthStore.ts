import type { ProbeResult } from '../liveness/probeAgent.js'
import type { MeasuredStatus } from './agentRecord.js'
import type { Queryable } from './agentStore.js'

/** An agent whose visit is due, claimed by this process. */
export type DueAgent = {
  readonly agentId: string
  readonly card: string
  readonly failures: number
  readonly successes: number
}

/**
 * Claims agents whose visit is due. Other processes pass them over; a claim of
 * a process that died ends by itself.
 */
export async function claimDueAgents(
  database: Queryable,
  options: { readonly limit: number; readonly claimSeconds: number },
): Promise<DueAgent[]> {
  const { rows } = await database.query<{
    agent_id: string
    card_text: string
    failures: number
    successes: number
  }>(
    `with due as (
       select h.agent_id from registry.health h
       join registry.agents a on a.id = h.agent_id
       left join registry.leases l on l.agent_id = h.agent_id
       where h.next_probe_at <= clock_timestamp()
         and h.claimed_until <= clock_timestamp()
         and not a.deleted and a.url <> ''
         -- Nobody visits who has gone: the lease is the first sign of life.
         and (l.lease_until is null or l.lease_until > clock_timestamp())
       -- Many that died at once must not keep the others waiting, whose proofs end.
       order by (h.failures > 0), h.next_probe_at limit $1
       for update of h skip locked)
     update registry.health h
     set claimed_until = clock_timestamp() + make_interval(secs => $2::float8)
     from due, registry.agents a
     where h.agent_id = due.agent_id and a.id = due.agent_id
     returning h.agent_id, a.card_text, h.failures, h.successes`,
    [options.limit, options.claimSeconds],
  )
  return rows.map((row) => ({
    agentId: row.agent_id,
    card: row.card_text,
    failures: row.failures,
    successes: row.successes,
  }))
}

/** Gives an agent back unvisited, to be due again a little later. */
export async function deferVisit(
  database: Queryable,
  options: { readonly agentId: string; readonly inMs: number },
): Promise<void> {
  await database.query(
    `update registry.health set claimed_until = clock_timestamp(),
      next_probe_at = clock_timestamp() + make_interval(secs => $2::float8)
     where agent_id = $1`,
    [options.agentId, options.inMs / 1000],
  )
}

/**
 * Writes what a visit gave and when the next one is due.
 *
 * @param options.proofMs - How long a success proves that the agent is there.
 * @returns What the agent is believed to be now: its proof may have ended meanwhile.
 */
export async function writeVisit(
  database: Queryable,
  options: {
    readonly agentId: string
    readonly results: readonly ProbeResult[]
    readonly failures: number
    readonly successes: number
    readonly nextProbeInMs: number
    readonly proofMs: number
  },
): Promise<MeasuredStatus | undefined> {
  const { agentId } = options
  const results = toKept(options.results)
  const { rows } = await database.query<{ status: MeasuredStatus }>(
    `with kept as (
       insert into registry.probes (agent_id, kind, action, ok, latency_ms, code, detail)
       select $1, r.kind, r.action, r.ok, r.latency_ms, r.code, r.detail
       from unnest($2::text[], $3::text[], $4::bool[], $5::float8[], $6::text[], $7::text[])
         as r (kind, action, ok, latency_ms, code, detail)
       where exists (select 1 from registry.agents where id = $1))
     update registry.health set failures = $8, successes = $9,
       -- A publish that came meanwhile asked for a visit at once.
       next_probe_at = case when claimed_until = '-infinity' then next_probe_at
         else clock_timestamp() + make_interval(secs => $10::float8) end,
       claimed_until = '-infinity', last_probe_at = clock_timestamp(),
       last_success_at = case when $8 = 0 then clock_timestamp() else last_success_at end,
       proof_due_at = case when $8 = 0
         then clock_timestamp() + make_interval(secs => $11::float8)
         else proof_due_at end
     where agent_id = $1
     returning (select a.status from registry.agents a where a.id = agent_id) as status`,
    [
      agentId,
      results.map(({ kind }) => kind),
      results.map(({ action }) => action ?? null),
      results.map(({ ok }) => ok),
      results.map(({ latencyMs }) => latencyMs),
      results.map(({ code }) => code),
      results.map(({ detail }) => detail),
      options.failures,
      options.successes,
      options.nextProbeInMs / 1000,
      options.proofMs / 1000,
    ],
  )
  return rows[0]?.status
}

// One line for the card and the interface together, or an agent that is gone would
// fail twice as often as it was visited: what failed, else the interface's time.
function toKept(results: readonly ProbeResult[]): ProbeResult[] {
  const reached = results.filter(({ kind }) => kind !== 'canary')
  const line = reached.find(({ ok }) => !ok) ?? reached.at(-1)
  return [
    ...(line === undefined ? [] : [line]),
    ...results.filter(
      ({ kind, code }) => kind === 'canary' && code !== 'NOT_ASKED',
    ),
  ]
}

/**
 * Takes the agents off whose proof has ended: nobody can say that they are there.
 * Whatever keeps the visits from them, so many seconds after an agent was last
 * seen alive it is no longer listed as alive.
 *
 * @returns How many were listed until now.
 */
export async function writeEndedProofs(
  database: Queryable,
  options: { readonly limit: number },
): Promise<number> {
  const { rows } = await database.query<{ id: string; listed: boolean }>(
    `select a.id, (a.status in ('live', 'degraded') and not a.deleted) as listed
     from registry.health h join registry.agents a on a.id = h.agent_id
     where h.proof_due_at <= clock_timestamp()
     order by h.proof_due_at limit $1`,
    [options.limit],
  )
  if (rows.length === 0) return 0
  const listed = rows.filter((row) => row.listed).map(({ id }) => id)
  let taken = 0
  if (listed.length > 0) {
    // The clock before the rows, here as everywhere. A visit that came meanwhile
    // moved the proof, and the agent stays.
    const { rowCount } = await database.query(
      `with t as (update registry.clock set seq = seq + $2 where feed = 'agents' returning seq),
       e as (select e.id, t.seq - $2 + e.place as seq
         from t, unnest($1::text[]) with ordinality as e (id, place))
       update registry.agents a set status = 'stale', status_since = clock_timestamp(),
         status_reason = 'was not seen for longer than a proof lasts: the registry could not visit it in time, or it did not answer',
         seq = e.seq
       from e, registry.health h
       where a.id = e.id and h.agent_id = a.id and a.status in ('live', 'degraded')
         and not a.deleted and h.proof_due_at <= clock_timestamp()`,
      [listed, listed.length],
    )
    taken = rowCount ?? 0
  }
  await database.query(
    `update registry.health set proof_due_at = null
     where agent_id = any($1) and proof_due_at <= clock_timestamp()`,
    [rows.map(({ id }) => id)],
  )
  return taken
}

/** Smaller changes are no news to a search, and news are written to every index. */
const newsShare = 0.2

/**
 * Measures what 95 in 100 of an agent's quotes took over the last day, and notes
 * it where that is news.
 *
 * @param options.known - What was noted before, in ms.
 * @returns Whether it was.
 */
export async function writeLatency(
  database: Queryable,
  options: { readonly agentId: string; readonly known: number | null },
): Promise<boolean> {
  const { agentId, known } = options
  const { rows } = await database.query<{ p95: number | null }>(
    `select percentile_cont(0.95) within group (order by latency_ms) as p95
     from registry.probes where agent_id = $1 and kind = 'canary' and code = 'OK'
       and at > clock_timestamp() - interval '1 day'`,
    [agentId],
  )
  const p95 = rows[0]?.p95 ?? null
  if (
    p95 === null ||
    (known !== null && Math.abs(p95 - known) <= newsShare * known)
  )
    return false
  const { rowCount } = await database.query(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
     update registry.agents a set p95_latency_ms = $2, seq = t.seq
     from t where a.id = $1 and not a.deleted`,
    [agentId, p95],
  )
  return rowCount === 1
}

/** Counts the declines of an action since it quoted last. */
export async function countDeclines(
  database: Queryable,
  options: { readonly agentId: string; readonly action: string },
): Promise<number> {
  const { rows } = await database.query<{ declines: number }>(
    `select count(*)::int as declines from registry.probes p
     where p.agent_id = $1 and p.kind = 'canary' and p.action = $2
       and p.code = 'DECLINED'
       and p.at > coalesce((select max(q.at) from registry.probes q
         where q.agent_id = $1 and q.kind = 'canary' and q.action = $2
           and q.code in ('OK', 'PAYMENT_REQUIRED')), '-infinity')`,
    [options.agentId, options.action],
  )
  return rows[0]?.declines ?? 0
}

/** Counts the agents that are visited. */
export async function countVisited(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from registry.health h
     join registry.leases l on l.agent_id = h.agent_id
     where l.lease_until > clock_timestamp()`,
  )
  return rows[0]?.count ?? 0
}

/** How an agent did over a span of time. */
export type HealthWindow = {
  readonly probes: number
  readonly succeeded: number
  /** Share of visits that succeeded; absent without any. */
  readonly successShare: number | null
  readonly p50LatencyMs: number | null
  readonly p95LatencyMs: number | null
}

/** What the visits of one stretch of time gave. */
export type HealthPoint = {
  /** When the stretch began. */
  readonly at: string
  readonly probes: number
  readonly succeeded: number
  /** Of the visits that succeeded; absent without any. */
  readonly p50LatencyMs: number | null
  readonly p95LatencyMs: number | null
}

/** A window in stretches of one length. */
export type HealthHistory = {
  readonly stretchSeconds: number
  /** Oldest first; stretches without a visit are left out. */
  readonly points: readonly HealthPoint[]
}

/** An agent's health as measured. */
export type HealthReport = {
  readonly status: MeasuredStatus
  readonly since: string
  readonly reason: string
  readonly failuresInARow: number
  readonly lastProbeAt: string | null
  readonly lastSuccessAt: string | null
  readonly nextProbeAt: string | null
  readonly lastError: {
    readonly at: string
    readonly code: string
    readonly detail: string
  } | null
  readonly windows: Readonly<Record<'1h' | '1d' | '30d', HealthWindow>>
  readonly history: Readonly<Record<'1h' | '1d' | '30d', HealthHistory>>
  /** The last contract test of each action. */
  readonly contract: readonly {
    readonly action: string
    readonly at: string
    readonly ok: boolean
    readonly code: string
    readonly detail: string
    readonly passShare: number
  }[]
}

type ReportRow = {
  status: MeasuredStatus
  status_since: Date
  status_reason: string
  failures: number | null
  last_probe_at: Date | null
  last_success_at: Date | null
  next_probe_at: Date | null
}

/** Reads an agent's health over an hour, a day and thirty days. */
export async function readHealth(
  database: Queryable,
  agentId: string,
): Promise<HealthReport | undefined> {
  const { rows } = await database.query<ReportRow>(
    `select a.status, a.status_since, a.status_reason, h.failures,
       h.last_probe_at, h.last_success_at, h.next_probe_at
     from registry.agents a left join registry.health h on h.agent_id = a.id
     where a.id = $1 and not a.deleted`,
    [agentId],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const [windows, history, error, contract] = await Promise.all([
    readWindows(database, agentId),
    readHistory(database, agentId),
    database.query<{ at: Date; code: string; detail: string }>(
      `select at, code, detail from registry.probes
       where agent_id = $1 and not ok order by at desc limit 1`,
      [agentId],
    ),
    database.query<{
      action: string
      at: Date
      ok: boolean
      code: string
      detail: string
      pass_share: number
    }>(
      `select distinct on (action) action, at, ok, code, detail,
         -- A decline is an answer and no pass.
         (avg((ok and code <> 'DECLINED')::int) over (partition by action))::float8 as pass_share
       from registry.probes
       where agent_id = $1 and kind = 'canary' and action is not null
         and at > clock_timestamp() - interval '1 day'
       order by action, at desc`,
      [agentId],
    ),
  ])
  const lastError = error.rows[0]
  return {
    status: row.status,
    since: row.status_since.toISOString(),
    reason: row.status_reason,
    failuresInARow: row.failures ?? 0,
    lastProbeAt: row.last_probe_at?.toISOString() ?? null,
    lastSuccessAt: row.last_success_at?.toISOString() ?? null,
    nextProbeAt: row.next_probe_at?.toISOString() ?? null,
    lastError:
      lastError === undefined
        ? null
        : {
            at: lastError.at.toISOString(),
            code: lastError.code,
            detail: lastError.detail,
          },
    windows,
    history,
    contract: contract.rows.map((test) => ({
      action: test.action,
      at: test.at.toISOString(),
      ok: test.ok,
      code: test.code,
      detail: test.detail,
      passShare: test.pass_share,
    })),
  }
}

async function readWindows(
  database: Queryable,
  agentId: string,
): Promise<HealthReport['windows']> {
  const spans = { '1h': '1 hour', '1d': '1 day', '30d': '30 days' } as const
  const { rows } = await database.query<{
    span: keyof typeof spans
    probes: number
    succeeded: number
    p50: number | null
    p95: number | null
  }>(
    `select s.span, count(p.id)::int as probes,
       (count(p.id) filter (where p.ok))::int as succeeded,
       percentile_cont(0.5) within group (order by p.latency_ms) filter (where p.ok) as p50,
       percentile_cont(0.95) within group (order by p.latency_ms) filter (where p.ok) as p95
     from unnest($2::text[], $3::interval[]) as s (span, length)
     left join registry.probes p
       on p.agent_id = $1 and p.at > clock_timestamp() - s.length
     group by s.span`,
    [agentId, Object.keys(spans), Object.values(spans)],
  )
  const windows: Record<string, HealthWindow> = {}
  for (const row of rows)
    windows[row.span] = {
      probes: row.probes,
      succeeded: row.succeeded,
      successShare: row.probes === 0 ? null : row.succeeded / row.probes,
      p50LatencyMs: row.p50,
      p95LatencyMs: row.p95,
    }
  return windows as HealthReport['windows']
}

async function readHistory(
  database: Queryable,
  agentId: string,
): Promise<HealthReport['history']> {
  // Fine enough to see a bad stretch, few enough to be drawn.
  const spans = {
    '1h': { length: '1 hour', stretchSeconds: 120 },
    '1d': { length: '1 day', stretchSeconds: 1800 },
    '30d': { length: '30 days', stretchSeconds: 43_200 },
  } as const
  const { rows } = await database.query<{
    span: keyof typeof spans
    at: Date
    probes: number
    succeeded: number
    p50: number | null
    p95: number | null
  }>(
    `select s.span, date_bin(make_interval(secs => s.stretch), p.at, timestamptz '2000-01-01 00:00:00Z') as at,
       count(*)::int as probes, (count(*) filter (where p.ok))::int as succeeded,
       percentile_cont(0.5) within group (order by p.latency_ms) filter (where p.ok) as p50,
       percentile_cont(0.95) within group (order by p.latency_ms) filter (where p.ok) as p95
     from unnest($2::text[], $3::interval[], $4::float8[]) as s (span, length, stretch)
     join registry.probes p
       on p.agent_id = $1 and p.at > clock_timestamp() - s.length
     group by s.span, 2 order by 2`,
    [
      agentId,
      Object.keys(spans),
      Object.values(spans).map(({ length }) => length),
      Object.values(spans).map(({ stretchSeconds }) => stretchSeconds),
    ],
  )
  const of = (span: keyof typeof spans): HealthHistory => ({
    stretchSeconds: spans[span].stretchSeconds,
    points: rows
      .filter((row) => row.span === span)
      .map((row) => ({
        at: row.at.toISOString(),
        probes: row.probes,
        succeeded: row.succeeded,
        p50LatencyMs: row.p50,
        p95LatencyMs: row.p95,
      })),
  })
  return { '1h': of('1h'), '1d': of('1d'), '30d': of('30d') }
}

const prunedAtOnce = 10_000

/** Forgets probes that are older than thirty days, in pieces that hold nobody up. */
export async function pruneProbes(database: Queryable): Promise<void> {
  for (;;) {
    const { rowCount } = await database.query(
      `delete from registry.probes where id in (
         select id from registry.probes
         where at < clock_timestamp() - interval '30 days' limit $1)`,
      [prunedAtOnce],
    )
    if ((rowCount ?? 0) < prunedAtOnce) return
  }
}
