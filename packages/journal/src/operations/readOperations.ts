import type pg from 'pg'

/** How the work in a journal stands, for whoever runs it. */
export type OperationsReport = {
  /** Open transactions by state. */
  readonly openLegs: Readonly<Record<string, number>>
  /** Age of the oldest transaction that has no end yet, in seconds; 0 without one. */
  readonly oldestOpenLegSeconds: number
  /** Accounts for which nothing is signed until a person has looked. */
  readonly haltedSenders: number
  /** Kill switches that are on. */
  readonly halts: number
  /** Intents that are not over, by status. */
  readonly openIntents: Readonly<Record<string, number>>
  /** How long work that is due has waited for a process, in seconds. */
  readonly oldestDueSeconds: number
  /** Size of this database, in bytes. */
  readonly databaseBytes: number
}

type Counted = { readonly name: string; readonly count: number }

/**
 * Reads how the work stands. A few index reads: cheap enough for each scrape.
 *
 * @param pool - A pool on a database that has `journalSchema`.
 * @returns Counts, ages in seconds, size in bytes.
 */
export async function readOperations(pool: pg.Pool): Promise<OperationsReport> {
  const [legs, intents, totals] = await Promise.all([
    pool.query<Counted>(
      `select state as name, count(*)::int as count from leg
       where state in ('QUEUED', 'SIGNED', 'SENT', 'CANCELLING', 'MINED')
       group by state`,
    ),
    pool.query<Counted>(
      `select status as name, count(*)::int as count from intent
       where status in ('running', 'unknown', 'needs-answer', 'needs-approval')
       group by status`,
    ),
    pool.query<{
      leg_seconds: number
      due_seconds: number
      senders: number
      halts: number
      bytes: number
    }>(
      `select
        (select coalesce(extract(epoch from now() - min(queued_at)), 0)::float8
         from leg where state in
          ('QUEUED', 'SIGNED', 'SENT', 'CANCELLING', 'MINED')) as leg_seconds,
        (select coalesce(extract(epoch from now() - min(due_at)), 0)::float8
         from intent where due_at < now()
          and (lease_until is null or lease_until < now())) as due_seconds,
        (select count(*)::int from sender where halted is not null) as senders,
        (select count(*)::int from halt) as halts,
        pg_database_size(current_database())::float8 as bytes`,
    ),
  ])
  const total = totals.rows[0]
  return {
    openLegs: toRecord(legs.rows),
    oldestOpenLegSeconds: total?.leg_seconds ?? 0,
    haltedSenders: total?.senders ?? 0,
    halts: total?.halts ?? 0,
    openIntents: toRecord(intents.rows),
    oldestDueSeconds: total?.due_seconds ?? 0,
    databaseBytes: total?.bytes ?? 0,
  }
}

function toRecord(rows: readonly Counted[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}
