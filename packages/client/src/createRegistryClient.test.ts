import { afterEach, describe, expect, test } from 'vitest'
import { createRegistryClient } from './createRegistryClient.js'
import { ApiAnswerMalformedError } from './errors/ApiAnswerMalformedError.js'
import { startServer } from './testing/startServer.fixture.js'

const address = '0x1111111111111111111111111111111111111111' as const
const hash = `0x${'ab'.repeat(32)}` as const
const hit = {
  agentId: 'swap-1a2b3c4d',
  name: 'swap',
  agent: address,
  owner: address,
  url: 'http://127.0.0.1:1',
  endpoint: 'http://127.0.0.1:1',
  description: 'Swaps.',
  capabilities: [],
  version: '1.0.0',
  source: 'signed',
  marks: [],
  status: 'live',
  score: 0.5,
  parts: { relevance: 1, trust: 0.5, health: 1, price: 1 },
  why: ['serves swap'],
  reference: false,
  leaseUntil: null,
}
const answers: Readonly<Record<string, unknown>> = {
  '/v1/search': {
    results: [hit],
    nextCursor: null,
    indexSeq: 3,
    formulaVersion: '1',
    degraded: [],
    added: 'by a newer registry',
  },
  '/v1/agents/swap-1a2b3c4d/heartbeat': {
    leaseUntil: '2026-11-22T10:00:00.000Z',
  },
  '/v1/agents/swap-1a2b3c4d/explain': {
    agentId: 'swap-1a2b3c4d',
    query: 'swap',
    listed: false,
    rank: null,
    of: 3,
    steps: [{ check: 'lease', passed: false, says: 'The lease has ended.' }],
    todo: 'Send a heartbeat.',
    score: null,
    parts: null,
    signals: [],
    terms: [],
    trust: null,
    price: null,
    spread: null,
    gapToNext: null,
    indexSeq: 3,
    formulaVersion: '1',
  },
  '/v1/receipts': { receipts: [], nextCursor: null },
}
const receiptView = {
  hash,
  receipt: { intentId: 'i1' },
  signers: [address],
  verdict: 'pending',
  verdictReason: 'The chain is being asked.',
  knownEngine: true,
  receivedAt: '2026-11-22T10:00:00.000Z',
  minedAt: null,
  seq: 7,
}

let server: Awaited<ReturnType<typeof startServer>> | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

async function serve() {
  server = await startServer((request, response) => {
    const path = request.url.split('?')[0] ?? ''
    response.writeHead(200, { 'Content-Type': 'application/json' })
    const isReceipt = request.method === 'POST' && path === '/v1/receipts'
    response.end(
      JSON.stringify(isReceipt ? receiptView : (answers[path] ?? {})),
    )
  })
  return {
    seen: server.seen,
    client: createRegistryClient({
      baseUrl: server.url,
      headers: { 'X-Trace': 't1' },
    }),
  }
}

describe('createRegistryClient', () => {
  test('default: each call asks what the contract says', async () => {
    const { client, seen } = await serve()
    const page = await client.search({
      q: 'swap & more',
      action: 'swap',
      chain: 1,
      limit: 2,
    })
    const heartbeat = await client.heartbeat('swap-1a2b3c4d', {
      message: {
        agentId: 'swap-1a2b3c4d',
        counter: 1,
        atUnixSeconds: 1_800_000_000,
      },
      signature: '0x12',
    })
    const explanation = await client.explain('swap-1a2b3c4d', { q: 'swap' })
    const receipts = await client.receipts({ agent: 'swap-1a2b3c4d' })
    const taken = await client.submitReceipt({
      intentId: 'i1',
      intentHash: hash,
      planHash: hash,
      outcome: 'MET',
      chainId: 1,
      account: address,
      steps: [],
      health: [],
      gasWei: 2n ** 70n,
      feesPaid: [],
      startedAt: '2026-11-22T10:00:00.000Z',
      finishedAt: '2026-11-22T10:00:00.000Z',
      signatures: [],
    })

    expect(page.results[0]?.why).toEqual(['serves swap'])
    expect(heartbeat.leaseUntil).toBe('2026-11-22T10:00:00.000Z')
    expect(explanation.steps[0]?.says).toBe('The lease has ended.')
    expect(receipts).toEqual({ receipts: [], nextCursor: null })
    expect(taken.verdict).toBe('pending')
    expect(seen.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/v1/search?q=swap+%26+more&action=swap&chain=1&limit=2'],
      ['POST', '/v1/agents/swap-1a2b3c4d/heartbeat'],
      ['GET', '/v1/agents/swap-1a2b3c4d/explain?q=swap'],
      ['GET', '/v1/receipts?agent=swap-1a2b3c4d'],
      ['POST', '/v1/receipts'],
    ])
    expect(JSON.parse(seen[4]?.body ?? '')).toMatchObject({
      gasWei: `${2n ** 70n}`,
    })
    expect(seen[0]?.headers['x-trace']).toBe('t1')
  })

  test('error: ApiAnswerMalformedError when a field is missing', async () => {
    const { client } = await serve()
    await expect(client.health('swap-1a2b3c4d')).rejects.toBeInstanceOf(
      ApiAnswerMalformedError,
    )
  })
})
