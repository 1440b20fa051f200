import pg from 'pg'

/** How to reach one database; goes into `pg.Pool`, `pg.Client` as it is. */
export type DatabaseConnection = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}

/** Told about connections that broke while nobody was using them. */
export type ConnectionErrorListener = (error: Error) => void

const statementTimeoutMs = 10_000
const lockTimeoutMs = 3_000

/**
 * Creates a pool with our timeouts and with the error listener that keeps the
 * process alive when the server stops.
 *
 * @param options.connection - A connection object, or a connection string.
 * @param options.max - Most connections at once. Ten unless told.
 * @param options.onError - Told about idle connections that broke.
 * @returns A pool. Close it with `end()`.
 */
export function createPool(options: {
  readonly connection: DatabaseConnection | string
  readonly max?: number
  readonly applicationName?: string
  /** Longest statement, in ms; 0 for no limit. Ten seconds unless told. */
  readonly statementTimeoutMs?: number
  readonly onError?: ConnectionErrorListener
}): pg.Pool {
  const pool = new pg.Pool({
    ...toClientConfig(options.connection),
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'behest',
    statement_timeout: options.statementTimeoutMs ?? statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    connectionTimeoutMillis: 10_000,
  })
  // The pool listens only to idle clients. One inside a transaction that breaks
  // between two queries would end the process; its next query fails anyway.
  pool.on('connect', (client) => {
    client.on('error', (error) => options.onError?.(error))
  })
  // The pool drops a broken client by itself; this keeps the process alive.
  pool.on('error', () => {})
  return pool
}

/**
 * Connects one client that outlives single queries: for a lock or for LISTEN.
 *
 * @param options.connection - A connection object, or a connection string.
 * @param options.onError - Told when the connection breaks.
 * @returns A connected client. Close it with `end()`.
 */
export async function connectClient(options: {
  readonly connection: DatabaseConnection | string
  readonly applicationName?: string
  readonly connectTimeoutMs?: number
  readonly onError?: ConnectionErrorListener
}): Promise<pg.Client> {
  const client = new pg.Client({
    ...toClientConfig(options.connection),
    application_name: options.applicationName ?? 'behest',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
  })
  // Without a listener a broken connection ends the process.
  client.on('error', (error) => options.onError?.(error))
  await client.connect()
  return client
}

/** Gives how a pool connects, for a client beside it. */
export function getConnection(pool: pg.Pool): DatabaseConnection | string {
  const { connectionString, host, port, user, database, password } =
    pool.options
  return (
    connectionString ?? {
      host: host ?? 'localhost',
      port: port ?? 5432,
      user: user ?? 'postgres',
      database: database ?? 'postgres',
      ...(typeof password === 'string' ? { password } : {}),
    }
  )
}

/** Gives the parts of a connection that `pg` takes as they are. */
export function toClientConfig(
  connection: DatabaseConnection | string,
): pg.ClientConfig {
  return typeof connection === 'string'
    ? { connectionString: connection }
    : { ...connection }
}

/** Gives the URL form of a connection, for libraries that take only that. */
export function toConnectionString(connection: DatabaseConnection): string {
  const { host, port, user, password, database } = connection
  const login = `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}`
  return host.startsWith('/')
    ? `postgresql://${login}@localhost:${port}/${encodeURIComponent(database)}?host=${encodeURIComponent(host)}`
    : `postgresql://${login}@${host}:${port}/${encodeURIComponent(database)}`
}
