import { createTestDatabase } from '@behest/journal/testing'
import { createRegistry, registryMigrations } from '@behest/registry'
import { expect, test } from 'vitest'
import { until } from './testing/startTestRegistry.js'

const list = (count: number, host: (number: number) => string) =>
  Array.from({ length: count }, (_, number) =>
    JSON.stringify({
      name: `at ${host(number)} ${number}`,
      description: 'a tool',
      url: `https://${host(number)}/${number}`,
    }),
  )

test('behavior: many agents of one quick host are each visited soon, two at a time', async () => {
  const database = await createTestDatabase({ schemas: [registryMigrations] })
  const visited = new Set<string>()
  let atOnce = 0
  let most = 0
  const registry = await createRegistry({
    pool: database.createPool(10),
    chainId: () => 31_337,
    assertUrl: () => undefined,
    onError: (error) => expect.fail(String(error)),
    probe: async ({ agent }) => {
      atOnce += 1
      most = Math.max(most, atOnce)
      await new Promise((done) => setTimeout(done, 5))
      atOnce -= 1
      visited.add(agent.id)
      return [
        { kind: 'card', ok: true, latencyMs: 1, code: 'OK', detail: 'there' },
      ]
    },
  })
  try {
    await registry.importAgents(list(300, () => 'quick.example'))
    await database.pool.query(
      `insert into registry.health (agent_id, next_probe_at)
       select id, clock_timestamp() from registry.agents`,
    )
    expect(
      await until(
        async () => visited.size,
        (count) => count === 300,
      ),
    ).toBe(300)
    expect(most).toBe(2)
  } finally {
    await registry.stop()
    await database.drop()
  }
}, 60_000)

test('behavior: a hundred slow agents of one host keep nobody else waiting', async () => {
  const database = await createTestDatabase({ schemas: [registryMigrations] })
  const visited = new Set<string>()
  let atOnce = 0
  let most = 0
  let end: () => void = () => undefined
  const isOver = new Promise<void>((done) => {
    end = done
  })
  const registry = await createRegistry({
    pool: database.createPool(10),
    chainId: () => 31_337,
    assertUrl: () => undefined,
    onError: (error) => expect.fail(String(error)),
    probe: async ({ agent }) => {
      const { hostname } = new URL(agent.url)
      if (hostname === 'slow.example') {
        atOnce += 1
        most = Math.max(most, atOnce)
        // As slow as can be: until the others were there, or the test is over.
        await isOver
        atOnce -= 1
      } else visited.add(hostname)
      return [
        { kind: 'card', ok: true, latencyMs: 1, code: 'OK', detail: 'there' },
      ]
    },
  })
  try {
    await registry.importAgents(list(100, () => 'slow.example'))
    await registry.importAgents(list(50, (number) => `host${number}.example`))
    // Nobody signed for these: that they are visited is put in, the slow ones first.
    await database.pool.query(
      `insert into registry.health (agent_id, next_probe_at)
       select id, clock_timestamp() - make_interval(hours =>
         case when url like '%slow%' then 2 else 1 end) from registry.agents`,
    )
    expect(
      await until(
        async () => visited.size,
        (count) => count === 50,
      ),
    ).toBe(50)
    expect(most).toBe(2)
  } finally {
    end()
    await registry.stop()
    await database.drop()
  }
}, 60_000)
