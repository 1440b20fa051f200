import {
  type AgentDetail,
  ApiProblemError,
  ApiUnreachableError,
  type ReceiptView,
} from '@behest/client'
import { signPublish } from '@behest/sdk'
import { keccak256, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { type AskedRegistry, verifyAgent } from './verifyAgent.js'

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

const honest: AgentDetail = {
  agentId,
  name: 'swap',
  agent: owner.address,
  url: 'https://swap.example',
  endpoint: 'https://swap.example/a2a',
  description: 'Swaps.',
  capabilities: [],
  version: '1.0.0',
  source: 'signed',
  status: 'live',
  reference: false,
  leaseUntil: null,
  contact: null,
  examples: [],
  keywords: '',
  sequence: 1,
  statusSince: '2026-11-22T10:00:00.000Z',
  statusReason: '',
  delisted: [],
  publishedAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:00:00.000Z',
  seq: 1,
  owner: owner.address,
  cardHash: keccak256(stringToHex(card)),
  trust: null,
  keys: [{ key: owner.address.toLowerCase(), role: 'owner' }],
  card,
  message: { ...published.message },
  signature: published.signature ?? null,
}

const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const
const other = 'pay-1a2b3c4d'
/** A receipt of work that another agent did. */
const receipt: ReceiptView = {
  hash: hash(1),
  receipt: {
    intentId: 'i1',
    intentHash: hash(2),
    planHash: hash(3),
    outcome: 'MET',
    chainId,
    account: '0x00000000000000000000000000000000000000aa',
    steps: [
      {
        id: 's1',
        action: 'transfer',
        agent: other,
        agentAddress: next.address,
        quoteId: 'q_1',
        quoteHash: hash(4),
        transactions: [hash(5)],
        promised: [],
        realised: [],
        positions: [],
        verdict: 'MET',
      },
    ],
    health: [],
    gasWei: '21000',
    feesPaid: [],
    startedAt: '2026-11-22T10:00:00.000Z',
    finishedAt: '2026-11-22T10:00:05.000Z',
    signatures: [],
  },
  signers: [],
  verdict: 'confirmed',
  verdictReason: '',
  knownEngine: true,
  receivedAt: '2026-11-22T10:00:06.000Z',
  minedAt: '2026-11-22T10:00:04.000Z',
  seq: 1,
}

/** What is found out about `changes` of an honest answer. */
async function find(
  changes: Partial<AgentDetail>,
  others: {
    readonly receipts?: readonly ReceiptView[]
    readonly getOther?: AskedRegistry['get']
    readonly anchor?: AskedRegistry['anchor']
    readonly places?: Parameters<typeof verifyAgent>[0]['places']
  } = {},
): Promise<Record<string, string>> {
  const registry: AskedRegistry = {
    get: async (id) =>
      id === agentId || others.getOther === undefined
        ? { ...honest, ...changes }
        : others.getOther(id),
    receipts: async () => ({
      receipts: [...(others.receipts ?? [])],
      nextCursor: null,
    }),
    anchor:
      others.anchor ??
      (() => Promise.reject(new ApiProblemError(absentProblem('/anchor')))),
  }
  const { findings } = await verifyAgent({
    source: agentId,
    registry,
    chainId,
    rpcUrl: 'http://127.0.0.1:9',
    places: others.places,
  })
  return Object.fromEntries(findings.map(({ name, state }) => [name, state]))
}

function absentProblem(
  path: string,
): ConstructorParameters<typeof ApiProblemError>[0] {
  return {
    method: 'GET',
    path,
    problem: {
      type: 'about:blank',
      title: 'Absent',
      status: 404,
      detail: 'It has none.',
      code: 'AGENT_NOT_FOUND',
      retry: 'never',
    },
  }
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
    expect(await find({ owner: next.address, keys: [] })).toMatchObject({
      owner: 'broken',
    })
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

  test('behavior: a registry that is silent about another agent is not found out, one that knows none is', async () => {
    const trust = { bound: 0.9, atUnixSeconds: 1_800_000_000 }
    const silent = await find(
      { trust },
      {
        receipts: [receipt],
        getOther: () =>
          Promise.reject(
            new ApiUnreachableError({
              method: 'GET',
              path: `/v1/agents/${other}`,
              reason: 'no connection',
            }),
          ),
      },
    )
    expect(silent.trust).toBe('warning')
    const gone = await find(
      { trust },
      {
        receipts: [receipt],
        getOther: () =>
          Promise.reject(
            new ApiProblemError(absentProblem(`/v1/agents/${other}`)),
          ),
      },
    )
    expect(gone.trust).toBe('broken')
  })

  test('behavior: a node that does not answer speaks against nobody', async () => {
    const found = await find(
      {},
      {
        places: {
          identityRegistry: next.address,
          reputationRegistry: undefined,
        },
        anchor: async () => ({
          agentId,
          chainId,
          identityRegistry: next.address,
          reputationRegistry: null,
          tokenId: '1',
          state: 'agrees',
          checks: [],
          trust: [],
          linkedAt: '2026-11-22T10:00:00.000Z',
        }),
      },
    )
    expect(found).toEqual({
      card: 'ok',
      owner: 'ok',
      trust: 'ok',
      'on chain': 'warning',
    })
  })
})
