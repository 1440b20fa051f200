import {
  buildAgentCard,
  defineAgent,
  signPublish,
  signRemove,
  signTransfer,
  toAgentId,
} from '@behest/sdk'
import { keccak256, stringToHex } from 'viem'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import { afterEach, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  until,
} from './testing/startTestRegistry.js'

const chainId = 31_337
const newKey = () => privateKeyToAccount(generatePrivateKey())
const started: TestRegistry[] = []
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop()
})

async function startFirst(): Promise<TestRegistry> {
  const first = await startTestRegistry({ probes: 'off' })
  started.push(first)
  return first
}

/** A registry that mirrors another one, and may be told lies about it. */
async function startMirror(
  first: TestRegistry,
  options: {
    readonly maxAgentsPerOwner?: number
    readonly lie?: (path: string, text: string) => string
  } = {},
): Promise<TestRegistry> {
  const { lie, maxAgentsPerOwner = 100 } = options
  const mirror = await startTestRegistry({
    probes: 'off',
    registry: {
      limits: { maxAgentsPerOwner },
      mirrors: {
        origins: [first.url],
        fetch: async (url) => {
          const response = await fetch(url)
          const text = await response.text()
          return new Response(
            lie?.(url.slice(first.url.length), text) ?? text,
            response,
          )
        },
      },
    },
  })
  started.push(mirror)
  return mirror
}

async function send(
  api: TestRegistry,
  method: string,
  path: string,
  body: unknown,
): Promise<number> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  return response.status
}
async function get(api: TestRegistry, path: string) {
  const response = await fetch(`${api.url}${path}`)
  return { status: response.status, body: await response.json() }
}
const has = (api: TestRegistry, agentId: string) =>
  until(
    async () => (await get(api, `/v1/agents/${agentId}`)).status,
    (status) => status === 200,
  )

