import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  buildAgentCard,
  defineAgent,
  signAgentCard,
  signName,
  signPublish,
  signRemove,
  signTransfer,
  toAgentId,
} from '@behest/sdk'
import { type Hex, toRegistryText } from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
} from './testing/startTestRegistry.js'

const chainId = 31_337
const newKey = () => privateKeyToAccount(generatePrivateKey())
/** Accounts that are contracts here, with the hashes that they stand behind. */
const vouched = new Map<string, Set<string>>()

let api: TestRegistry
let domain: Server
let origin: string
const owners = new Set<string>()
beforeAll(async () => {
  api = await startTestRegistry({
    probes: 'off',
    registry: {
      isSignedByContract: async ({ account, hash, signature }) =>
        signature === '0x51' && (vouched.get(account)?.has(hash) ?? false),
    },
  })
  domain = createServer((request, response) => {
    if (request.url !== '/.well-known/behest.json') {
      response.writeHead(404).end()
      return
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ owners: [...owners] }))
  })
  await new Promise<void>((done) => domain.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(domain.address() as AddressInfo).port}`
})
afterAll(async () => {
  domain.closeAllConnections()
  await new Promise((done) => domain.close(done))
  await api.stop()
})

async function send(method: string, path: string, body: unknown) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}
const get = async (path: string) => {
  const response = await fetch(`${api.url}${path}`)
  return { status: response.status, body: await response.json() }
}

const nowUnixSeconds = () => Math.floor(Date.now() / 1000)
const expiresAtUnixSeconds = () => nowUnixSeconds() + 600

async function buildBody(options: {
  readonly name: string
  readonly agentKey: PrivateKeyAccount
  readonly owner?: PrivateKeyAccount
  readonly agentId?: string
  readonly sequence?: number
  readonly editCard?: (text: string) => string
}) {
  const { name, agentKey } = options
  const owner = options.owner ?? agentKey
  const card = await signAgentCard({
    card: buildAgentCard({
      agent: defineAgent({
        name,
        version: '1.0.0',
        summary: 'Sends coins to somebody.',
        chainIds: [chainId],
        serves: ['transfer'],
        limits: { spenders: [], maxValidForSeconds: 60 },
        quote: () => null,
      }),
      agentAddress: agentKey.address,
      url: 'http://127.0.0.1:9/agent',
    }),
    signer: agentKey,
  })
  const text = options.editCard?.(card) ?? card
  return signPublish({
    card: text,
    message: {
      agentId: options.agentId ?? toAgentId({ name, owner: owner.address }),
      cardHash: keccak256(stringToHex(text)),
      url: 'http://127.0.0.1:9/agent',
      operator: agentKey.address,
      sequence: options.sequence ?? 1,
      expiresAtUnixSeconds: expiresAtUnixSeconds(),
    },
    signer: owner,
    chainId,
  })
}

describe("an agent's identity", () => {
  test('default: a card with the signature of its key is marked as such', async () => {
    const { status, body } = await send(
      'POST',
      '/v1/agents',
      await buildBody({ name: 'signed-card', agentKey: newKey() }),
    )
    expect(status).toBe(201)
    expect(body.agent.cardSigned).toBe(true)
  })

  test('error: a card whose signature is not that of its key', async () => {
    const forge = (text: string) => text.replace('somebody', 'someone')
    const forged = await send(
      'POST',
      '/v1/agents',
      await buildBody({
        name: 'forged-card',
        agentKey: newKey(),
        editCard: forge,
      }),
    )
    expect(forged).toMatchObject({
      status: 401,
      body: { code: 'SIGNATURE_INVALID', facts: { message: 'card' } },
    })
    const none = await send(
      'POST',
      '/v1/agents',
      await buildBody({
        name: 'plain-card',
        agentKey: newKey(),
        editCard: (text) => {
          const { signatures: _, ...card } = JSON.parse(text)
          return JSON.stringify(card)
        },
      }),
    )
    expect(none.status).toBe(201)
    expect(none.body.agent.cardSigned).toBe(false)
  })

  test('behavior: a contract owns an agent by its own word (ERC-1271)', async () => {
    const agentKey = newKey()
    const contract = newKey().address.toLowerCase() as Hex
    const agentId = toAgentId({ name: 'of-contract', owner: contract })
    const hashes: Hex[] = []
    // Whoever signs typed data can be asked for its hash: this one only asks.
    const { hashTypedData } = await import('viem')
    const asker = {
      address: contract,
      signTypedData: async (data: Parameters<typeof hashTypedData>[0]) => {
        hashes.push(hashTypedData(data))
        return '0x51' as Hex
      },
    } as unknown as PrivateKeyAccount
    const body = {
      ...(await buildBody({
        name: 'of-contract',
        agentKey,
        owner: asker,
        agentId,
      })),
      owner: contract,
    }
    const before = await send('POST', '/v1/agents', body)
    expect(before).toMatchObject({
      status: 401,
      body: { code: 'SIGNATURE_INVALID' },
    })
    vouched.set(contract, new Set(hashes))
    const after = await send('POST', '/v1/agents', body)
    expect(after.status).toBe(201)
    expect(after.body.agent.owner).toBe(contract)
    const removal = await signRemove({
      message: { agentId, sequence: 9 },
      signer: asker,
      chainId,
    })
    expect(
      (await send('DELETE', `/v1/agents/${agentId}`, removal)).status,
    ).toBe(401)
    vouched.set(contract, new Set(hashes))
    expect(
      (await send('DELETE', `/v1/agents/${agentId}`, removal)).status,
    ).toBe(200)
  })

  test('behavior: a wallet that signs texts alone owns an agent (EIP-191)', async () => {
    const owner = newKey()
    const name = 'said-aloud'
    const agentId = toAgentId({ name, owner: owner.address })
    const typed = await buildBody({ name, agentKey: owner, owner })
    const sign = (
      type: 'Publish' | 'Heartbeat' | 'Remove',
      message: Readonly<Record<string, string | number>>,
      signer = owner,
    ) =>
      signer.signMessage({
        message: toRegistryText({ type, message, chainId }),
      })
    const body = {
      ...typed,
      signature: await sign('Publish', typed.message),
      owner: owner.address,
    }
    // The owner is named, for a text tells nothing without who is to have said it.
    const { owner: _, ...unnamed } = body
    expect((await send('POST', '/v1/agents', unnamed)).status).toBe(401)
    const stranger = await sign('Publish', typed.message, newKey())
    expect(
      (await send('POST', '/v1/agents', { ...body, signature: stranger }))
        .status,
    ).toBe(401)
    // What was said of another kind, or on another chain, is not said of this.
    for (const text of [
      toRegistryText({ type: 'Remove', message: typed.message, chainId }),
      toRegistryText({ type: 'Publish', message: typed.message, chainId: 1 }),
    ])
      expect(
        (
          await send('POST', '/v1/agents', {
            ...body,
            signature: await owner.signMessage({ message: text }),
          })
        ).status,
      ).toBe(401)
    expect((await send('POST', '/v1/agents', body)).status).toBe(201)

    const beat = { agentId, counter: 1, atUnixSeconds: nowUnixSeconds() }
    expect(
      (
        await send('POST', `/v1/agents/${agentId}/heartbeat`, {
          message: beat,
          signature: await sign('Heartbeat', beat),
        })
      ).status,
    ).toBe(200)
    const removal = { agentId, sequence: 2 }
    expect(
      (
        await send('DELETE', `/v1/agents/${agentId}`, {
          message: removal,
          signature: await sign('Remove', removal),
        })
      ).status,
    ).toBe(200)
  })

  test('error: one key that signs too much, from whatever address', async () => {
    const limited = await startTestRegistry({
      probes: 'off',
      database: api.database,
      limits: { keyPerMinute: 3 },
    })
    const publish = async (name: string, agentKey: PrivateKeyAccount) => {
      const response = await fetch(`${limited.url}/v1/agents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(await buildBody({ name, agentKey })),
      })
      return { status: response.status, body: await response.json() }
    }
    try {
      const [busy, calm] = [newKey(), newKey()]
      const statuses: number[] = []
      for (const name of ['one', 'two', 'three'])
        statuses.push((await publish(name, busy)).status)
      expect(statuses).toEqual([201, 201, 201])
      expect(await publish('four', busy)).toMatchObject({
        status: 429,
        body: { code: 'RATE_LIMITED', facts: { from: 'key' } },
      })
      expect((await publish('one', calm)).status).toBe(201)
    } finally {
      await limited.stop()
    }
  })

  test('behavior: an agent is handed over by both, with its id, and not back by the first', async () => {
    const first = newKey()
    const second = newKey()
    const name = 'handed-over'
    const agentId = toAgentId({ name, owner: first.address })
    await send(
      'POST',
      '/v1/agents',
      await buildBody({ name, agentKey: first, sequence: 5 }),
    )
    const message = {
      agentId,
      newOwner: second.address,
      sequence: 6,
      expiresAtUnixSeconds: expiresAtUnixSeconds(),
    }
    const request = await signTransfer({
      message,
      signer: first,
      newOwner: second,
      chainId,
    })
    const path = `/v1/agents/${agentId}/transfer`
    const alone = await signTransfer({
      message,
      signer: first,
      newOwner: first,
      chainId,
    })
    expect((await send('POST', path, alone)).status).toBe(401)
    const taken = await signTransfer({
      message,
      signer: second,
      newOwner: second,
      chainId,
    })
    expect((await send('POST', path, taken)).status).toBe(401)
    expect(await send('POST', path, request)).toMatchObject({
      status: 200,
      body: { owner: second.address.toLowerCase() },
    })
    // Handed in twice, it is done; after the next change it is too old.
    expect((await send('POST', path, request)).status).toBe(200)
    const stolen = await send(
      'POST',
      '/v1/agents',
      await buildBody({ name, agentKey: first, sequence: 20 }),
    )
    expect(stolen).toMatchObject({
      status: 401,
      body: { code: 'SIGNATURE_INVALID' },
    })
    const renewed = await send(
      'POST',
      '/v1/agents',
      await buildBody({
        name,
        agentKey: second,
        agentId,
        sequence: 21,
      }),
    )
    expect(renewed.status).toBe(200)
    expect(renewed.body.agent).toMatchObject({
      agentId,
      owner: second.address.toLowerCase(),
      agent: second.address.toLowerCase(),
    })
    const replayed = await send('POST', path, request)
    expect(replayed).toMatchObject({
      status: 409,
      body: { code: 'SEQUENCE_STALE' },
    })
    const { rows } = await api.database
      .createPool(1)
      .query('select key from registry.keys where agent_id = $1 order by key', [
        agentId,
      ])
    // Nobody becomes a stranger to what was once theirs.
    expect(new Set(rows.map(({ key }) => key))).toEqual(
      new Set([first, second].map(({ address }) => address.toLowerCase())),
    )
  })

  test('behavior: a short name goes to who comes first with a domain', async () => {
    const [one, two] = [newKey(), newKey()]
    const idOf = (key: PrivateKeyAccount) =>
      toAgentId({ name: 'named', owner: key.address })
    for (const key of [one, two])
      await send(
        'POST',
        '/v1/agents',
        await buildBody({ name: 'named', agentKey: key }),
      )
    const claim = async (key: PrivateKeyAccount, name: string) =>
      send(
        'POST',
        '/v1/names',
        await signName({
          message: {
            name,
            agentId: idOf(key),
            origin,
            atUnixSeconds: nowUnixSeconds(),
          },
          signer: key,
          chainId,
        }),
      )
    expect(await claim(one, 'swap-best')).toMatchObject({
      status: 422,
      body: { code: 'NAME_UNPROVEN' },
    })
    owners.add(one.address)
    owners.add(two.address)
    expect(await claim(one, 'swap-best')).toMatchObject({
      status: 200,
      body: { name: 'swap-best', agentId: idOf(one), origin },
    })
    expect((await claim(one, 'swap-best')).status).toBe(200)
    for (const alike of ['swap-best', 'swap-be5t-x', 'svvap-best'])
      expect((await claim(two, alike)).status).toBe(
        alike === 'swap-be5t-x' ? 200 : 409,
      )
    expect((await get('/v1/agents/@swap-best')).body).toMatchObject({
      agentId: idOf(one),
      handle: 'swap-best',
    })
    expect((await get('/v1/names/swap-best')).body.owner).toBe(
      one.address.toLowerCase(),
    )
    const found = await get('/v1/search?q=swap-best&status=unverified')
    expect(found.body.results[0].agentId).toBe(idOf(one))
    // With its agent the name is free again.
    await send(
      'DELETE',
      `/v1/agents/${idOf(one)}`,
      await signRemove({
        message: { agentId: idOf(one), sequence: 2 },
        signer: one,
        chainId,
      }),
    )
    expect((await get('/v1/names/swap-best')).status).toBe(404)
    expect((await claim(two, 'swap-best')).status).toBe(200)
    expect((await get('/v1/names/swap-be5t-x')).status).toBe(404)
  })

  test('error: a domain that may not be called proves nothing', async () => {
    const key = newKey()
    await send(
      'POST',
      '/v1/agents',
      await buildBody({ name: 'named-badly', agentKey: key }),
    )
    for (const bad of [
      'http://169.254.169.254',
      'https://10.0.0.1',
      'https://a.example/path',
      'file:///etc',
      'https://user@a.example',
    ]) {
      const { status, body } = await send(
        'POST',
        '/v1/names',
        await signName({
          message: {
            name: 'bad-domain',
            agentId: toAgentId({ name: 'named-badly', owner: key.address }),
            origin: bad,
            atUnixSeconds: nowUnixSeconds(),
          },
          signer: key,
          chainId,
        }),
      )
      expect(status).toBe(422)
      expect(['URL_REFUSED', 'NAME_UNPROVEN']).toContain(body.code)
    }
  })

  test('behavior: nothing failed in the background', () => {
    expect(api.errors).toEqual([])
  })
})
