import type { ProbePort, ProbeResult } from '@behest/registry'
import { defineAgent, publishAgent, serveAgent } from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterEach, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  until,
} from './testing/startTestRegistry.js'

const chainId = 31_337
const told = (kind: 'card' | 'pulse', ok: boolean): ProbeResult => ({
  kind,
  ok,
  latencyMs: 1,
  code: ok ? 'OK' : 'ENDPOINT_UNREACHABLE',
  detail: 'as the test says',
})
const alive = async () => [told('card', true), told('pulse', true)]

let api: TestRegistry | undefined
afterEach(async () => {
  await api?.stop()
  api = undefined
})

/** Publishes an agent in a registry of its own, and waits till it is listed. */
async function startWithAgent(probe: ProbePort, proofMs?: number) {
  const { agents, close } = await serveAgent(
    defineAgent({
      name: 'tip-jar',
      version: '1.0.0',
      summary: 'Tips.',
      chainIds: [chainId],
      serves: ['transfer'],
      examples: [],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => null,
    }),
    { signer: privateKeyToAccount(generatePrivateKey()) },
  )
  // Its visits are the test's own: nobody asks the agent itself.
  await close()
  const [served] = agents
  if (served === undefined) throw new RangeError('nothing is served')
  const started = await startTestRegistry({
    registry: { probe, ...(proofMs === undefined ? {} : { proofMs }) },
  })
  api = started
  const { agentId } = await publishAgent({
    ...served,
    registryUrl: started.url,
    chainId,
  })
  const search = async (query = '') => {
    const response = await fetch(`${started.url}/v1/search?q=tip-jar${query}`)
    const { results } = (await response.json()) as {
      results: { agentId: string; status: string }[]
    }
    return results.find((hit) => hit.agentId === agentId)?.status
  }
  expect(await until(search, (status) => status === 'live')).toBe('live')
  const visitNow = () =>
    started.database.pool.query(
      'update registry.health set next_probe_at = clock_timestamp() where agent_id = $1',
      [agentId],
    )
  return { ...started, agentId, search, visitNow }
}

test('behavior: whose card is served and whose interface is dead leaves the search', async () => {
  let isDead = false
  const { search, visitNow } = await startWithAgent(async () =>
    isDead ? [told('card', true), told('pulse', false)] : alive(),
  )
  isDead = true
  const searchAfterVisit = async () => {
    await visitNow()
    return search()
  }
  expect(
    await until(searchAfterVisit, (status) => status === undefined),
  ).toBeUndefined()
  expect(await search('&status=down')).toBe('down')
}, 60_000)

test('behavior: who cannot be visited in time is stale, and live again when seen', async () => {
  let isStuck = false
  let free: () => void = () => undefined
  const { search, visitNow, agentId, url } = await startWithAgent(async () => {
    if (isStuck)
      await new Promise<void>((done) => {
        free = done
      })
    return alive()
  }, 3_000)
  isStuck = true
  await visitNow()
  expect(await until(search, (status) => status === undefined)).toBeUndefined()
  expect(await search('&status=stale')).toBe('stale')
  const response = await fetch(`${url}/v1/agents/${agentId}/health`)
  expect(await response.json()).toMatchObject({
    status: 'stale',
    listedAs: 'stale',
    reason: expect.stringContaining('was not seen'),
  })
  isStuck = false
  free()
  expect(await until(search, (status) => status === 'live')).toBe('live')
}, 60_000)

test('behavior: a visit of the card before says nothing about the card of now', async () => {
  let isHeld = false
  let free: () => void = () => undefined
  const { search, visitNow, database, agentId } = await startWithAgent(
    async ({ agent }) => {
      if (isHeld && agent.sequence < Number.MAX_SAFE_INTEGER)
        await new Promise<void>((done) => {
          free = done
        })
      return agent.sequence < Number.MAX_SAFE_INTEGER
        ? alive()
        : [told('card', false), told('pulse', false)]
    },
  )
  isHeld = true
  const held = free
  await visitNow()
  await until(
    async () => free,
    (one) => one !== held,
  )
  // What a new card does to the row, while the visit of the old one is under way.
  await database.pool.query(
    `with t as (update registry.clock set seq = seq + 1 where feed = 'agents' returning seq)
     update registry.agents set sequence = 9007199254740991, status = 'unverified',
       seq = t.seq from t where id = $1`,
    [agentId],
  )
  await until(search, (status) => status === undefined)
  free()
  // The next visit, of the new card, is what counts.
  expect(
    await until(
      async () => {
        await visitNow()
        return search('&status=live,down')
      },
      (status) => status !== undefined,
    ),
  ).toBe('down')
}, 60_000)

