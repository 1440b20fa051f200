import { ApiProblemError, type RegistryClient } from '@behest/client'
import { type AgentServer, defineAgent, serveAgent } from '@behest/sdk'
import { keccak256, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examineAgent } from './examineAgent.js'

const signer = privateKeyToAccount(`0x${'31'.repeat(32)}`)
const nowMs = Date.parse('2026-01-01T00:00:00Z')
let server: AgentServer
let changed: AgentServer

const define = (version: string) =>
  defineAgent({
    name: 'tip',
    version,
    summary: 'Sends the native coin.',
    chainIds: 'any',
    serves: ['transfer'],
    examples: Array.from({ length: 10 }, (_, place) => `tip ${place + 1} ETH`),
    limits: { spenders: [], maxValidForSeconds: 300 },
    quote: () => null,
  })

beforeAll(async () => {
  server = await serveAgent(define('1.0.0'), { signer })
  changed = await serveAgent(define('1.0.1'), { signer })
})
afterAll(async () => {
  await Promise.all([server.close(), changed.close()])
})

const window = {
  probes: 4,
  succeeded: 4,
  successShare: 1,
  p50LatencyMs: 9,
  p95LatencyMs: 12.4,
}

/** A registry that knows one agent, in the state that a test gives it. */
function createRegistry(
  change: {
    readonly agent?: object
    readonly health?: object
    readonly place?: object
  } = {},
): RegistryClient {
  const agent = {
    agentId: 'tip-00000000',
    agent: signer.address,
    owner: signer.address,
    url: server.url,
    source: 'signed',
    version: '1.0.0',
    status: 'live',
    statusReason: '',
    cardHash: keccak256(stringToHex(server.agents[0]?.cardText ?? '')),
    leaseUntil: '2026-01-01T01:00:00Z',
    capabilities: [{ action: 'transfer' }],
    delisted: [],
    examples: ['tip 1 ETH'],
    trust: null,
    ...change.agent,
  }
  // Only these four are called, and only these fields are read.
  return {
    get: async (agentId: string) => {
      if (agentId === agent.agentId) return agent
      throw new ApiProblemError({
        method: 'GET',
        path: '/v1/agents',
        problem: {
          type: 'about:blank',
          title: 'Agent not found',
          status: 404,
          detail: 'No such agent.',
          code: 'AGENT_NOT_FOUND',
          retry: 'never',
        },
      })
    },
    search: async () => ({ results: [agent] }),
    health: async () => ({
      listedAs: 'live',
      reason: '',
      lastError: null,
      nextProbeAt: null,
      windows: { '1h': window },
      contract: [
        {
          action: 'transfer',
          ok: true,
          code: 'OK',
          detail: 'quotes as it should',
          passShare: 1,
        },
      ],
      ...change.health,
    }),
    explain: async () => ({
      rank: 1,
      of: 3,
      steps: [],
      todo: null,
      gapToNext: null,
      ...change.place,
    }),
  } as unknown as RegistryClient
}

const examine = (
  change: Parameters<typeof createRegistry>[0] = {},
  source = server.url,
) =>
  examineAgent({
    source,
    registry: createRegistry(change),
    chainId: 31_337,
    queries: [],
    nowMs,
  })

