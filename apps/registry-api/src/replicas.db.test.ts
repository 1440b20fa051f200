import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import { registryMigrations } from '@behest/registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  until,
} from './testing/startTestRegistry.js'

let database: TestDatabase
let first: TestRegistry
let second: TestRegistry
beforeAll(async () => {
  database = await createTestDatabase({ schemas: [registryMigrations] })
  first = await startTestRegistry({ database, probes: 'off' })
  second = await startTestRegistry({ database, probes: 'off' })
})
afterAll(async () => {
  await first.stop()
  await second.stop()
  await database.drop()
})

const names = (count: number, from: number) =>
  Array.from({ length: count }, (_, number) =>
    JSON.stringify({
      name: `tool ${from + number}`,
      description: `does thing ${from + number}`,
    }),
  )

describe('replicas', () => {
  test('behavior: what one takes in, the other finds', async () => {
    await first.registry.importAgents(names(50, 0))
    const { indexSeq } = first.registry.status()
    expect(indexSeq).toBe(50)
    const found = await until(
      async () => second.registry.status().indexSeq,
      (seq) => seq === indexSeq,
    )
    expect(found).toBe(indexSeq)
    const page = await second.registry.search({
      text: 'thing 17',
      limit: 3,
      minSeq: indexSeq,
    })
    expect(page.results[0]?.name).toBe('tool 17')
  })

  test('behavior: many writers at once, and both indexes hold every row', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, writer) =>
        (writer % 2 === 0 ? first : second).registry.importAgents(
          names(40, 1000 + writer * 40),
        ),
      ),
    )
    await Promise.all([first.registry.catchUp(), second.registry.catchUp()])
    for (const replica of [first, second])
      expect(replica.registry.status()).toMatchObject({
        indexSeq: 370,
        index: { documents: 370 },
      })
  })

  test('behavior: the change feed gives a mirror everything, once', async () => {
    const seen: string[] = []
    let afterSeq = 0
    for (;;) {
      const page = await first.registry.list({
        afterSeq,
        limit: 100,
        type: 'with-removed',
      })
      seen.push(...page.agents.map(({ agentId }) => agentId))
      if (page.nextSeq === undefined) break
      afterSeq = page.nextSeq
    }
    expect(seen).toHaveLength(370)
    expect(new Set(seen).size).toBe(370)
  })

  test('behavior: a replica that starts later has the same index', async () => {
    const third = await startTestRegistry({ database, probes: 'off' })
    const query = { text: 'thing 1012', limit: 20 }
    const [there, here] = await Promise.all([
      first.registry.search(query),
      third.registry.search(query),
    ])
    expect(here.results).toEqual(there.results)
    await third.stop()
  })

  test('behavior: a start from the kept index has what changed since, and nothing that is gone', async () => {
    const own = await createTestDatabase({ schemas: [registryMigrations] })
    const started: TestRegistry[] = []
    const start = async () => {
      const one = await startTestRegistry({ database: own, probes: 'off' })
      started.push(one)
      return one
    }
    try {
      const before = await start()
      await before.registry.importAgents(names(2_500, 0))
      await before.stop()
      // Said behind the feed's back: who built anew would see it.
      await own.pool.query(
        `update registry.agents set description = 'unheard of' where name = 'tool 77'`,
      )
      const writer = await start()
      await writer.registry.importAgents(names(10, 5_000))
      await writer.stop()
      const after = await start()
      const find = async ({ registry }: TestRegistry, text: string) =>
        (await registry.search({ text, limit: 1 })).results[0]
      expect(after.registry.status().index.documents).toBe(2_510)
      expect((await find(after, 'tool 5003'))?.name).toBe('tool 5003')
      expect((await find(after, 'tool 77'))?.description).toBe('does thing 77')
      await after.stop()

      // What came back from a backup counts on from less than was kept.
      const setClock = (by: number) =>
        own.pool.query(
          `update registry.clock set seq = seq + $1 where feed = 'agents'`,
          [by],
        )
      await setClock(-100)
      const restored = await start()
      const seen = await find(restored, 'tool 77')
      expect(seen?.description).toBe('unheard of')
      await restored.stop()
      await setClock(100)

      // One that is not whole is built anew, and replaced by a whole one.
      const readGenerations = async () =>
        (
          await own.pool.query<{ generation: string }>(
            'select distinct generation from registry.kept_indexes',
          )
        ).rows.map(({ generation }) => Number(generation))
      const [broken] = await readGenerations()
      await own.pool.query(
        `delete from registry.kept_indexes
         where part = (select max(part) from registry.kept_indexes)`,
      )
      const anew = await start()
      expect(anew.registry.status().index.documents).toBe(2_510)
      expect(await readGenerations()).toEqual([Number(broken) + 1])
      await anew.stop()
      // Of two that start together over nothing kept, one keeps it for both.
      await own.pool.query('delete from registry.kept_indexes')
      const together = await Promise.all([start(), start()])
      expect(await readGenerations()).toEqual([1])
      for (const one of together) await one.stop()
      const last = await start()
      expect(last.registry.status().index.documents).toBe(2_510)
      expect(await readGenerations()).toEqual([1])
    } finally {
      for (const one of started) await one.stop()
      await own.drop()
    }
  }, 60_000)
})