test('behavior: windows and their percentiles are those of the visits', async () => {
  const { database, agentId, url } = await startWithAgent(alive)
  await database.pool.query('delete from registry.probes where agent_id = $1', [
    agentId,
  ])
  // Quotes of 1 to 100 ms half an hour ago, ten that failed half a day ago, and a
  // slow one half a month ago.
  await database.pool.query(
    `insert into registry.probes (agent_id, at, kind, action, ok, latency_ms, code, detail)
     select $1, clock_timestamp() - interval '30 minutes', 'canary', 'transfer', true, n, 'OK', ''
       from generate_series(1, 100) n
     union all
     select $1, clock_timestamp() - interval '12 hours', 'canary', 'transfer', false, 10000, 'CANARY_WRONG', ''
       from generate_series(1, 10)
     union all
     select $1, clock_timestamp() - interval '15 days', 'canary', 'transfer', true, 9000, 'OK', ''`,
    [agentId],
  )
  const read = async () =>
    (await (await fetch(`${url}/v1/agents/${agentId}/health`)).json()) as {
      windows: Record<string, Record<string, number>>
    }
  const { windows } = await read()
  // A visit of the prober may have come in between: it adds one fast success.
  const near = (value: number | undefined, wanted: number) =>
    expect(Math.abs((value ?? Number.NaN) - wanted)).toBeLessThan(1.5)
  near(windows['1h']?.probes, 100)
  near(windows['1h']?.p50LatencyMs, 50.5)
  near(windows['1h']?.p95LatencyMs, 95.05)
  near(windows['1d']?.probes, 110)
  near(windows['1d']?.succeeded, 100)
  // Failures tell nothing about how fast it answers.
  near(windows['1d']?.p95LatencyMs, 95.05)
  near(windows['30d']?.probes, 111)
  expect(windows['30d']?.p95LatencyMs).toBeGreaterThan(
    windows['1d']?.p95LatencyMs ?? Number.NaN,
  )
}, 60_000)

test('behavior: found by how fast it quotes, over HTTP', async () => {
  const { search, visitNow } = await startWithAgent(async () => [
    ...(await alive()),
    {
      kind: 'canary',
      action: 'transfer',
      ok: true,
      latencyMs: 300,
      code: 'OK',
      detail: '',
    },
  ])
  await visitNow()
  expect(
    await until(
      () => search('&maxLatencyMs=300'),
      (status) => status === 'live',
    ),
  ).toBe('live')
  expect(await search('&maxLatencyMs=299')).toBeUndefined()
}, 60_000)

test('behavior: the MCP view offers nobody who is down', async () => {
  let isDead = false
  const { url, agentId, visitNow, search } = await startWithAgent(async () =>
    isDead ? [told('card', true), told('pulse', false)] : alive(),
  )
  const list = async () =>
    (await (await fetch(`${url}/v0.1/servers?search=tip-jar`)).json()) as {
      servers: { _meta: Record<string, { status: string }> }[]
    }
  const official = 'io.modelcontextprotocol.registry/official'
  expect(
    (await list()).servers.map((one) => one._meta[official]),
  ).toMatchObject([{ status: 'active' }])
  isDead = true
  await until(
    async () => {
      await visitNow()
      return search('&status=down')
    },
    (status) => status === 'down',
  )
  expect((await list()).servers).toEqual([])
  const name = encodeURIComponent(`dev.behest/${agentId}`)
  const one = await fetch(`${url}/v0.1/servers/${name}/versions/latest`)
  expect((await one.json())._meta[official]).toMatchObject({
    status: 'deprecated',
    statusMessage: expect.stringContaining('down: interface'),
  })
}, 60_000)
