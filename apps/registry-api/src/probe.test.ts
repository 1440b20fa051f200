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
import { describe, expect, test } from 'vitest'
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
      // What is asked is what an engine asks.
      const { params } = JSON.parse(init.body ?? '') as {
        params: { message: { parts: { data: unknown }[] } }
      }
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
      status: 'live',
      statusSinceMs: 0,
      statusReason: '',
      delisted: [],
      trust: null,
      publishedAtMs: 0,
      updatedAtMs: 0,
      deleted: false,
      seq: 1,
      leaseUntilMs: 1e15,
      cardSigned: false,
      handle: null,
    },
    card,
    canaries: [capability],
    seed: 1,
  })
}
const codesOf = async (options: Parameters<typeof probe>[0]) =>
  (await probe(options)).map(({ code }) => code)

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
    expect(await codesOf({ demand })).toEqual(['OK', 'DECLINED'])
    expect(await codesOf({ demand: 'pay me' })).toEqual([
      'OK',
      'CANARY_UNREACHABLE',
    ])
  })

  test('behavior: a decline is an answer', async () => {
    const decline = {
      type: 'behest.decline',
      version: 1,
      requestId: request.requestId,
      code: 'NO_POOL',
      message: 'none',
    }
    expect(await codesOf({ answer: decline })).toEqual(['OK', 'DECLINED'])
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
        (await probe({ answer: await resign(over) }))[1],
        says,
      ).toMatchObject({
        ok: false,
        code: 'CANARY_WRONG',
        detail: `an engine passes it over: ${says}`,
      })
  })

  test('behavior: a quote that the simulation contradicts', async () => {
    const results = await probe({
      answer: toWire(await quote()),
      simulate: 'nothing arrives',
    })
    expect(results[1]).toMatchObject({
      ok: false,
      code: 'CANARY_CONTRADICTED',
      detail: 'nothing arrives',
    })
  })
})
