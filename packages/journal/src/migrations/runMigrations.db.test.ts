import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  type Migration,
  MigrationMismatchError,
  runMigrations,
  toSchemaChecksum,
} from './runMigrations.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const toStep = (version: number, sql: string): Migration => ({
  version,
  name: `step ${version}`,
  sql,
})

describe('runMigrations', () => {
  test('default: each step once, also when many start at one moment', async () => {
    const set = {
      namespace: 'many',
      migrations: [
        toStep(1, 'create table many (n int)'),
        toStep(2, 'insert into many values (1)'),
      ],
    }
    const results = await Promise.all(
      Array.from({ length: 8 }, () => runMigrations(database.pool, set)),
    )
    expect(results.map(({ ran }) => ran).sort()).toEqual([
      0, 0, 0, 0, 0, 0, 0, 2,
    ])
    const { rows } = await database.pool.query('select n from many')
    expect(rows).toEqual([{ n: 1 }])
  })

  test('behavior: namespaces count for themselves', async () => {
    const one = { namespace: 'one', migrations: [toStep(1, 'select 1')] }
    const two = {
      namespace: 'two',
      migrations: [toStep(1, 'select 1'), toStep(2, 'select 2')],
    }
    expect(await runMigrations(database.pool, one)).toEqual({
      ran: 1,
      version: 1,
    })
    expect(await runMigrations(database.pool, two)).toEqual({
      ran: 2,
      version: 2,
    })
    expect(toSchemaChecksum(one)).not.toBe(toSchemaChecksum(two))
  })

  test('behavior: a step that fails leaves nothing, the ones before it stay', async () => {
    const first = toStep(1, 'create table half (n int)')
    const broken = toStep(2, 'insert into half values (1); select 1 / 0')
    await expect(
      runMigrations(database.pool, {
        namespace: 'half',
        migrations: [first, broken],
      }),
    ).rejects.toThrow('division by zero')
    const { rows } = await database.pool.query('select n from half')
    expect(rows).toEqual([])
    expect(
      await runMigrations(database.pool, {
        namespace: 'half',
        migrations: [first, toStep(2, 'insert into half values (2)')],
      }),
    ).toEqual({ ran: 1, version: 2 })
  })

  test('error: MigrationMismatchError', async () => {
    const namespace = 'changed'
    await runMigrations(database.pool, {
      namespace,
      migrations: [toStep(1, 'select 1'), toStep(2, 'select 2')],
    })
    for (const migrations of [
      [toStep(1, 'select 1')],
      [toStep(1, 'select 1'), toStep(2, 'select 3')],
      [toStep(2, 'select 1')],
    ])
      await expect(
        runMigrations(database.pool, { namespace, migrations }),
      ).rejects.toThrow(MigrationMismatchError)
  })
})
