import { deployments } from '@behest/evm'
import { createProbe, type ProbeResult } from '@behest/registry'
import {
  defineAgent,
  getAmountUnits,
  quoteInProcess,
  signQuote,
} from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import type { Capability, Quote, QuoteRequest } from '@behest/spec'
import { quoteRequestSchema, quoteSchema } from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { createCanaryJudge } from './wiring/createCanaryJudge.js'

const signer = privateKeyToAccount(generatePrivateKey())
const card = '{"name":"pay"}'
const nowUnixSeconds = 1_760_000_000
const usdc = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const
const capability: Capability = {
  action: 'transfer',
  chains: [31_337],
  tokens: 'any',
  venues: [],
  feeBps: 0,
  spenders: [],
  maxValidForSeconds: 300,
  examples: [],
}
const request: QuoteRequest = createTestRequest({
  instruction: {
    action: 'transfer',
    token: usdc,
    amount: { type: 'exact', units: 5n },
    to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  },
  nowUnixSeconds,
})
const agent = defineAgent({
  name: 'pay',
  version: '1.0.0',
  summary: 'Pays.',
  chainIds: [31_337],
  serves: ['transfer'],
  examples: [],
  limits: { spenders: [], maxValidForSeconds: 300 },
  quote({ token, amount, to }) {
    const { units } = getAmountUnits({ amount })
    return {
      calls: [{ to: usdc.address, data: '0x' }],
      receive: [
        { token, account: to, atLeastUnits: units, expectedUnits: units },
      ],
    }
  },
})

async function quote(): Promise<Quote> {
  const answer = await quoteInProcess(agent, { request, signer })
  if (answer.type !== 'behest.quote') throw new TypeError(answer.message)
  return answer
}
const toWire = (value: Quote) =>
  z.encode(quoteSchema, value) as unknown as Record<string, unknown>

async function probe(options: {
  readonly served?: string
  readonly cardStatus?: number
  readonly answer?: unknown
  readonly simulate?: string
  /** The header of a 402 in place of an answer. */
  readonly demand?: string
  /** What the interface says to the question after a task that nobody has. */
  readonly pulse?: () => Promise<Response>
  readonly status?: 'live' | 'unverified'
  readonly canaries?: readonly Capability[]
  /** How long an answer to a canary takes. */
  readonly answerAfterMs?: number
}): Promise<readonly ProbeResult[]> {
  const asked: string[] = []
  const visit = createProbe({
    nowMs: () => nowUnixSeconds * 1000,
    canary: {
      buildRequest: async () => request,
      findObjection: createCanaryJudge({
        findDeployment: async () => deployments.base,
      }),
      ...(options.simulate === undefined
        ? {}
        : { simulate: async () => options.simulate }),
    },
    fetch: async (url, init) => {
      asked.push(`${init?.method ?? 'GET'} ${url}`)
      if (init?.method !== 'POST')
        return new Response(options.served ?? card, {
          status: options.cardStatus ?? 200,
        })
      const { method, params, id } = JSON.parse(init.body ?? '') as {
        id: string
        method: string
        params: { message: { parts: { data: unknown }[] } }
      }
      if (method === 'GetTask')
        return (
          options.pulse?.() ??
          Response.json({
            jsonrpc: '2.0',
            id,
            error: { code: -32_001, message: 'Task not found.' },
          })
        )
      if (options.answerAfterMs !== undefined)
        await new Promise((done) => {
          setTimeout(done, options.answerAfterMs)
        })
      // What is asked is what an engine asks.
      expect(
        quoteRequestSchema.safeParse(params.message.parts[0]?.data).success,
      ).toBe(true)
      if (options.demand !== undefined)
        return new Response('{}', {
          status: 402,
          headers: { 'payment-required': options.demand },
        })
      return Response.json({
        jsonrpc: '2.0',
        id: 1,
        result: { message: { parts: [{ data: options.answer }] } },
      })
    },
  })
  return visit({
    agent: {
      id: 'pay-00000000',
      source: 'signed',
      owner: null,
      agent: signer.address.toLowerCase(),
      name: 'pay',
      description: '',
      version: '1',
      url: 'https://pay.example/agent',
      endpoint: 'https://pay.example/agent',
      contact: null,
      reference: false,
      cardHash: keccak256(stringToHex(card)),
      capabilities: [capability],
      examples: [],
      keywords: '',
      sequence: 1,
      status: options.status ?? 'live',
      statusSinceMs: 0,
      statusReason: '',
      delisted: [],
      trust: null,
      p95LatencyMs: null,
      publishedAtMs: 0,
      updatedAtMs: 0,
      deleted: false,
      seq: 1,
      leaseUntilMs: 1e15,
      cardSigned: false,
      handle: null,
    },
    card,
    canaries: options.canaries ?? [capability],
    seed: 1,
  })
}
/** What the card and the canaries gave. */
const codesOf = async (options: Parameters<typeof probe>[0]) =>
  (await probe(options))
    .filter(({ kind }) => kind !== 'pulse')
    .map(({ code }) => code)
