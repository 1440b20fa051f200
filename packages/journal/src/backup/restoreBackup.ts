import { createHash } from 'node:crypto'
import type pg from 'pg'
import {
  type MigrationSet,
  runMigrations,
} from '../migrations/runMigrations.js'
import { toHex } from '../sql/bytes.js'
import {
  type BackupEnd,
  type BackupHeader,
  quote,
  readTables,
} from './backupFormat.js'
import { BackupUnreadableError, RestoreTargetNotEmptyError } from './errors.js'

/** An account that the restored journal gave nonces of. */
export type RestoredSender = {
  readonly chain: string
  readonly address: `0x${string}`
  /** The next nonce that the journal would give; nothing where it gave none. */
  readonly nextNonce: number | undefined
}

const rowsAtOnce = 500

type Line =
  | BackupHeader
  | BackupEnd
  /** `row` stays text: JavaScript's numbers would round amounts. */
  | { readonly type: 'row'; readonly table: string; readonly row: string }

/**
 * Restores a backup into an empty database: all of it, or nothing.
 *
 * What happened after the backup is on the chain and not in it. So every account that
 * still has something to sign is looked at: where the chain has used nonces that the
 * journal does not know of, nothing is signed for it until a person has looked.
 *
 * @param options.pool - A pool on an empty database.
 * @param options.sets - Every schema that this program can make, each after those
 *   whose tables it refers to.
 * @param options.lines - The backup's lines.
 * @param options.readNonce - The nonce that the chain has for an account, or nothing
 *   where the chain cannot be asked: then the account is halted.
 * @returns Rows written, and accounts that were halted.
 * @throws {RestoreTargetNotEmptyError} when the database holds tables.
 * @throws {BackupUnreadableError} when the backup is cut off, changed, or of a schema
 *   that this program does not have.
 */
export async function restoreBackup(options: {
  readonly pool: pg.Pool
  readonly sets: readonly MigrationSet[]
  readonly lines: AsyncIterable<string>
  readonly readNonce: (sender: RestoredSender) => Promise<number | undefined>
}): Promise<{
  readonly createdAt: string
  readonly rows: number
  readonly halted: readonly RestoredSender[]
}> {
  const { pool, sets } = options
  await assertEmpty(pool)
  const lines = options.lines[Symbol.asyncIterator]()
  const digest = createHash('sha256')
  const next = async (): Promise<Line> => {
    const { value, done } = await lines.next()
    if (done === true)
      throw new BackupUnreadableError({ reason: 'it is cut off' })
    let line: Line
    try {
      line = toLine(value)
    } catch {
      throw new BackupUnreadableError({ reason: 'a line of it is no JSON' })
    }
    if (line.type !== 'end') digest.update(`${value}\n`)
    return line
  }
  const header = await next()
  if (
    header.type !== 'header' ||
    header.format !== 'behest-backup' ||
    header.version !== 1
  )
    throw new BackupUnreadableError({ reason: 'it has no header of ours' })
  const wanted = pickSteps(header, sets)

  for (const set of wanted) await runMigrations(pool, set)
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await client.query('begin')
    await assertSteps(client, header)
    const tables = await readTables(client)
    let rows = 0
    let batch: string[] = []
    let current: string | undefined
    const flush = async () => {
      if (batch.length === 0 || current === undefined) return
      const table = tables.find(({ name }) => name === current)
      if (table === undefined)
        throw new BackupUnreadableError({
          reason: `it has rows of "${current}", which is no table here`,
        })
      const columns = table.columns.map(quote).join(', ')
      await client.query(
        `insert into ${quote(table.name)} (${columns}) overriding system value
         select ${columns}
         from json_populate_recordset(null::${quote(table.name)}, $1::json)`,
        [`[${batch.join()}]`],
      )
      rows += batch.length
      batch = []
    }
    let line = await next()
    for (; line.type === 'row'; line = await next()) {
      if (line.table !== current || batch.length >= rowsAtOnce) await flush()
      current = line.table
      batch.push(line.row)
    }
    await flush()
    if (line.type !== 'end')
      throw new BackupUnreadableError({ reason: 'it has a second header' })
    if (line.rows !== rows || line.checksum !== digest.digest('hex'))
      throw new BackupUnreadableError({ reason: 'it was changed or damaged' })
    for (const { name, identity } of tables)
      if (identity !== undefined)
        await client.query(
          `select setval(pg_get_serial_sequence($1, $2),
            (select coalesce(max(${quote(identity)}), 0) + 1 from ${quote(name)}), false)`,
          [quote(name), identity],
        )
    const halted = await haltStale(client, header.createdAt, options.readNonce)
    // Nobody works on these intents any more.
    if (tables.some(({ name }) => name === 'intent'))
      await client.query(
        'update intent set lease_owner = null, lease_until = null',
      )
    await client.query('commit')
    return { createdAt: header.createdAt, rows, halted }
  } catch (error) {
    await client.query('rollback').catch(() => {
      // The connection is gone, and the transaction with it.
    })
    throw error
  } finally {
    client.release(true)
  }
}

