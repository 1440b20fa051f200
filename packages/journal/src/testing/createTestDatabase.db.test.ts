import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './createTestDatabase.js'

const schema = {
  namespace: 'sample',
  migrations: [
    {
      version: 1,
      name: 'thing',
      sql: 'create table thing (id int primary key)',
    },
  ],
}
let first: TestDatabase
let second: TestDatabase

beforeAll(async () => {
  ;[first, second] = await Promise.all([
    createTestDatabase({ schemas: [schema] }),
    createTestDatabase({ schemas: [schema] }),
  ])
})
afterAll(async () => {
  await first.drop()
  await second.drop()
})

test('two databases have the same tables and share no row', async () => {
  await first.pool.query('insert into thing values (1)')
  const { rows } = await second.pool.query(
    'select count(*)::int as n from thing',
  )
  expect(rows).toEqual([{ n: 0 }])
})