async function publish(
  api: TestRegistry,
  options: {
    readonly name: string
    readonly owner: PrivateKeyAccount
    readonly agentId?: string
    readonly cardName?: string
    readonly summary?: string
    readonly sequence?: number
  },
): Promise<string> {
  const { name, owner, sequence = 1 } = options
  const agentId = options.agentId ?? toAgentId({ name, owner: owner.address })
  const built = buildAgentCard({
    agent: defineAgent({
      name,
      version: '1.0.0',
      summary: options.summary ?? 'Sends coins to somebody.',
      chainIds: [chainId],
      serves: ['transfer'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => null,
    }),
    agentAddress: owner.address,
    url: 'http://127.0.0.1:9/agent',
  })
  const card = JSON.stringify({ ...built, name: options.cardName ?? name })
  const body = await signPublish({
    card,
    message: {
      agentId,
      cardHash: keccak256(stringToHex(card)),
      url: 'http://127.0.0.1:9/agent',
      operator: owner.address,
      sequence,
      expiresAtUnixSeconds: Math.floor(Date.now() / 1000) + 600,
    },
    signer: owner,
    chainId,
  })
  expect(await send(api, 'POST', '/v1/agents', body)).toBeLessThan(300)
  return agentId
}

async function handOver(
  api: TestRegistry,
  options: {
    readonly agentId: string
    readonly from: PrivateKeyAccount
    readonly to: PrivateKeyAccount
    readonly sequence: number
  },
): Promise<void> {
  const { agentId, from, to, sequence } = options
  const request = await signTransfer({
    message: {
      agentId,
      newOwner: to.address,
      sequence,
      expiresAtUnixSeconds: Math.floor(Date.now() / 1000) + 600,
    },
    signer: from,
    newOwner: to,
    chainId,
  })
  expect(
    await send(api, 'POST', `/v1/agents/${agentId}/transfer`, request),
  ).toBe(200)
}

describe('a mirror is as careful as the door', () => {
  test('behavior: an agent that was handed over is taken with its whole history', async () => {
    const first = await startFirst()
    const [one, two, three] = [newKey(), newKey(), newKey()]
    const agentId = await publish(first, { name: 'wanderer', owner: one })
    await handOver(first, { agentId, from: one, to: two, sequence: 2 })
    await publish(first, {
      name: 'wanderer',
      owner: two,
      agentId,
      sequence: 3,
    })
    await handOver(first, { agentId, from: two, to: three, sequence: 4 })

    const mirror = await startMirror(first)
    expect(await has(mirror, agentId)).toBe(200)
    const { body } = await get(mirror, `/v1/agents/${agentId}`)
    expect(body.owner).toBe(three.address.toLowerCase())
    expect(body.sequence).toBe(4)
    // Nobody becomes a stranger to what was once theirs, here as there.
    expect(new Set(body.keys.map(({ key }: { key: string }) => key))).toEqual(
      new Set([one, two, three].map((key) => key.address.toLowerCase())),
    )
    // And a mirror of the mirror can check it all again.
    const second = await startMirror(mirror)
    expect(await has(second, agentId)).toBe(200)
    expect((await get(second, `/v1/agents/${agentId}`)).body.owner).toBe(
      three.address.toLowerCase(),
    )

    // Handed over once more, after it was taken.
    const four = newKey()
    await handOver(first, { agentId, from: three, to: four, sequence: 5 })
    const owner = await until(
      async () => (await get(mirror, `/v1/agents/${agentId}`)).body.owner,
      (known) => known === four.address.toLowerCase(),
    )
    expect(owner).toBe(four.address.toLowerCase())
  }, 90_000)

  test('error: a hand-over that not both have signed', async () => {
    const first = await startFirst()
    const [one, two] = [newKey(), newKey()]
    const agentId = await publish(first, { name: 'stolen', owner: one })
    await handOver(first, { agentId, from: one, to: two, sequence: 2 })
    const after = await publish(first, { name: 'after', owner: one })
    const mirror = await startMirror(first, {
      lie: (path, text) => {
        if (!path.endsWith('/transfers')) return text
        const { transfers } = JSON.parse(text)
        return JSON.stringify({
          // The old owner's signature is the new owner's: nobody gave it away.
          transfers: transfers.map((one: Record<string, unknown>) => ({
            ...one,
            signature: one.newOwnerSignature,
          })),
        })
      },
    })
    expect(await has(mirror, after)).toBe(200)
    expect((await get(mirror, `/v1/agents/${agentId}`)).status).toBe(404)
  }, 90_000)

  test('error: a name that passes for that of another owner here', async () => {
    const first = await startFirst()
    const alike = await publish(first, {
      name: 'pay-alike-too',
      owner: newKey(),
      cardName: 'pаy-аlike',
    })
    const after = await publish(first, { name: 'after', owner: newKey() })
    const mirror = await startTestRegistry({ probes: 'off' })
    started.push(mirror)
    await publish(mirror, { name: 'pay-alike', owner: newKey() })
    const careful = await startTestRegistry({
      probes: 'off',
      database: mirror.database,
      registry: { mirrors: { origins: [first.url], fetch } },
    })
    started.push(careful)
    expect(await has(careful, after)).toBe(200)
    expect((await get(careful, `/v1/agents/${alike}`)).status).toBe(404)
  }, 90_000)

  test('error: more agents of one owner than one owner may have', async () => {
    const first = await startFirst()
    const owner = newKey()
    const ids: string[] = []
    for (const name of ['one', 'two', 'three'])
      ids.push(await publish(first, { name, owner }))
    const after = await publish(first, { name: 'after', owner: newKey() })
    const mirror = await startMirror(first, { maxAgentsPerOwner: 2 })
    expect(await has(mirror, after)).toBe(200)
    const statuses: number[] = []
    for (const id of ids)
      statuses.push((await get(mirror, `/v1/agents/${id}`)).status)
    expect(statuses).toEqual([200, 200, 404])
  }, 90_000)

  test('behavior: who is at home here is not taken away from elsewhere', async () => {
    const first = await startFirst()
    const owner = newKey()
    const name = 'at-home'
    const agentId = await publish(first, { name, owner })
    const mirror = await startMirror(first)
    expect(await has(mirror, agentId)).toBe(200)
    // It came from there, and then its owner published it here.
    await publish(mirror, { name, owner, sequence: 2, summary: 'At home.' })
    const removal = await signRemove({
      message: { agentId, sequence: 3 },
      signer: owner,
      chainId,
    })
    expect(await send(first, 'DELETE', `/v1/agents/${agentId}`, removal)).toBe(
      200,
    )
    const after = await publish(first, { name: 'after', owner })
    expect(await has(mirror, after)).toBe(200)
    expect((await get(mirror, `/v1/agents/${agentId}`)).status).toBe(200)
  }, 90_000)
})

describe('the versions of an agent', () => {
  test('default: who published each, and what it changed', async () => {
    const api = await startFirst()
    const owner = newKey()
    const agentId = await publish(api, { name: 'versions', owner })
    await publish(api, {
      name: 'versions',
      owner,
      sequence: 2,
      summary: 'Sends coins, and says so.',
    })
    const { body } = await get(api, `/v1/agents/${agentId}/versions`)
    expect(body.versions).toMatchObject([
      {
        sequence: 2,
        by: owner.address.toLowerCase(),
        changes: {
          fields: expect.arrayContaining(['description']),
          added: [],
          removed: [],
        },
      },
      { sequence: 1, by: owner.address.toLowerCase(), changes: null },
    ])
  })
})
