import {
  formula,
  hashReceipt,
  type PublicReceipt,
  type ReceiptCheckPort,
  recomputeTrust,
} from '@behest/registry'
import {
  defineAgent,
  publishAgent,
  type ServedAgent,
  serveAgent,
} from '@behest/sdk'
import {
  behestDomain,
  type JsonValue,
  receiptTypedDataTypes,
} from '@behest/spec'
import { type Hex, keccak256, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  until,
} from './testing/startTestRegistry.js'

const engine = privateKeyToAccount(generatePrivateKey())
const said = new Map<string, Awaited<ReturnType<ReceiptCheckPort>>>()
const asked = new Map<string, number>()
// A day ago: another time than the receipts' own and than now.
const minedAtUnixSeconds = Math.floor(Date.now() / 1000) - 86_400

let api: TestRegistry
let served: ServedAgent
let agentId: string
let close: () => Promise<void>

async function publish(name: string) {
  const server = await serveAgent(
    defineAgent({
      name,
      version: '1.0.0',
      summary: 'Swaps tokens.',
      chainIds: [31_337],
      serves: ['swap'],
      examples: ['swap 1 ETH for USDC'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => null,
    }),
    { signer: privateKeyToAccount(generatePrivateKey()) },
  )
  const agent = server.agents[0] as ServedAgent
  const published = await publishAgent({
    ...agent,
    registryUrl: api.url,
    chainId: 31_337,
  })
  return { agent, agentId: published.agentId, close: () => server.close() }
}

beforeAll(async () => {
  api = await startTestRegistry({
    probes: 'off',
    registry: {
      knownEngines: new Set([engine.address.toLowerCase()]),
      checkReceipt: async ({ intentId }) => {
        asked.set(intentId, (asked.get(intentId) ?? 0) + 1)
        return said.get(intentId) ?? { type: 'confirmed', minedAtUnixSeconds }
      },
    },
  })
  const made = await publish('swap-receipts')
  served = made.agent
  agentId = made.agentId
  close = made.close
})
afterAll(async () => {
  await close()
  await api.stop()
})

type Signer = ReturnType<typeof privateKeyToAccount>

async function buildReceipt(options: {
  readonly intentId: string
  readonly account?: string
  readonly verdict?: 'MET' | 'NOT_MET' | 'UNKNOWN'
  readonly signers?: readonly Signer[]
  readonly agent?: string
  readonly agentAddress?: string
  readonly transaction?: Hex
}) {
  const verdict = options.verdict ?? 'MET'
  const hash = `0x${'22'.repeat(32)}` as const
  const transaction =
    options.transaction ?? keccak256(stringToHex(options.intentId))
  const receipt = {
    intentId: options.intentId,
    intentHash: hash,
    planHash: hash,
    outcome: verdict,
    chainId: 31_337,
    account:
      options.account ?? privateKeyToAccount(generatePrivateKey()).address,
    steps: [
      {
        id: 's1',
        action: 'swap',
        agent: options.agent ?? agentId,
        agentAddress: options.agentAddress ?? served.signer.address,
        quoteId: 'q1',
        quoteHash: hash,
        transactions: [transaction],
        promised: [],
        realised: [],
        positions: [],
        verdict,
      },
    ],
    health: [],
    gasWei: '21000',
    feesPaid: [],
    startedAt: new Date(Date.now() - 5000).toISOString(),
    finishedAt: new Date().toISOString(),
    signatures: [] as { by: string; signature: string }[],
  }
  const receiptHash = hashReceipt(receipt as unknown as JsonValue)
  for (const signer of options.signers ?? [engine])
    receipt.signatures.push({
      by: signer.address,
      signature: await signer.signTypedData({
        domain: { ...behestDomain, chainId: 31_337 },
        types: receiptTypedDataTypes,
        primaryType: 'Receipt',
        message: { receiptHash, intentHash: hash, planHash: hash },
      }),
    })
  return receipt
}

async function post(body: unknown) {
  const response = await fetch(`${api.url}/v1/receipts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}
async function get(path: string) {
  const response = await fetch(`${api.url}${path}`)
  return { status: response.status, body: await response.json() }
}

describe('receipts', () => {
  test('default: a receipt counts once the chain has confirmed it', async () => {
    const receipt = await buildReceipt({ intentId: 'i-1' })
    const first = await post(receipt)
    expect(first).toMatchObject({ status: 201, body: { verdict: 'pending' } })
    expect((await post(receipt)).status).toBe(200)
    const trusted = await until(
      () => get(`/v1/agents/${agentId}`),
      ({ body }) => body.trust !== null,
    )
    expect(trusted.body.trust).toMatchObject({ receipts: 1, pruned: {} })
    // One kept promise, of yesterday by its block: 2^(-1/30) of a whole one.
    expect(trusted.body.trust.effective).toBeCloseTo(0.5 ** (1 / 30), 3)
    expect(trusted.body.trust.bound).toBeCloseTo(0.2028, 3)
    const page = await get(`/v1/receipts?agent=${agentId}`)
    expect(page.body.receipts[0]).toMatchObject({
      verdict: 'confirmed',
      receipt,
      signers: [engine.address.toLowerCase()],
      minedAt: new Date(minedAtUnixSeconds * 1000).toISOString(),
    })
    const found = await get('/v1/search?action=swap')
    expect(found.body.results[0].parts.trust).toBeGreaterThan(Math.sqrt(0.3))
    const explained = await get(`/v1/agents/${agentId}/explain?action=swap`)
    expect(explained.body.trust.bound).toBeCloseTo(trusted.body.trust.bound, 6)
  })

  test("behavior: a receipt paid by the agent's own hand is shown and pruned", async () => {
    await post(
      await buildReceipt({ intentId: 'i-own', account: served.signer.address }),
    )
    const pruned = await until(
      () => get(`/v1/agents/${agentId}`),
      ({ body }) => body.trust?.pruned['same-owner'] === 1,
    )
    expect(pruned.body.trust.pruned).toEqual({ 'same-owner': 1 })
  })

  test('error: a second story about one step, forged or unsigned receipts', async () => {
    const account = privateKeyToAccount(generatePrivateKey()).address
    await post(await buildReceipt({ intentId: 'i-2', account }))
    const other = await buildReceipt({
      intentId: 'i-2',
      account,
      verdict: 'NOT_MET',
    })
    expect(await post(other)).toMatchObject({
      status: 422,
      body: { code: 'RECEIPT_REFUSED' },
    })
    const changed = {
      ...(await buildReceipt({ intentId: 'i-3' })),
      gasWei: '1',
    }
    expect(await post(changed)).toMatchObject({
      status: 422,
      body: { code: 'RECEIPT_REFUSED' },
    })
    const unsigned = await buildReceipt({ intentId: 'i-4', signers: [] })
    expect(await post(unsigned)).toMatchObject({
      status: 422,
      body: { code: 'RECEIPT_REFUSED' },
    })
    expect(await post({ hello: 1 })).toMatchObject({
      status: 422,
      body: { code: 'RECEIPT_REFUSED' },
    })
  })

  test('behavior: what was unknown may be told later, by the same engine only', async () => {
    const account = privateKeyToAccount(generatePrivateKey()).address
    const common = { intentId: 'i-5', account }
    expect(
      (await post(await buildReceipt({ ...common, verdict: 'UNKNOWN' })))
        .status,
    ).toBe(201)
    const stranger = privateKeyToAccount(generatePrivateKey())
    expect(
      (
        await post(
          await buildReceipt({
            ...common,
            verdict: 'NOT_MET',
            signers: [stranger],
          }),
        )
      ).status,
    ).toBe(422)
    expect((await post(await buildReceipt(common))).status).toBe(201)
  })

  test('behavior: only an agent that signed a lie itself is suspended for it', async () => {
    const victim = await publish('swap-victim')
    const liar = await publish('swap-liar')
    said.set('i-frame', { type: 'contradicted', reason: 'no such transfer' })
    said.set('i-lie', { type: 'contradicted', reason: 'no such transfer' })
    await post(
      await buildReceipt({
        intentId: 'i-frame',
        agent: victim.agentId,
        agentAddress: victim.agent.signer.address,
      }),
    )
    await post(
      await buildReceipt({
        intentId: 'i-lie',
        agent: liar.agentId,
        agentAddress: liar.agent.signer.address,
        signers: [engine, liar.agent.signer as Signer],
      }),
    )
    const suspended = await until(
      () => get(`/v1/agents/${liar.agentId}`),
      ({ body }) => body.status === 'suspended',
    )
    expect(suspended.body).toMatchObject({
      status: 'suspended',
      statusReason: expect.stringContaining('contradicts'),
    })
    expect((await get(`/v1/agents/${victim.agentId}`)).body.status).toBe(
      'unverified',
    )
    const search = await get('/v1/search?q=swap-liar')
    expect(
      search.body.results.map((hit: { agentId: string }) => hit.agentId),
    ).not.toContain(liar.agentId)
    await victim.close()
    await liar.close()
  })

  test('behavior: nobody is suspended for what another key signed in its name', async () => {
    const victim = await publish('swap-named')
    const thief = privateKeyToAccount(generatePrivateKey())
    said.set('i-named', { type: 'contradicted', reason: 'no such transfer' })
    const sent = await post(
      await buildReceipt({
        intentId: 'i-named',
        agent: victim.agentId,
        agentAddress: thief.address,
        signers: [thief],
      }),
    )
    expect(sent.status).toBe(201)
    await until(
      () => get(`/v1/receipts?agent=${victim.agentId}`),
      ({ body }) => body.receipts[0]?.verdict === 'contradicted',
    )
    // What follows a verdict is written before the next receipt is looked at.
    await post(
      await buildReceipt({ intentId: 'i-after', agent: victim.agentId }),
    )
    await until(
      () => get(`/v1/receipts?agent=${victim.agentId}`),
      ({ body }) => body.receipts[1]?.verdict === 'confirmed',
    )
    expect((await get(`/v1/agents/${victim.agentId}`)).body.status).toBe(
      'unverified',
    )
    await victim.close()
  })

  test("behavior: a stranger's word about somebody's money gives way, and weighs nothing", async () => {
    const rated = await publish('swap-rated')
    const account = privateKeyToAccount(generatePrivateKey()).address
    const stranger = privateKeyToAccount(generatePrivateKey())
    const about = {
      agent: rated.agentId,
      agentAddress: rated.agent.signer.address,
    }
    const squat = { ...about, intentId: 'i-squat', account }
    expect(
      (
        await post(
          await buildReceipt({
            ...squat,
            verdict: 'NOT_MET',
            signers: [stranger],
          }),
        )
      ).status,
    ).toBe(201)
    const slandered = await until(
      () => get(`/v1/agents/${rated.agentId}`),
      ({ body }) => body.trust !== null,
    )
    expect(slandered.body.trust).toMatchObject({
      receipts: 0,
      effective: 0,
      pruned: { 'no-known-engine': 1 },
    })
    // The engine that served the account is heard, whoever came first.
    expect((await post(await buildReceipt(squat))).status).toBe(201)
    const heard = await until(
      () => get(`/v1/agents/${rated.agentId}`),
      ({ body }) => body.trust.receipts === 1,
    )
    expect(heard.body.trust).toMatchObject({ strangers: 0, pruned: {} })
    await rated.close()
  })

  test('behavior: one transaction counts for one intent', async () => {
    const rated = await publish('swap-once')
    const about = {
      agent: rated.agentId,
      agentAddress: rated.agent.signer.address,
      transaction: keccak256(stringToHex('one and the same')),
    }
    for (const intentId of ['i-once-1', 'i-once-2', 'i-once-3'])
      expect(
        (await post(await buildReceipt({ ...about, intentId }))).status,
      ).toBe(201)
    const counted = await until(
      () => get(`/v1/agents/${rated.agentId}`),
      ({ body }) => body.trust?.pruned['transaction-counted'] === 2,
    )
    expect(counted.body.trust.receipts).toBe(1)
    await rated.close()
  })

  test('behavior: a silent chain gives no receipt up', async () => {
    const silent = {
      type: 'unreachable',
      why: 'no-answer',
      reason: 'the chain does not answer',
    } as const
    said.set('i-silent', silent)
    said.set('i-missing', { ...silent, why: 'not-mined', reason: 'not mined' })
    const ids = ['i-silent', 'i-missing']
    for (const intentId of ids) await post(await buildReceipt({ intentId }))
    const read = async () => {
      const { body } = await get(`/v1/receipts?agent=${agentId}&limit=100`)
      return ids.map((intentId) =>
        body.receipts.find(
          (view: { receipt: { intentId: string } }) =>
            view.receipt.intentId === intentId,
        ),
      )
    }
    // Due at once, each time: the wait between two questions is not the rule here.
    await until(
      async () => {
        await api.database.pool.query(
          `update registry.receipts set next_check_at = clock_timestamp() where verdict = 'unreachable'`,
        )
        return read()
      },
      ([, missing]) => missing.verdict === 'contradicted',
    )
    expect(asked.get('i-missing')).toBe(12)
    const [left] = await read()
    expect(left).toMatchObject({ verdict: 'unreachable', minedAt: null })
    expect(asked.get('i-silent')).toBeGreaterThanOrEqual(12)
    said.delete('i-silent')
    await api.database.pool.query(
      `update registry.receipts set next_check_at = clock_timestamp() where verdict = 'unreachable'`,
    )
    await until(read, ([silentNow]) => silentNow.verdict === 'confirmed')
  })

  test('error: a stranger that hands in receipts too often, and no known engine', async () => {
    const limited = await startTestRegistry({
      probes: 'off',
      limits: { keyPerMinute: 3 },
      registry: { knownEngines: new Set([engine.address.toLowerCase()]) },
    })
    const stranger = privateKeyToAccount(generatePrivateKey())
    const hand = async (by: Signer, number: number) => {
      const response = await fetch(`${limited.url}/v1/receipts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          await buildReceipt({
            intentId: `i-often-${by.address}-${number}`,
            signers: [by],
          }),
        ),
      })
      return response.status
    }
    const statuses: number[] = []
    for (let number = 0; number < 5; number += 1)
      statuses.push(await hand(stranger, number))
    expect(statuses).toEqual([201, 201, 201, 429, 429])
    for (let number = 0; number < 5; number += 1)
      expect(await hand(engine, number)).toBe(201)
    await limited.stop()
  })

  test('behavior: anyone gets the same trust from the public API alone', async () => {
    const receipts: PublicReceipt[] = []
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const { body } = await get(`/v1/receipts?limit=2&cursor=${cursor}`)
      receipts.push(...body.receipts)
      cursor = body.nextCursor
    }
    expect(receipts.some(({ knownEngine }) => knownEngine)).toBe(true)
    const explained = await get(`/v1/agents/${agentId}/explain?action=swap`)
    const { trust } = explained.body
    const { body: agent } = await get(`/v1/agents/${agentId}`)
    const own = recomputeTrust({
      receipts,
      keys: new Map([[agentId, agent.keys]]),
      nowUnixSeconds: trust.atUnixSeconds,
    }).get(agentId)
    expect(own?.bound).toBeGreaterThan(0)
    expect(own).toEqual(trust)
    // With the bound the whole score: its parts are shown, and multiply.
    const parts = explained.body.parts
    expect(parts.trust).toBeCloseTo(
      (formula.trustFloor + (1 - formula.trustFloor) * (own?.bound ?? 0)) **
        formula.trustPower,
      3,
    )
    expect(
      parts.relevance * parts.trust * parts.health * parts.price,
    ).toBeCloseTo(explained.body.score, 9)
  })

  test('behavior: nothing failed in the background', () => {
    expect(api.errors).toEqual([])
  })
})
