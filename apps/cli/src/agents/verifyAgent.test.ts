import type { AgentDetail, RegistryClient } from '@behest/client'
import { signPublish } from '@behest/sdk'
import { keccak256, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { verifyAgent } from './verifyAgent.js'

const owner = privateKeyToAccount(`0x${'41'.repeat(32)}`)
const next = privateKeyToAccount(`0x${'42'.repeat(32)}`)
const card = '{"name":"swap"}'
const chainId = 31_337
const agentId = 'swap-1a2b3c4d'

const published = await signPublish({
  card,
  message: {
    agentId,
    cardHash: keccak256(stringToHex(card)),
    url: 'https://swap.example',
    operator: owner.address,
    sequence: 1,
    expiresAtUnixSeconds: 1_900_000_000,
  },
  signer: owner,
  chainId,
})

/** What a registry finds out about `changes` of an honest answer. */
async function find(
  changes: Partial<AgentDetail>,
): Promise<Record<string, string>> {
  const agent = {
    agentId,
    url: 'https://swap.example',
    owner: owner.address.toLowerCase(),
    cardHash: keccak256(stringToHex(card)),
    trust: null,
    keys: [{ key: owner.address.toLowerCase(), role: 'owner' }],
    ...published,
    ...changes,
  } as unknown as AgentDetail
  const registry = {
    get: async () => agent,
    receipts: async () => ({ receipts: [], nextCursor: null }),
  } as unknown as RegistryClient
  const { findings, anchored } = await verifyAgent({
    source: agentId,
    registry,
    chainId,
    rpcUrl: 'http://127.0.0.1:9',
    places: undefined,
  })
  expect(anchored).toBe(false)
  return Object.fromEntries(findings.map(({ name, state }) => [name, state]))
}

describe('verifyAgent', () => {
  test('default: what its owner signed holds without a chain', async () => {
    expect(await find({})).toEqual({
      card: 'ok',
      owner: 'ok',
      trust: 'ok',
      'on chain': 'warning',
    })
  })

  test('behavior: a card that was changed on the way is found out', async () => {
    expect((await find({ card: '{"name":"swap2"}' })).card).toBe('broken')
  })

  test('behavior: a card and a hash that both were changed are found out', async () => {
    const other = '{"name":"other"}'
    const found = await find({
      card: other,
      cardHash: keccak256(stringToHex(other)),
    })
    expect(found).toMatchObject({ card: 'ok', owner: 'broken' })
  })

  test('behavior: an owner who never signed is found out, one who took over is told apart', async () => {
    expect(
      await find({ owner: next.address, keys: [] as never }),
    ).toMatchObject({ owner: 'broken' })
    expect(await find({ owner: next.address })).toMatchObject({
      owner: 'warning',
    })
  })

  test('behavior: trust that no receipt gives is found out', async () => {
    expect(
      (await find({ trust: { bound: 0.9, atUnixSeconds: 1_800_000_000 } }))
        .trust,
    ).toBe('broken')
  })
})
