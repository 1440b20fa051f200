import type pg from 'pg'
import {
  type ConnectionErrorListener,
  createPool,
  type DatabaseConnection,
} from './connect.js'
import {
  DatabaseTooOldError,
  DatabaseUnreachableError,
  DatabaseUnsafeError,
} from './errors.js'
import {
  type EmbeddedPostgres,
  type PostgresEvent,
  startPostgres,
} from './startPostgres.js'

export type OpenDatabaseOptions = {
  /** A server's URL. Without one the embedded server of `dataFolder` is used. */
  readonly databaseUrl?: string | undefined
  /** Behest's data folder, for the embedded server. */
  readonly dataFolder: string
  /** Most connections of the pool. Ten unless told. */
  readonly maxConnections?: number
  /** Seconds without a client after which an orphaned embedded server stops. */
  readonly idleStopSeconds?: number
  readonly onEvent?: (event: PostgresEvent) => void
  readonly onConnectionError?: ConnectionErrorListener
}

/** A database that was checked, and a pool on it. */
export type Database = {
  readonly pool: pg.Pool
  /** For further clients and pools. */
  readonly connection: DatabaseConnection | string
  /** For libraries that take only a URL. */
  readonly connectionString: string
  /** The embedded server; absent when `databaseUrl` was given. */
  readonly embedded: EmbeddedPostgres | undefined
  /** Closes the pool, then leaves the embedded server. */
  readonly stop: () => Promise<void>
}

/**
 * Opens the one database: the server of `databaseUrl`, or the embedded one.
 * There is no third way and no silent fallback.
 *
 * @param options.databaseUrl - URL of a PostgreSQL server, 15 or newer.
 * @param options.dataFolder - Behest's data folder, for the embedded server.
 * @param options.maxConnections - Most connections of the pool.
 * @returns A pool, how to connect again, and `stop()`.
 * @throws {DatabaseUnreachableError} when the server does not answer.
 * @throws {DatabaseTooOldError} when it is older than PostgreSQL 15.
 * @throws {DatabaseUnsafeError} when it may lose acknowledged rows.
 * @throws {PostgresStartError} when the embedded server does not start.
 */
export async function openDatabase(
  options: OpenDatabaseOptions,
): Promise<Database> {
  const { databaseUrl, dataFolder, onEvent, idleStopSeconds } = options
  const hasUrl = databaseUrl !== undefined && databaseUrl !== ''
  const embedded = hasUrl
    ? undefined
    : await startPostgres({
        dataFolder,
        ...(idleStopSeconds === undefined ? {} : { idleStopSeconds }),
        ...(onEvent === undefined ? {} : { onEvent }),
      })
  const connection = embedded?.connection ?? databaseUrl ?? ''
  const pool = createPool({
    connection,
    ...(options.maxConnections === undefined
      ? {}
      : { max: options.maxConnections }),
    ...(options.onConnectionError === undefined
      ? {}
      : { onError: options.onConnectionError }),
  })
  const stop = async () => {
    await pool.end()
    await embedded?.stop()
  }
  try {
    await assertSafeServer(pool)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    pool,
    connection,
    connectionString: embedded?.connectionString ?? databaseUrl ?? '',
    embedded,
    stop,
  }
}

const neededVersion = 15

/** What a server is and how it treats what it has acknowledged. */
export type ServerReport = {
  readonly version: string
  readonly majorVersion: number
  readonly fsync: string
  readonly fullPageWrites: string
  readonly synchronousCommit: string
  readonly dataChecksums: string
  /** Size of this database, in bytes. */
  readonly sizeBytes: bigint
}

/**
 * Reads what a person wants to know of a server, e.g. for `behest doctor`.
 *
 * @param pool - A pool on the database.
 * @returns Version and settings in PostgreSQL's own words, size in bytes.
 * @throws {DatabaseUnreachableError} when the server does not answer.
 */
export async function readServerReport(pool: pg.Pool): Promise<ServerReport> {
  type Row = Omit<ServerReport, 'sizeBytes'> & { readonly sizeBytes: string }
  const { rows } = await pool
    .query<Row>(
      `select current_setting('server_version') as version,
        current_setting('server_version_num')::int / 10000 as "majorVersion",
        current_setting('fsync') as fsync,
        current_setting('full_page_writes') as "fullPageWrites",
        current_setting('synchronous_commit') as "synchronousCommit",
        current_setting('data_checksums') as "dataChecksums",
        pg_database_size(current_database()) as "sizeBytes"`,
    )
    .catch((error: unknown) => {
      throw toUnreachable(pool, error)
    })
  const row = rows[0] as Row
  return { ...row, sizeBytes: BigInt(row.sizeBytes) }
}

/**
 * Asserts that a server keeps what it acknowledges and is new enough.
 *
 * @param pool - A pool on the server.
 * @throws {DatabaseUnreachableError} when the server does not answer.
 * @throws {DatabaseTooOldError} when it is older than PostgreSQL 15.
 * @throws {DatabaseUnsafeError} when `fsync`, `full_page_writes` or
 *   `synchronous_commit` is off.
 */
export async function assertSafeServer(pool: pg.Pool): Promise<void> {
  const report = await readServerReport(pool)
  const { version } = report
  if (report.majorVersion < neededVersion)
    throw new DatabaseTooOldError({ version, neededVersion })
  const settings = {
    fsync: report.fsync,
    full_page_writes: report.fullPageWrites,
    synchronous_commit: report.synchronousCommit,
  }
  for (const [setting, value] of Object.entries(settings))
    if (value === 'off') throw new DatabaseUnsafeError({ setting, value })
}

function toUnreachable(
  pool: pg.Pool,
  cause: unknown,
): DatabaseUnreachableError {
  const { connectionString, host } = pool.options
  const { code, message } = cause as { code?: string; message?: string }
  return new DatabaseUnreachableError(
    {
      host: host ?? hostOf(connectionString),
      // Never the URL itself: it carries the password.
      reason: code ?? message ?? 'no reason given',
    },
    cause,
  )
}

function hostOf(connectionString: string | undefined): string {
  try {
    const url = new URL(connectionString ?? '')
    return url.searchParams.get('host') ?? url.host
  } catch {
    return 'DATABASE_URL'
  }
}
