import { type Devnet, start } from '@behest/devnet'
import { encodeAnchor, listAnchorContracts } from '@behest/evm'
import {
  buildAgentCard,
  defineAgent,
  signAgentCard,
  signPublish,
  toAgentId,
} from '@behest/sdk'
import type { Hex } from '@behest/spec'
import {
  createWalletClient,
  http,
  keccak256,
  publicActions,
  stringToHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
} from './testing/startTestRegistry.js'
import { createAnchor } from './wiring/createAnchor.js'

let devnet: Devnet
let api: TestRegistry
let owner: ReturnType<typeof privateKeyToAccount>
let stranger: ReturnType<typeof privateKeyToAccount>
const name = 'anchored'
let agentId: string

beforeAll(async () => {
  devnet = await start({})
  owner = privateKeyToAccount(devnet.accounts[1].privateKey)
  stranger = privateKeyToAccount(devnet.accounts[2].privateKey)
  for (const { call } of listAnchorContracts()) await send(stranger, call)
  api = await startTestRegistry({
    probes: 'off',
    registry: {
      anchor: createAnchor({
        rpcUrl: devnet.url,
        chainId: () => 31_337,
        places: 'own',
      }),
    },
  })
  agentId = toAgentId({ name, owner: owner.address })
  await publish('Sends coins.', 1)
})
afterAll(async () => {
  await api.stop()
  await devnet.stop()
})

async function send(account: typeof owner, call: { to: Hex; data: Hex }) {
  const wallet = createWalletClient({
    account,
    chain: devnet.chain,
    transport: http(devnet.url),
    pollingInterval: 5,
  }).extend(publicActions)
  const receipt = await wallet.sendTransactionSync({ ...call, gas: 8_000_000n })
  expect(receipt.status).toBe('success')
}

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${api.url}/v1/agents/${agentId}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  return { status: response.status, body: await response.json() }
}

async function publish(summary: string, sequence: number): Promise<Hex> {
  const url = 'http://127.0.0.1:9/agent'
  const card = await signAgentCard({
    card: buildAgentCard({
      agent: defineAgent({
        name,
        version: '1.0.0',
        summary,
        chainIds: [31_337],
        serves: ['transfer'],
        limits: { spenders: [], maxValidForSeconds: 60 },
        quote: () => null,
      }),
      agentAddress: owner.address,
      url,
    }),
    signer: owner,
  })
  const cardHash = keccak256(stringToHex(card))
  const response = await fetch(`${api.url}/v1/agents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      await signPublish({
        card,
        message: {
          agentId,
          cardHash,
          url,
          operator: owner.address,
          sequence,
          expiresAtUnixSeconds: Math.floor(Date.now() / 1000) + 600,
        },
        signer: owner,
        chainId: 31_337,
      }),
    ),
  })
  expect(response.ok).toBe(true)
  return cardHash
}

async function register(
  account: typeof owner,
  cardHash: Hex,
  id = agentId,
): Promise<void> {
  for (const call of encodeAnchor({
    identityRegistry: listAnchorContracts()[0]?.address ?? '0x',
    anchor: undefined,
    agentId: id,
    cardHash,
    agentUri: 'https://agent.example/registration.json',
  }))
    await send(account, call)
}

describe('an anchor', () => {
  test('default: an agent is taken for a number that its owner gave it, and no other', async () => {
    expect((await ask('GET', '/anchor')).body.code).toBe('ANCHOR_ABSENT')
    const cardHash = await publish('Sends coins.', 2)
    await register(owner, cardHash)
    await register(stranger, cardHash)
    await register(owner, cardHash, 'another-1a2b3c4d')
    const [taken, strangers, others, nobodys, malformed] = await Promise.all(
      ['1', '2', '3', '99', 'x'].map((tokenId) =>
        ask('POST', '/anchor', { tokenId }),
      ),
    )
    expect(taken).toMatchObject({
      status: 200,
      body: { state: 'agrees', tokenId: '1', chainId: 31_337 },
    })
    for (const refused of [strangers, others, nobodys])
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'ANCHOR_REFUSED' },
      })
    expect(malformed?.status).toBe(400)
    expect((await ask('GET', '/anchor')).body.tokenId).toBe('1')
  })

  test('behavior: a card that the chain does not know yet differs', async () => {
    await publish('Sends coins, and says so anew.', 3)
    const { body } = await ask('GET', '/anchor')
    expect(body.state).toBe('differs')
    expect(
      body.checks
        .filter(({ passed }: { passed: boolean }) => !passed)
        .map(({ check }: { check: string }) => check),
    ).toEqual(['card'])
  })
})
