import { createHash } from 'node:crypto'
import { BehestError } from '@behest/spec'
import type pg from 'pg'

/** One step of a schema. Once released its text never changes. */
export type Migration = {
  /** 1, 2, 3 … without a hole. */
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** The ordered steps of one part's tables. */
export type MigrationSet = {
  /** Whose tables these are, e.g. `journal` or `registry`. */
  readonly namespace: string
  readonly migrations: readonly Migration[]
}

/** Thrown when the database and the program do not tell the same history. */
export class MigrationMismatchError extends BehestError {
  readonly code = 'MIGRATION_MISMATCH'
  readonly retry = 'never'

  constructor(facts: {
    namespace: string
    version: number
    reason: string
  }) {
    super(
      `The database's schema "${facts.namespace}" does not fit this program at version ${facts.version}: ${facts.reason}. Start the program that wrote it, or restore the database.`,
      { facts },
    )
  }
}

/** Any number: all who migrate this database must use the same. */
const migrationLock = '7208390175513'

/**
 * Brings the tables of one namespace up to date. Safe to call from many
 * processes at once: one runs the steps, the others wait and find them done.
 * Each step and its record are one transaction.
 *
 * @param pool - A pool on the database.
 * @param set - Whose tables, and the ordered steps.
 * @returns How many steps ran now, and the version that was reached.
 * @throws {MigrationMismatchError} when a step that ran already reads otherwise
 *   now, or the database is ahead of this program.
 */
export async function runMigrations(
  pool: pg.Pool,
  set: MigrationSet,
): Promise<{ readonly ran: number; readonly version: number }> {
  const { namespace, migrations } = set
  assertGapless(set)
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await client.query('set lock_timeout = 0')
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await client.query(
      `create table if not exists schema_version (
        namespace text not null,
        version int not null,
        name text not null,
        checksum text not null,
        ran_at timestamptz not null default now(),
        primary key (namespace, version))`,
    )
    const { rows: done } = await client.query<{
      version: number
      checksum: string
    }>(
      'select version, checksum from schema_version where namespace = $1 order by version',
      [namespace],
    )
    for (const { version, checksum } of done) {
      const known = migrations[version - 1]
      if (known === undefined)
        throw new MigrationMismatchError({
          namespace,
          version,
          reason: 'the database is newer than the program',
        })
      if (toChecksum(known.sql) !== checksum)
        throw new MigrationMismatchError({
          namespace,
          version,
          reason: 'the step that ran then reads otherwise now',
        })
    }
    const pending = migrations.slice(done.length)
    for (const { version, name, sql } of pending) {
      await client.query('begin')
      try {
        await client.query(sql)
        await client.query(
          'insert into schema_version (namespace, version, name, checksum) values ($1, $2, $3, $4)',
          [namespace, version, name, toChecksum(sql)],
        )
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw error
      }
    }
    return { ran: pending.length, version: migrations.length }
  } finally {
    // The connection is not given back: with it go the lock and the timeouts.
    client.release(true)
  }
}

function assertGapless({ namespace, migrations }: MigrationSet): void {
  migrations.forEach(({ version }, index) => {
    if (version !== index + 1)
      throw new MigrationMismatchError({
        namespace,
        version,
        reason: `the steps are not numbered 1 to ${migrations.length}`,
      })
  })
}

/**
 * Gives the text that tells one state of a schema from every other.
 *
 * @param set - Whose tables, and the ordered steps.
 * @returns 64 hexadecimal digits.
 */
export function toSchemaChecksum(set: MigrationSet): string {
  return toChecksum(
    [set.namespace, ...set.migrations.map(({ sql }) => toChecksum(sql))].join(),
  )
}

function toChecksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
