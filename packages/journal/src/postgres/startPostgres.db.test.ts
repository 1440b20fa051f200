import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
import { startProgram, type TestProgram } from '../testing/startProgram.js'
import { createPool } from './connect.js'
import { isRunning } from './isRunning.js'
import {
  type EmbeddedPostgres,
  type PostgresEvent,
  startPostgres,
} from './startPostgres.js'

// Most tests use one cluster: building one takes most of a second.
let root: string
let shared: string
let dataFolder: string
let held: EmbeddedPostgres[]
let programs: TestProgram[]

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'behest-postgres-test-'))
  chmodSync(root, 0o711)
  shared = join(root, 'shared')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  dataFolder = shared
  held = []
  programs = []
})
afterEach(async () => {
  for (const program of programs) await program.kill()
  for (const server of held) await server.stop()
})

/** For tests of a first start. */
function useEmptyFolder(mode: number): void {
  dataFolder = mkdtempSync(join(root, 'empty-'))
  chmodSync(dataFolder, mode)
}

async function start(
  options: { idleStopSeconds?: number; folder?: string } = {},
): Promise<EmbeddedPostgres> {
  const { folder = dataFolder, ...rest } = options
  const server = await startPostgres({ dataFolder: folder, ...rest })
  held.push(server)
  return server
}

/** Starts a server from a process of its own, which then does nothing. */
async function startFromProcess(idleStopSeconds: number): Promise<{
  program: TestProgram
  processId: number
}> {
  const program = startProgram('holdPostgres', [
    dataFolder,
    String(idleStopSeconds),
  ])
  programs.push(program)
  return { program, processId: Number(await program.readLine()) }
}

async function untilGone(processId: number, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs
  while (isRunning(processId) && Date.now() < until) await sleep(20)
}

describe('startPostgres', () => {
  test('default', async () => {
    const server = await start()
    const pool = createPool({ connection: server.connectionString })
    const { rows } = await pool.query(
      `select current_database() as database, current_setting('fsync') as fsync,
        current_setting('full_page_writes') as full_page_writes,
        current_setting('data_checksums') as data_checksums,
        current_setting('listen_addresses') as listen_addresses`,
    )
    await pool.end()
    expect(rows).toEqual([
      {
        database: 'behest',
        fsync: 'on',
        full_page_writes: 'on',
        data_checksums: 'on',
        listen_addresses: '',
      },
    ])
    expect(server.owned).toBe(true)
    await server.stop()
    expect(isRunning(server.processId)).toBe(false)
    expect(existsSync(join(dataFolder, 'run', 'postgres.pid'))).toBe(false)
  })

  test('behavior: starters at once on an empty folder share one server', async () => {
    useEmptyFolder(0o711)
    const servers = await Promise.all([start(), start(), start(), start()])
    expect(new Set(servers.map(({ processId }) => processId)).size).toBe(1)
    expect(servers.filter(({ owned }) => owned)).toHaveLength(1)
  })

  test('behavior: the last one to leave stops the server', async () => {
    const owner = await start()
    const guest = await start()
    await owner.stop()
    expect(isRunning(guest.processId)).toBe(true)
    const pool = createPool({ connection: guest.connection })
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
    await guest.stop()
    expect(isRunning(guest.processId)).toBe(false)
  })

  test('behavior: all leave at one moment, and the server stops', async () => {
    for (let round = 0; round < 10; round += 1) {
      const servers = await Promise.all([start(), start(), start(), start()])
      await Promise.all(servers.map((server) => server.stop()))
      for (const { processId } of servers)
        expect(isRunning(processId)).toBe(false)
    }
  })

  test('behavior: no acknowledged row is lost to SIGKILL, and it starts again', async () => {
    const server = await start()
    const pool = createPool({ connection: server.connection })
    await pool.query('create table if not exists row (id bigint primary key)')
    const acknowledged: number[] = []
    let next = 0
    let isWriting = true
    const write = async () => {
      while (isWriting) {
        const id = next++
        try {
          await pool.query('insert into row values ($1)', [id])
          acknowledged.push(id)
        } catch {
          await sleep(5)
        }
      }
    }
    const writers = Array.from({ length: 8 }, write)
    for (let round = 0; round < 5; round++) {
      const before = acknowledged.length
      while (acknowledged.length < before + 100) await sleep(5)
      const { processId } = server
      process.kill(processId, 'SIGKILL')
      while (server.processId === processId) await sleep(5)
    }
    isWriting = false
    await Promise.all(writers)
    const { rows } = await pool.query<{ id: string }>('select id from row')
    await pool.end()
    const stored = new Set(rows.map(({ id }) => Number(id)))
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    expect(acknowledged.length).toBeGreaterThanOrEqual(500)
  })

  test('behavior: a start after the starter was killed attaches', async () => {
    const { program, processId } = await startFromProcess(60)
    await program.kill()
    const server = await start()
    expect(server.processId).toBe(processId)
    expect(server.owned).toBe(false)
    await server.stop()
    expect(isRunning(processId)).toBe(false)
  })

  test('behavior: an orphan that nobody uses stops by itself', async () => {
    const { program, processId } = await startFromProcess(1)
    await program.kill()
    expect(isRunning(processId)).toBe(true)
    await untilGone(processId, 20_000)
    expect(isRunning(processId)).toBe(false)
  })

  test('behavior: an orphan with a user keeps running', async () => {
    const { program, processId } = await startFromProcess(1)
    const guest = await start()
    await program.kill()
    await sleep(1_800)
    expect(isRunning(processId)).toBe(true)
    expect(guest.processId).toBe(processId)
  })

  test('behavior: a first start that was killed is no obstacle', async () => {
    useEmptyFolder(0o711)
    for (const delayMs of [250, 500]) {
      const program = startProgram('holdPostgres', [dataFolder, '1'])
      programs.push(program)
      await sleep(delayMs)
      process.kill(-(program.child.pid ?? 0), 'SIGKILL')
      await program.ended
    }
    const server = await start()
    expect(isRunning(server.processId)).toBe(true)
  })

  test('behavior: a folder too deep for a socket gets a short one', async () => {
    useEmptyFolder(0o711)
    const folder = join(dataFolder, 'deep'.repeat(20), 'deeper'.repeat(10))
    const server = await start({ folder })
    expect(server.connection.host.startsWith(server.clusterFolder)).toBe(false)
    const pool = createPool({ connection: server.connectionString })
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
    await server.stop()
    rmSync(server.connection.host, { recursive: true, force: true })
  })

  test('behavior: a folder that only root can enter is used by root elsewhere', async () => {
    useEmptyFolder(0o700)
    const folder = join(dataFolder, 'data')
    const events: PostgresEvent[] = []
    const server = await startPostgres({
      dataFolder: folder,
      onEvent: (event) => events.push(event),
    })
    held.push(server)
    const isRoot = process.getuid?.() === 0
    const natural = join(folder, 'postgres')
    expect(events.filter(({ type }) => type === 'relocated')).toEqual(
      isRoot
        ? [{ type: 'relocated', from: natural, to: server.clusterFolder }]
        : [],
    )
    expect(server.clusterFolder === natural).toBe(!isRoot)
    await server.stop()
    if (isRoot)
      rmSync(dirname(server.clusterFolder), { recursive: true, force: true })
  })

  test('behavior: the process id is written for others to find', async () => {
    const server = await start()
    const text = readFileSync(join(dataFolder, 'run', 'postgres.pid'), 'utf8')
    expect(text).toBe(`${server.processId}\n`)
  })
})
