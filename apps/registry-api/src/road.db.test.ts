import {
  type Agent,
  type AgentServer,
  defineAgent,
  getAmountUnits,
  publishAgent,
  type ServedAgent,
  serveAgent,
  signHeartbeat,
  signPublish,
  toAgentId,
  unpublishAgent,
} from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import { encodeFunctionData, erc20Abi, keccak256, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  until,
} from './testing/startTestRegistry.js'

const usdc = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const
const chainId = 31_337

function buildPayAgent(name: string, behaviour: 'pays' | 'breaks' = 'pays') {
  return defineAgent({
    name,
    version: '1.0.0',
    summary: 'Sends stablecoins to somebody.',
    chainIds: [1, chainId],
    serves: ['transfer'],
    examples: ['send 5 USDC to my sister'],
    limits: { spenders: [], maxValidForSeconds: 300 },
    quote({ token, amount, to }) {
      if (behaviour === 'breaks' || token.address === 'native') return null
      const { units } = getAmountUnits({ amount })
      return {
        calls: [
          {
            to: token.address,
            data: encodeFunctionData({
              abi: erc20Abi,
              functionName: 'transfer',
              args: [to, units],
            }),
          },
        ],
        receive: [
          { token, account: to, atLeastUnits: units, expectedUnits: units },
        ],
      }
    },
  })
}

let api: TestRegistry
const servers: AgentServer[] = []

async function serve(agent: Agent): Promise<ServedAgent> {
  const server = await serveAgent(agent, {
    signer: privateKeyToAccount(generatePrivateKey()),
  })
  servers.push(server)
  return server.agents[0] as ServedAgent
}

async function get(path: string) {
  const response = await fetch(`${api.url}${path}`)
  return { status: response.status, body: await response.json() }
}

async function send(method: string, path: string, body: unknown) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.json(),
  }
}

beforeAll(async () => {
  api = await startTestRegistry({
    canary: {
      buildRequest: async ({ capability, seed }) =>
        capability.action !== 'transfer'
          ? undefined
          : createTestRequest({
              instruction: {
                action: 'transfer',
                token: usdc,
                amount: { type: 'exact', units: 5_000_000n + BigInt(seed) },
                to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
              },
              requestId: `canary-${seed}`,
              nowUnixSeconds: Math.floor(Date.now() / 1000),
            }),
    },
  })
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await api.stop()
})