describe('examineAgent', () => {
  test('default: nothing to do, by address and by id', async () => {
    for (const source of [server.url, 'tip-00000000']) {
      const { agentId, findings } = await examine({}, source)
      expect(agentId).toBe('tip-00000000')
      expect(findings.map(({ name, state }) => `${name}: ${state}`)).toEqual([
        'key: ok',
        'card: ok',
        'examples: ok',
        'registered: ok',
        'published: ok',
        'lease: ok',
        'reachable: ok',
        'transfer test: ok',
        'as transfer: ok',
        '“tip 1 ETH”: ok',
        'receipts: ok',
      ])
    }
  })

  test.each<[string, string, Parameters<typeof createRegistry>[0], RegExp]>([
    [
      'lease',
      'broken',
      { agent: { leaseUntil: '2025-12-31T23:59:00Z' } },
      /ran out/,
    ],
    [
      'reachable',
      'broken',
      {
        health: {
          listedAs: 'down',
          failuresInARow: 4,
          lastError: { detail: 'no answer' },
        },
      },
      /down: no answer/,
    ],
    [
      'reachable',
      'warning',
      { health: { listedAs: 'unverified' } },
      /unverified/,
    ],
    [
      'transfer test',
      'broken',
      {
        health: {
          contract: [
            {
              action: 'transfer',
              ok: false,
              code: 'CANARY_WRONG',
              detail: 'the quote had expired when it came',
              passShare: 0.5,
            },
          ],
        },
      },
      /CANARY_WRONG: the quote had expired when it came \(50 % passed\)/,
    ],
    ['transfer test', 'warning', { health: { contract: [] } }, /not tried yet/],
    [
      'transfer test',
      'broken',
      { agent: { delisted: ['transfer'] } },
      /not listed/,
    ],
    [
      'card text',
      'warning',
      { agent: { marks: ['instruction-like'] } },
      /orders to a model/,
    ],
    [
      'as transfer',
      'warning',
      { place: { rank: 9, gapToNext: 0.1 } },
      /place 9/,
    ],
    [
      'as transfer',
      'broken',
      {
        place: {
          rank: null,
          steps: [{ check: 'health', passed: false, says: 'it is down' }],
          todo: 'Repair it.',
        },
      },
      /it is down/,
    ],
    [
      'suspended',
      'broken',
      { agent: { status: 'suspended', statusReason: 'a lie' } },
      /a lie/,
    ],
  ])('behavior: %s is %s', async (name, state, change, detail) => {
    const { findings } = await examine(change)
    const found = findings.find((finding) => finding.name === name)
    expect(found).toMatchObject({
      state,
      detail: expect.stringMatching(detail),
    })
    expect(found?.todo).toMatch(/\w/)
    // One cause is told once.
    expect(
      findings.filter((one) => one.state === 'broken').length,
    ).toBeLessThanOrEqual(1)
  })

  test('behavior: an honest decline is shown as one, where others were quoted', async () => {
    const { findings } = await examine({
      health: {
        contract: [
          {
            action: 'transfer',
            ok: true,
            code: 'DECLINED',
            detail: 'declined: NO_POOL: none',
            passShare: 0.9,
          },
        ],
      },
    })
    expect(findings.find(({ name }) => name === 'transfer test')).toMatchObject(
      {
        state: 'ok',
        detail: expect.stringContaining('declined: NO_POOL: none; listed'),
      },
    )
  })

  test.each([
    ['CANARY_UNREACHABLE', /answers SendMessage/],
    ['CANARY_MALFORMED', /quoteSchema/],
    ['CANARY_SIGNATURE', /signQuote/],
    ['CANARY_CONTRADICTED', /smallest unit/],
    ['CANARY_WRONG', /describeAgentContract/],
    ['DECLINED', /quote ordinary requests/],
  ])('behavior: %s says what its author does', async (code, todo) => {
    const { findings } = await examine({
      health: {
        contract: [
          {
            action: 'transfer',
            ok: false,
            code,
            detail: 'gives 1 of another token',
            passShare: 0,
          },
        ],
      },
    })
    expect(findings.find(({ name }) => name === 'transfer test')).toMatchObject(
      { state: 'broken', todo: expect.stringMatching(todo) },
    )
  })

  test('behavior: a card that is not the published one', async () => {
    const { findings } = await examine({}, changed.url)
    expect(findings).toContainEqual(
      expect.objectContaining({ name: 'published', state: 'broken' }),
    )
  })

  test('behavior: an agent that does not answer, or that nobody published', async () => {
    const gone = await examine(
      { agent: { url: 'http://127.0.0.1:1' } },
      'tip-00000000',
    )
    expect(gone.findings[0]).toMatchObject({ name: 'card', state: 'broken' })
    const stranger = await examine({
      agent: { agent: `0x${'99'.repeat(20)}` },
    })
    expect(stranger.agentId).toBeUndefined()
    expect(stranger.findings.at(-1)).toMatchObject({
      name: 'registered',
      state: 'broken',
      todo: expect.stringContaining('agents publish'),
    })
  })
})