const rowStart = /^\{"type":"row","table":("(?:[^"\\]|\\.)*"),"row":/

function toLine(text: string): Line {
  const parsed = JSON.parse(text) as Line
  if (parsed.type !== 'row') return parsed
  const start = rowStart.exec(text)?.[0].length ?? text.length
  return { ...parsed, row: text.slice(start, -1) }
}

async function assertEmpty(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind = 'r' limit 5`,
  )
  if (rows.length > 0)
    throw new RestoreTargetNotEmptyError({
      tables: rows.map(({ name }) => name).join(', '),
    })
}

/**
 * The sets of the backup, each as far as it had come then. In the order of `sets`: some
 * refer to tables of those before them, and the backup lists them by name.
 */
function pickSteps(
  header: BackupHeader,
  sets: readonly MigrationSet[],
): readonly MigrationSet[] {
  const versions = new Map<string, number>()
  for (const { namespace, version } of header.steps)
    versions.set(namespace, Math.max(version, versions.get(namespace) ?? 0))
  for (const [namespace, version] of versions) {
    const set = sets.find((one) => one.namespace === namespace)
    if (set === undefined || set.migrations.length < version)
      throw new BackupUnreadableError({
        reason: `its schema "${namespace}" is at version ${version}, which this program does not have`,
      })
  }
  return sets.flatMap(({ namespace, migrations }) => {
    const version = versions.get(namespace)
    return version === undefined
      ? []
      : [{ namespace, migrations: migrations.slice(0, version) }]
  })
}

/** The tables were made by the very steps that the backup's were made by. */
async function assertSteps(
  client: pg.PoolClient,
  header: BackupHeader,
): Promise<void> {
  const { rows } = await client.query<BackupHeader['steps'][number]>(
    'select namespace, version, checksum from schema_version',
  )
  for (const step of header.steps)
    if (
      !rows.some(
        (row) =>
          row.namespace === step.namespace &&
          row.version === step.version &&
          row.checksum === step.checksum,
      )
    )
      throw new BackupUnreadableError({
        reason: `step ${step.version} of its schema "${step.namespace}" reads otherwise here`,
      })
}

/** Stops signing for accounts that the chain knows more of than the journal. */
async function haltStale(
  client: pg.PoolClient,
  createdAt: string,
  readNonce: (sender: RestoredSender) => Promise<number | undefined>,
): Promise<readonly RestoredSender[]> {
  const { rows: exists } = await client.query(
    `select 1 from pg_class where relname = 'leg'
     and relnamespace = current_schema()::regnamespace`,
  )
  if (exists.length === 0) return []
  const { rows } = await client.query<{
    chain: string
    address: Buffer
    next_nonce: string | null
  }>(
    `select chain, address, next_nonce from sender
     union
     select leg.chain, leg.sender, null from leg
     where state = 'QUEUED' and not exists (
      select 1 from sender
      where sender.chain = leg.chain and sender.address = leg.sender)`,
  )
  const halted: RestoredSender[] = []
  for (const { chain, address, next_nonce } of rows) {
    const sender: RestoredSender = {
      chain,
      address: toHex(address),
      nextNonce: next_nonce === null ? undefined : Number(next_nonce),
    }
    const used = await readNonce(sender).catch(() => undefined)
    if (used !== undefined && used <= (sender.nextNonce ?? 0)) continue
    halted.push(sender)
    const reason =
      used === undefined
        ? `Restored from a backup of ${createdAt}, and the chain could not be asked what happened since.`
        : `Restored from a backup of ${createdAt}; the chain has used nonces up to ${used - 1} since, the backup knows of ${sender.nextNonce ?? 0}.`
    await client.query(
      `insert into sender (chain, address, next_nonce, halted)
       values ($1, $2, $3, $4)
       on conflict (chain, address) do update set halted = excluded.halted`,
      [chain, address, used ?? sender.nextNonce ?? 0, reason],
    )
  }
  return halted
}