describe('registry API', () => {
  test('default: a published agent can be asked for at once and is found once visited', async () => {
    const served = await serve(buildPayAgent('pay-fast'))
    const { agentId } = await publishAgent({
      ...served,
      registryUrl: api.url,
      chainId,
    })
    const first = await get(
      '/v1/search?action=transfer&chain=local&token=USDC&status=live,unverified',
    )
    expect(
      first.body.results.map((hit: { agentId: string }) => hit.agentId),
    ).toContain(agentId)
    // Unless somebody asks for them, only agents that were tested are found.
    const byWords = await until(
      () => get('/v1/search?q=send%20stablecoins'),
      ({ body }) => body.results.length > 0,
    )
    expect(byWords.body.results[0].status).toBe('live')
    expect(byWords.body.results[0]).toMatchObject({
      agentId,
      agent: served.signer.address.toLowerCase(),
      url: served.url,
    })
    const live = await until(
      () => get(`/v1/agents/${agentId}/health`),
      ({ body }) => body.status === 'live' && body.listedAs === 'live',
    )
    expect(live.body).toMatchObject({
      status: 'live',
      listedAs: 'live',
      contract: [{ action: 'transfer', ok: true, code: 'OK' }],
    })
    // The stretches of a window add up to the window.
    for (const [name, stretchSeconds] of [
      ['1h', 120],
      ['1d', 1800],
      ['30d', 43_200],
    ] as const) {
      const { windows, history } = live.body
      expect(history[name].stretchSeconds).toBe(stretchSeconds)
      const sum = (key: 'probes' | 'succeeded') =>
        history[name].points.reduce(
          (total: number, point: Record<string, number>) =>
            total + (point[key] ?? 0),
          0,
        )
      // Two reads: a visit may come in between.
      expect(Math.abs(sum('probes') - windows[name].probes)).toBeLessThan(3)
      expect(sum('succeeded')).toBeGreaterThan(0)
      const [first] = history[name].points
      expect(Date.parse(first.at) % (stretchSeconds * 1000)).toBe(0)
      expect(first.p95LatencyMs).toBeGreaterThanOrEqual(first.p50LatencyMs)
    }
    const found = await until(
      () => get('/v1/search?action=transfer&status=live'),
      ({ body }) => body.results.length > 0,
    )
    expect(found.body.results[0]).toMatchObject({ agentId, status: 'live' })
    expect(found.body.results[0].why).toContain('is live as measured')
  })

  test('behavior: who declines whatever is asked is listed for nothing', async () => {
    const served = await serve(buildPayAgent('pay-never', 'breaks'))
    const { agentId } = await publishAgent({
      ...served,
      registryUrl: api.url,
      chainId,
    })
    const health = await until(
      () => get(`/v1/agents/${agentId}/health`),
      ({ body }) => body.status === 'live',
    )
    // Alive, and shown as what it is: a decline with its reason, and no quote.
    expect(health.body).toMatchObject({
      status: 'live',
      contract: [
        { action: 'transfer', ok: true, code: 'DECLINED', passShare: 0 },
      ],
    })
    expect(health.body.reason).toContain('declines to quote transfer')
    const { body } = await get(`/v1/agents/${agentId}`)
    expect(body.delisted).toEqual(['transfer'])
    expect(
      idsOf(await get('/v1/search?q=pay-never&action=transfer')),
    ).not.toContain(agentId)
    const why = await get(`/v1/agents/${agentId}/explain?action=transfer`)
    expect(why.body.listed).toBe(false)

    // Another card of the same agent does not let it in before it has quoted.
    await send(
      'POST',
      '/v1/agents',
      await toPublishBody(served, {
        sequence: body.sequence + 1,
        card: served.cardText.replace('Sends stablecoins', 'Sends coins'),
      }),
    )
    expect((await get(`/v1/agents/${agentId}`)).body.delisted).toEqual([
      'transfer',
    ])
  })

  test('behavior: filters hold in one capability, and an unknown word finds none', async () => {
    expect((await get('/v1/search?action=swap')).body.results).toEqual([])
    expect(
      (await get('/v1/search?action=transfer&chain=polygon')).body.results,
    ).toEqual([])
    expect(
      (await get('/v1/search?action=transfer&chain=1')).body.results,
    ).toHaveLength(1)
    expect(
      (await get('/v1/search?action=transfer&venue=uniswap')).body.results,
    ).toEqual([])
  })

  test('behavior: publishing again with the same message changes nothing', async () => {
    const served = await serve(buildPayAgent('pay-twice'))
    const body = await toPublishBody(served, { sequence: 5 })
    const first = await send('POST', '/v1/agents', body)
    const second = await send('POST', '/v1/agents', body)
    expect([first.status, second.status]).toEqual([201, 200])
    // Its place in the feed may move meanwhile: a probe has seen it.
    expect(second.body).toMatchObject({
      type: 'unchanged',
      agent: {
        sequence: 5,
        leaseUntil: first.body.agent.leaseUntil,
        cardHash: first.body.agent.cardHash,
      },
    })
    const { body: history } = await get(`/v1/agents/${toIdOf(served)}/versions`)
    expect(history.versions).toHaveLength(1)
  })

  test('behavior: sequence only grows, also when writers race', async () => {
    const served = await serve(buildPayAgent('pay-race'))
    const bodies = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((sequence) => toPublishBody(served, { sequence })),
    )
    const answers = await Promise.all(
      [3, 0, 5, 2, 4, 1].map((index) =>
        send('POST', '/v1/agents', bodies[index]),
      ),
    )
    for (const { status, body } of answers)
      if (status >= 400) expect(body.code).toBe('SEQUENCE_STALE')
    const { body } = await get(`/v1/agents/${toIdOf(served)}`)
    expect(body.sequence).toBe(6)
    const lower = await send('POST', '/v1/agents', bodies[3])
    expect(lower).toMatchObject({
      status: 409,
      type: 'application/problem+json',
      body: { code: 'SEQUENCE_STALE', facts: { storedSequence: '6' } },
    })
  })

  test('behavior: a heartbeat renews once, and its replay is refused', async () => {
    const served = await serve(buildPayAgent('pay-beat'))
    const published = await send(
      'POST',
      '/v1/agents',
      await toPublishBody(served, { sequence: 1, leaseSeconds: 60 }),
    )
    const agentId = toIdOf(served)
    const beat = await signHeartbeat({
      message: {
        agentId,
        counter: 1,
        atUnixSeconds: Math.floor(Date.now() / 1000),
      },
      signer: served.signer,
      chainId,
    })
    const renewed = await send('POST', `/v1/agents/${agentId}/heartbeat`, beat)
    expect(renewed.status).toBe(200)
    expect(Date.parse(renewed.body.leaseUntil)).toBeGreaterThanOrEqual(
      Date.parse(published.body.leaseUntil),
    )
    const replay = await send('POST', `/v1/agents/${agentId}/heartbeat`, beat)
    expect(replay).toMatchObject({
      status: 409,
      body: { code: 'HEARTBEAT_STALE' },
    })
    const stranger = await signHeartbeat({
      message: {
        agentId,
        counter: 2,
        atUnixSeconds: Math.floor(Date.now() / 1000),
      },
      signer: privateKeyToAccount(generatePrivateKey()),
      chainId,
    })
    expect(
      await send('POST', `/v1/agents/${agentId}/heartbeat`, stranger),
    ).toMatchObject({ status: 401, body: { code: 'SIGNATURE_INVALID' } })
  })

  test('behavior: an expired lease is not an agent, whatever a sweeper does', async () => {
    const served = await serve(buildPayAgent('pay-short'))
    await send(
      'POST',
      '/v1/agents',
      await toPublishBody(served, { sequence: 1, leaseSeconds: 2 }),
    )
    const search = () =>
      get('/v1/search?q=pay-short&action=transfer&status=live,unverified')
    expect(idsOf(await search())).toContain(toIdOf(served))
    const gone = await until(
      search,
      (answer) => !idsOf(answer).includes(toIdOf(served)),
    )
    expect(idsOf(gone)).not.toContain(toIdOf(served))
    const { body } = await get(`/v1/agents/${toIdOf(served)}`)
    expect(body.status).toBe('expired')
    const named = await get('/v1/search?q=pay-short&status=expired')
    expect(idsOf(named)).toContain(toIdOf(served))
  })

  test('behavior: a removed agent is gone, and comes back only with a higher sequence', async () => {
    const served = await serve(buildPayAgent('pay-gone'))
    const options = { ...served, registryUrl: api.url, chainId }
    const { agentId } = await publishAgent(options)
    await unpublishAgent(options)
    expect(await get(`/v1/agents/${agentId}`)).toMatchObject({
      status: 404,
      body: { code: 'AGENT_NOT_FOUND' },
    })
    expect(idsOf(await get('/v1/search?q=pay-gone'))).not.toContain(agentId)
    const feed = await get('/v1/agents?removed=true&limit=100')
    expect(feed.body.removed).toContainEqual(
      expect.objectContaining({ agentId }),
    )
    expect(
      await send(
        'POST',
        '/v1/agents',
        await toPublishBody(served, { sequence: 7 }),
      ),
    ).toMatchObject({ status: 409 })
    await publishAgent(options)
    expect((await get(`/v1/agents/${agentId}`)).status).toBe(200)
  })

  test('behavior: an agent whose address is dead leaves the search', async () => {
    const served = await serve(buildPayAgent('pay-dead'))
    const server = servers.pop()
    await server?.close()
    const agentId = toIdOf(served)
    await send(
      'POST',
      '/v1/agents',
      await toPublishBody(served, { sequence: 1 }),
    )
    const down = await until(
      () => get(`/v1/agents/${agentId}/health`),
      ({ body }) => body.status === 'down',
    )
    expect(down.body).toMatchObject({
      status: 'down',
      lastError: { code: 'CARD_UNREACHABLE' },
    })
    const search = await until(
      () => get('/v1/search?q=pay-dead'),
      (answer) => !idsOf(answer).includes(agentId),
    )
    expect(idsOf(search)).not.toContain(agentId)
  })

  test('error: every forged or malformed publish is a typed problem', async () => {
    const served = await serve(buildPayAgent('pay-forged'))
    const good = await toPublishBody(served, { sequence: 1 })
    const stranger = privateKeyToAccount(generatePrivateKey())
    const forged = await signPublish({
      card: good.card,
      message: good.message,
      signer: stranger,
      chainId,
    })
    const cases: [unknown, number, string][] = [
      [forged, 401, 'SIGNATURE_INVALID'],
      [
        await signPublish({ ...good, signer: served.signer, chainId: 1 }),
        401,
        'SIGNATURE_INVALID',
      ],
      [{ ...good, card: `${good.card} ` }, 422, 'MESSAGE_MISMATCH'],
      [
        { ...good, message: { ...good.message, sequence: 2 } },
        401,
        'SIGNATURE_INVALID',
      ],
      [
        await toPublishBody(served, { sequence: 1, leaseSeconds: -5 }),
        422,
        'MESSAGE_EXPIRED',
      ],
      [
        await toPublishBody(served, {
          sequence: 1,
          url: 'http://169.254.169.254/latest',
        }),
        422,
        'URL_REFUSED',
      ],
      [
        await toPublishBody(served, { sequence: 1, url: 'https://10.0.0.1/' }),
        422,
        'URL_REFUSED',
      ],
      [
        await toPublishBody(served, { sequence: 1, card: '{"name":1}' }),
        422,
        'CARD_MALFORMED',
      ],
      [
        { ...good, signature: `0x${'00'.repeat(65)}` },
        401,
        'SIGNATURE_INVALID',
      ],
      [{ ...good, signature: '0x1234' }, 401, 'SIGNATURE_INVALID'],
      [{ ...good, extra: 1 }, 400, 'REQUEST_MALFORMED'],
    ]
    for (const [body, status, code] of cases)
      expect(await send('POST', '/v1/agents', body)).toMatchObject({
        status,
        type: 'application/problem+json',
        body: { code, status },
      })
    expect((await get(`/v1/agents/${toIdOf(served)}`)).status).toBe(404)
  })

  test('error: an operator in the card who did not sign the message is refused', async () => {
    const served = await serve(buildPayAgent('pay-other'))
    const body = await toPublishBody(served, {
      sequence: 1,
      operator: privateKeyToAccount(generatePrivateKey()).address,
    })
    expect(await send('POST', '/v1/agents', body)).toMatchObject({
      status: 422,
      body: { code: 'MESSAGE_MISMATCH', facts: { field: 'operator' } },
    })
  })

  test('error: a name that only looks like the one of another owner', async () => {
    const first = await serve(buildPayAgent('pay-alike'))
    await publishAgent({ ...first, registryUrl: api.url, chainId })
    const second = await serve(buildPayAgent('pay-other-hand'))
    // Its signature would not hold over another name: it comes without one.
    const { signatures: _, ...own } = JSON.parse(second.cardText)
    const card = JSON.stringify({ ...own, name: 'pаy-аlike' })
    expect(
      await send(
        'POST',
        '/v1/agents',
        await toPublishBody(second, { sequence: 1, card }),
      ),
    ).toMatchObject({
      status: 409,
      body: { code: 'NAME_TAKEN', facts: { takenBy: toIdOf(first) } },
    })
  })

  test('error: more agents of one owner than one owner may have', async () => {
    const small = await startTestRegistry({
      probes: 'off',
      database: api.database,
      registry: { limits: { maxAgentsPerOwner: 1 } },
    })
    const owner = privateKeyToAccount(generatePrivateKey())
    const answers: number[] = []
    for (const name of ['pay-one', 'pay-two']) {
      const { agents, close } = await serveAgent(buildPayAgent(name), {
        signer: owner,
      })
      const body = await toPublishBody(agents[0] as ServedAgent, {
        sequence: 1,
      })
      const response = await fetch(`${small.url}/v1/agents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      answers.push(response.status)
      await close()
    }
    await small.stop()
    expect(answers).toEqual([201, 429])
  })

  test('behavior: the MCP view lists the same agents', async () => {
    const { body } = await get('/v0.1/servers?search=pay-fast')
    expect(body.metadata.count).toBe(1)
    const { name } = body.servers[0].server
    expect(name).toMatch(/^dev\.behest\/pay-fast-[0-9a-f]{8}$/)
    const one = await get(
      `/v0.1/servers/${encodeURIComponent(name)}/versions/latest`,
    )
    expect(one.body).toEqual(body.servers[0])
    expect(
      (await get('/v0.1/servers/dev.behest%2Fnobody/versions')).status,
    ).toBe(404)
  })

  test('behavior: explain tells an absent agent the first reason', async () => {
    const served = await serve(buildPayAgent('pay-why'))
    const { agentId } = await publishAgent({
      ...served,
      registryUrl: api.url,
      chainId,
    })
    const here = await until(
      () => get(`/v1/agents/${agentId}/explain?action=transfer`),
      ({ body }) => body.listed,
    )
    expect(here.body).toMatchObject({ listed: true, todo: null })
    const absent = await get(
      `/v1/agents/${agentId}/explain?q=pay&action=transfer&chain=polygon`,
    )
    expect(absent.body).toMatchObject({ listed: false, rank: null })
    expect(absent.body.todo).toContain('chain 137')
  })

  test('behavior: nothing failed in the background', () => {
    expect(api.errors).toEqual([])
  })
})

function idsOf(answer: { body: { results: { agentId: string }[] } }): string[] {
  return answer.body.results.map(({ agentId }) => agentId)
}

function toIdOf({ agent, signer }: ServedAgent): string {
  return toAgentId({ name: agent.name, owner: signer.address })
}

async function toPublishBody(
  served: ServedAgent,
  options: {
    readonly sequence: number
    readonly leaseSeconds?: number
    readonly url?: string
    readonly card?: string
    readonly operator?: `0x${string}`
  },
) {
  const card = options.card ?? served.cardText
  return signPublish({
    card,
    message: {
      agentId: toIdOf(served),
      cardHash: keccak256(stringToHex(card)),
      url: options.url ?? served.url,
      operator: options.operator ?? served.signer.address,
      sequence: options.sequence,
      expiresAtUnixSeconds:
        Math.floor(Date.now() / 1000) + (options.leaseSeconds ?? 600),
    },
    signer: served.signer,
    chainId,
  })
}
