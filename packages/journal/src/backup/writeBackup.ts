import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { MigrationSet } from '../migrations/runMigrations.js'
import {
  type BackupEnd,
  type BackupHeader,
  quote,
  readTables,
} from './backupFormat.js'
import { BackupNamespaceUnknownError } from './errors.js'

const rowsAtOnce = 500

/**
 * Writes everything that a database holds, as it is at one moment, while others go on
 * working on it. Durable workflows are left out: they are made anew from the journal.
 *
 * @param options.pool - A pool on the database.
 * @param options.sets - Every schema that this program can make anew.
 * @param options.write - Takes each line; waited for.
 * @returns How many rows there are.
 * @throws {BackupNamespaceUnknownError} when a schema could not be made anew.
 */
export async function writeBackup(options: {
  readonly pool: pg.Pool
  readonly sets: readonly MigrationSet[]
  readonly now: () => Date
  readonly write: (line: string) => Promise<void>
}): Promise<{ readonly rows: number }> {
  const { pool, sets } = options
  const digest = createHash('sha256')
  const write = (line: string) => {
    digest.update(`${line}\n`)
    return options.write(line)
  }
  const client = await pool.connect()
  let rows = 0
  try {
    await client.query('set statement_timeout = 0')
    // One snapshot: an intent never lacks the payment that it speaks of.
    await client.query('begin isolation level repeatable read read only')
    const { rows: steps } = await client.query<BackupHeader['steps'][number]>(
      'select namespace, version, checksum from schema_version order by namespace, version',
    )
    for (const { namespace } of steps)
      if (!sets.some((set) => set.namespace === namespace))
        throw new BackupNamespaceUnknownError({ namespace })
    await write(
      JSON.stringify({
        type: 'header',
        format: 'behest-backup',
        version: 1,
        createdAt: options.now().toISOString(),
        steps,
      } satisfies BackupHeader),
    )
    for (const table of await readTables(client)) {
      const columns = table.columns.map(quote).join(', ')
      const order =
        table.identity === undefined ? '' : ` order by ${quote(table.identity)}`
      await client.query(
        `declare backup no scroll cursor for
         select row_to_json(line)::text as line
         from (select ${columns} from ${quote(table.name)}${order}) as line`,
      )
      for (;;) {
        const { rows: found } = await client.query<{ line: string }>(
          `fetch ${rowsAtOnce} from backup`,
        )
        if (found.length === 0) break
        rows += found.length
        for (const { line } of found)
          await write(
            `{"type":"row","table":${JSON.stringify(table.name)},"row":${line}}`,
          )
      }
      await client.query('close backup')
    }
    await client.query('commit')
    const end: BackupEnd = {
      type: 'end',
      rows,
      checksum: digest.digest('hex'),
    }
    await options.write(JSON.stringify(end))
    return { rows }
  } finally {
    // With the connection go the snapshot and the timeout.
    client.release(true)
  }
}
