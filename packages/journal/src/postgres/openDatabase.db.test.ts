import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { connectClient } from './connect.js'
import {
  DatabaseTooOldError,
  DatabaseUnreachableError,
  DatabaseUnsafeError,
} from './errors.js'
import {
  assertSafeServer,
  openDatabase,
  readServerReport,
} from './openDatabase.js'

let root: string
let unsafe: TestDatabase

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'behest-open-test-'))
  chmodSync(root, 0o711)
  unsafe = await createTestDatabase()
})
afterAll(async () => {
  await unsafe.drop()
  rmSync(root, { recursive: true, force: true })
})

describe('openDatabase', () => {
  test('default: the embedded server, and the same server by its URL', async () => {
    const dataFolder = join(root, 'data')
    const embedded = await openDatabase({ dataFolder, idleStopSeconds: 5 })
    await embedded.pool.query('create table here (n int)')
    const byUrl = await openDatabase({
      dataFolder: join(root, 'unused'),
      databaseUrl: embedded.connectionString,
    })
    expect(byUrl.embedded).toBeUndefined()
    expect((await byUrl.pool.query('select * from here')).rows).toEqual([])
    expect(await readServerReport(byUrl.pool)).toMatchObject({
      majorVersion: 18,
      fsync: 'on',
      dataChecksums: 'on',
    })
    await byUrl.stop()
    expect((await embedded.pool.query('select * from here')).rows).toEqual([])
    await embedded.stop()
  })

  test('behavior: a pool outlives the end of its connections', async () => {
    const errors: Error[] = []
    const database = await openDatabase({
      dataFolder: join(root, 'data'),
      idleStopSeconds: 5,
      onConnectionError: (error) => errors.push(error),
    })
    const inUse = await database.pool.connect()
    const killer = await connectClient({ connection: database.connection })
    await killer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'behest' and pid <> pg_backend_pid()`,
    )
    while (errors.length === 0) await sleep(5)
    await expect(inUse.query('select 1')).rejects.toThrow()
    inUse.release(true)
    expect((await database.pool.query('select 1 as n')).rows).toEqual([
      { n: 1 },
    ])
    await killer.end()
    await database.stop()
  })

  test('error: DatabaseUnsafeError', async () => {
    await expect(
      openDatabase({ dataFolder: root, databaseUrl: unsafe.connectionString }),
    ).rejects.toThrow(DatabaseUnsafeError)
  })

  test('error: DatabaseUnreachableError', async () => {
    const failure = openDatabase({
      dataFolder: root,
      databaseUrl: 'postgresql://user:secret-word@127.0.0.1:1/none',
    })
    await expect(failure).rejects.toThrow(DatabaseUnreachableError)
    await expect(failure).rejects.not.toThrow(/secret-word/)
  })

  test('error: DatabaseTooOldError', async () => {
    const row = {
      version: '14.9',
      majorVersion: 14,
      fsync: 'on',
      fullPageWrites: 'on',
      synchronousCommit: 'on',
      dataChecksums: 'on',
      sizeBytes: '1',
    }
    // Only the answer matters here, and no older server is at hand.
    const pool = { query: async () => ({ rows: [row] }) } as unknown as pg.Pool
    await expect(assertSafeServer(pool)).rejects.toThrow(DatabaseTooOldError)
  })
})