const pulseOf = async (pulse: () => Promise<Response>) =>
  (await probe({ pulse })).find(({ kind }) => kind === 'pulse')
const decline = {
  type: 'behest.decline',
  version: 1,
  requestId: request.requestId,
  code: 'NO_POOL',
  message: 'No pool for so much.',
}

describe('createProbe', () => {
  test('default: the card and a true quote', async () => {
    expect(await codesOf({ answer: toWire(await quote()) })).toEqual([
      'OK',
      'OK',
    ])
  })

  test('behavior: a card that is not the published one ends the visit', async () => {
    expect(await codesOf({ served: '{"name":"other"}' })).toEqual([
      'CARD_CHANGED',
    ])
    expect(await codesOf({ cardStatus: 500 })).toEqual(['CARD_UNREACHABLE'])
    expect(await codesOf({ served: 'x'.repeat(300_000) })).toEqual([
      'CARD_UNREACHABLE',
    ])
    // The same JSON in other bytes is the same card.
    expect(
      await codesOf({
        served: ' { "name" : "pay" } ',
        answer: toWire(await quote()),
      }),
    ).toEqual(['OK', 'OK'])
  })

  test('behavior: an agent whose quotes are for sale is alive', async () => {
    const demand = Buffer.from(
      JSON.stringify({ x402Version: 2, accepts: [{ scheme: 'exact' }] }),
    ).toString('base64')
    expect(await codesOf({ demand })).toEqual(['OK', 'PAYMENT_REQUIRED'])
    expect(await codesOf({ demand: 'pay me' })).toEqual([
      'OK',
      'CANARY_UNREACHABLE',
    ])
  })

  test('behavior: a decline is an answer', async () => {
    expect(await codesOf({ answer: decline })).toEqual(['OK', 'DECLINED'])
    // Why is shown, in the agent's own words.
    expect((await probe({ answer: decline })).at(-1)?.detail).toBe(
      'declined: NO_POOL: No pool for so much.',
    )
    expect(
      await codesOf({ answer: { ...decline, requestId: 'another' } }),
    ).toEqual(['OK', 'CANARY_MALFORMED'])
  })

  test('behavior: each lie in a quote is found', async () => {
    const good = await quote()
    const resign = async (over: Partial<Quote>) => {
      const { signature: _, ...unsigned } = { ...good, ...over }
      return toWire(await signQuote({ quote: unsigned, account: signer }))
    }
    const stranger = '0x00000000000000000000000000000000000000ff'
    const cases: [unknown, string][] = [
      [
        { ...toWire(good), summary: 'changed after signing' },
        'CANARY_SIGNATURE',
      ],
      [await resign({ chainId: 1 }), 'CANARY_WRONG'],
      [await resign({ account: stranger }), 'CANARY_WRONG'],
      [await resign({ requestId: 'another' }), 'CANARY_WRONG'],
      [await resign({ requestHash: `0x${'00'.repeat(32)}` }), 'CANARY_WRONG'],
      [
        await resign({ validUntilUnixSeconds: nowUnixSeconds - 1 }),
        'CANARY_WRONG',
      ],
      [
        await resign({ validUntilUnixSeconds: nowUnixSeconds + 86_400 }),
        'CANARY_WRONG',
      ],
      [
        await resign({
          approvals: [{ token: usdc.address, spender: stranger, units: 5n }],
        }),
        'CANARY_WRONG',
      ],
      [{ ...toWire(good), agent: stranger }, 'CANARY_WRONG'],
      [{ hello: 1 }, 'CANARY_MALFORMED'],
      [undefined, 'CANARY_MALFORMED'],
    ]
    for (const [answer, code] of cases)
      expect(await codesOf({ answer })).toEqual(['OK', code])
  })

  test('behavior: what an engine would pass over does not pass here', async () => {
    const good = await quote()
    const resign = async (over: Partial<Quote>) => {
      const { signature: _, ...unsigned } = { ...good, ...over }
      return toWire(await signQuote({ quote: unsigned, account: signer }))
    }
    const stranger = '0x00000000000000000000000000000000000000ff'
    const [promise] = good.receive
    if (promise === undefined) throw new RangeError('a transfer promises')
    for (const [over, says] of [
      [
        { receive: [{ ...promise, account: stranger }] },
        'It promises less USDC than was asked.',
      ],
      [{ receive: [] }, 'It promises less USDC than was asked.'],
      [{ calls: [] }, 'It has no calls.'],
      [
        { spend: [{ token: usdc, atMostUnits: 6n }] },
        'It may spend more USDC than was asked.',
      ],
    ] satisfies [Partial<Quote>, string][])
      expect(
        (await probe({ answer: await resign(over) }))[2],
        says,
      ).toMatchObject({
        ok: false,
        code: 'CANARY_WRONG',
        detail: `an engine passes it over: ${says}`,
      })
  })

  test('behavior: at the door a decline is asked again, five times at most', async () => {
    expect(await codesOf({ answer: decline, status: 'unverified' })).toEqual([
      'OK',
      ...Array.from({ length: 6 }, () => 'DECLINED'),
    ])
  })

  test('behavior: a served card proves nothing where the interface is dead', async () => {
    for (const pulse of [
      async () => Promise.reject(new TypeError('connection refused')),
      async () => new Response('<h1>Not found</h1>', { status: 404 }),
      async () => Response.json({ hello: 1 }),
      async () => new Response(card),
      async () => new Response('', { status: 502 }),
    ])
      expect(await pulseOf(pulse)).toMatchObject({
        ok: false,
        code: 'ENDPOINT_UNREACHABLE',
      })
    // No canary is spent on who does not answer.
    expect(
      await codesOf({ pulse: async () => new Response('', { status: 502 }) }),
    ).toEqual(['OK'])
  })

  test('behavior: any answer of A2A is a sign of life', async () => {
    for (const pulse of [
      async () => Response.json({ jsonrpc: '2.0', id: 1, result: { id: 't' } }),
      async () =>
        Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_601 } }),
      async () =>
        Response.json(
          { jsonrpc: '2.0', id: 1, error: { code: -32_001 } },
          { status: 404 },
        ),
      async () => new Response('', { status: 429 }),
    ])
      expect(await pulseOf(pulse)).toMatchObject({ ok: true, code: 'OK' })
  })

  test('behavior: a visit ends before its claim, however slow the answers', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'performance'],
    })
    try {
      const startedMs = performance.now()
      let lastedMs = Number.POSITIVE_INFINITY
      const visit = probe({
        answer: toWire(await quote()),
        answerAfterMs: 9_000,
        canaries: Array.from({ length: 8 }, () => capability),
      }).finally(() => {
        lastedMs = performance.now() - startedMs
      })
      for (let seconds = 0; seconds < 80; seconds += 1)
        await vi.advanceTimersByTimeAsync(1_000)
      expect(lastedMs).toBeLessThanOrEqual(25_000)
      // Two of them are all that fits; the others have their turn another time.
      expect((await visit).map(({ kind }) => kind)).toEqual([
        'card',
        'pulse',
        'canary',
        'canary',
      ])
      const never = probe({
        answer: toWire(await quote()),
        answerAfterMs: 9_000_000,
      })
      await vi.advanceTimersByTimeAsync(25_000)
      expect(await never).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })

  test('behavior: a quote that the simulation contradicts', async () => {
    const results = await probe({
      answer: toWire(await quote()),
      simulate: 'nothing arrives',
    })
    expect(results[2]).toMatchObject({
      ok: false,
      code: 'CANARY_CONTRADICTED',
      detail: 'nothing arrives',
    })
  })
})
