import {
  type Hex,
  type QuoteRequest,
  quoteRequestSchema,
  quoteSchema,
  type UnsignedQuote,
} from '@behest/spec'
import fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createTestRequest } from '../testing/createTestRequest.js'
import { hashQuote, hashRequest } from './hashRequest.js'
import { QuoteSignerMismatchError, signQuote } from './signQuote.js'
import { toQuoteTypedData } from './toQuoteTypedData.js'
import {
  QuoteExpiredError,
  QuoteMalformedError,
  QuoteRequestMismatchError,
  QuoteSignatureInvalidError,
  verifyQuote,
} from './verifyQuote.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'02'.repeat(32)}`)
const order =
  0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const usdc = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const
const request: QuoteRequest = createTestRequest({
  instruction: {
    action: 'transfer',
    token: usdc,
    amount: { type: 'exact', units: 5_000_000n },
    to: '0x00000000000000000000000000000000000000bb',
  },
})
const unsigned: UnsignedQuote = {
  type: 'behest.quote',
  version: 1,
  quoteId: 'q_1',
  requestId: request.requestId,
  requestHash: hashRequest(request),
  agent: signer.address,
  agentName: 'pay',
  agentVersion: '1.0.0',
  chainId: 31_337,
  account: request.account,
  venue: 'pay',
  calls: [{ to: usdc.address, valueWei: 0n, data: '0xa9059cbb' }],
  approvals: [],
  spend: [{ token: usdc, atMostUnits: 5_000_000n }],
  receive: [],
  positions: [],
  fee: [],
  summary: 'pays',
  validUntilUnixSeconds: 1_760_000_060,
}

const now = 1_760_000_000
const signed = await signQuote({ quote: unsigned, account: signer })
const wire = z.encode(quoteSchema, signed) as Record<string, unknown>
const verify = (
  quote: unknown,
  change: Partial<Parameters<typeof verifyQuote>[0]> = {},
) =>
  verifyQuote({
    quote,
    request,
    expectedAgent: signer.address,
    nowUnixSeconds: now,
    ...change,
  })

/** The same signature with s and v replaced. */
const respell = (change: { s?: (s: bigint) => bigint; v?: number }): Hex => {
  const hex = signed.signature.slice(2)
  const s = BigInt(`0x${hex.slice(64, 128)}`)
  const nextS = change.s ? change.s(s) : s
  const v = change.v ?? Number.parseInt(hex.slice(128), 16)
  return `0x${hex.slice(0, 64)}${nextS.toString(16).padStart(64, '0')}${v.toString(16).padStart(2, '0')}`
}
const flippedV =
  Number.parseInt(signed.signature.slice(130), 16) === 27 ? 28 : 27

describe('verifyQuote', () => {
  test('default', async () => {
    await expect(verify(wire)).resolves.toEqual(signed)
  })

  test('behavior: v of 0 and 1 is the same signature', async () => {
    const v = Number.parseInt(signed.signature.slice(130), 16) - 27
    await expect(
      verify({ ...wire, signature: respell({ v }) }),
    ).resolves.toMatchObject({ quoteId: 'q_1' })
  })

  test('L-MSG-03: any changed field fails', async () => {
    const changes: Record<string, unknown> = {
      quoteId: 'q_2',
      agentName: 'other',
      agentVersion: '1.0.1',
      venue: 'elsewhere',
      calls: [{ to: usdc.address, valueWei: '1', data: '0xa9059cbb' }],
      approvals: [{ token: usdc.address, spender: signer.address, units: '1' }],
      spend: [{ token: usdc, atMostUnits: '5000001' }],
      receive: [
        {
          token: usdc,
          account: signer.address,
          atLeastUnits: '1',
          expectedUnits: '1',
        },
      ],
      positions: [
        {
          venue: 'x',
          market: 'y',
          kind: 'supplied',
          token: usdc,
          direction: 'more',
          atLeastUnits: '1',
          atMostUnits: '1',
        },
      ],
      fee: [{ token: usdc, to: signer.address, units: '1' }],
      health: [{ venue: 'x', before: '2', after: '1.5' }],
      ratePerYear: '0.02',
      route: [],
      certificate: { upperBoundUnits: '1', gapBps: '0', pools: 1 },
      answer: { text: 'yes' },
      summary: 'pays more',
      validUntilUnixSeconds: 1_760_000_061,
    }
    // Every field that the schema knows and that is not bound to the request.
    const bound = [
      'type',
      'version',
      'requestId',
      'requestHash',
      'agent',
      'chainId',
      'account',
      'signature',
    ]
    expect(Object.keys(changes).sort()).toEqual(
      Object.keys(quoteSchema.shape)
        .filter((name) => !bound.includes(name))
        .sort(),
    )
    for (const [field, value] of Object.entries(changes))
      await expect(
        verify({ ...wire, [field]: value }),
        field,
      ).rejects.toBeInstanceOf(QuoteSignatureInvalidError)
  })

  test('L-MSG-09: another agent’s signature fails', async () => {
    const theirs = await stranger.sign({ hash: hashQuote(signed) })
    await expect(verify({ ...wire, signature: theirs })).rejects.toBeInstanceOf(
      QuoteSignatureInvalidError,
    )
  })

  test.each([
    ['high s, old v', respell({ s: (s) => order - s })],
    ['high s, its own v', respell({ s: (s) => order - s, v: flippedV })],
    ['v 29', respell({ v: 29 })],
    ['v 37', respell({ v: 37 })],
    ['s 0', respell({ s: () => 0n })],
    ['s n', respell({ s: () => order })],
    ['r 0', `0x${'00'.repeat(32)}${signed.signature.slice(66)}` as Hex],
    ['r n', `0x${order.toString(16)}${signed.signature.slice(66)}` as Hex],
    [
      'r off the curve',
      `0x${'ff'.repeat(32)}${signed.signature.slice(66)}` as Hex,
    ],
    ['63 bytes', signed.signature.slice(0, 128) as Hex],
    ['64 bytes', signed.signature.slice(0, 130) as Hex],
    ['66 bytes', `${signed.signature}00` as Hex],
    ['empty', '0x' as Hex],
  ])('error: QuoteSignatureInvalidError for %s', async (_name, signature) => {
    await expect(verify({ ...wire, signature })).rejects.toBeInstanceOf(
      QuoteSignatureInvalidError,
    )
  })

  test('error: QuoteSignatureInvalidError for a signature of another chain', async () => {
    const typedData = toQuoteTypedData(signed)
    const other = await signer.signTypedData({
      ...typedData,
      domain: { ...typedData.domain, chainId: 1 },
    })
    await expect(verify({ ...wire, signature: other })).rejects.toBeInstanceOf(
      QuoteSignatureInvalidError,
    )
  })

  test.each([
    ['requestId', { requestId: 'request-2' }],
    ['chainId', { chainId: 1 }],
    ['account', { account: stranger.address }],
    ['requestHash', { requestHash: `0x${'00'.repeat(32)}` }],
    ['agent', { agent: stranger.address }],
    [
      'token.chainId',
      { spend: [{ token: { ...usdc, chainId: 1 }, atMostUnits: '1' }] },
    ],
  ])('error: QuoteRequestMismatchError for %s', async (field, change) => {
    await expect(verify({ ...wire, ...change })).rejects.toMatchObject({
      code: 'QUOTE_REQUEST_MISMATCH',
      facts: { field },
    })
    await expect(verify({ ...wire, ...change })).rejects.toBeInstanceOf(
      QuoteRequestMismatchError,
    )
  })

  test('error: QuoteRequestMismatchError when the request was changed', async () => {
    await expect(
      verify(wire, {
        request: { ...request, deadlineUnixSeconds: now + 301 },
      }),
    ).rejects.toBeInstanceOf(QuoteRequestMismatchError)
  })

  test('L-MSG-02: valid until the second before, expired from then on', async () => {
    await expect(
      verify(wire, { nowUnixSeconds: 1_760_000_059 }),
    ).resolves.toBeTruthy()
    await expect(
      verify(wire, { nowUnixSeconds: 1_760_000_060 }),
    ).rejects.toBeInstanceOf(QuoteExpiredError)
  })

  test.each([
    ['no object', 'quote'],
    ['null', null],
    ['unknown field', { ...wire, surprise: 1 }],
    ['number for money', { ...wire, spend: [{ token: usdc, atMostUnits: 5 }] }],
    [
      'negative money',
      { ...wire, spend: [{ token: usdc, atMostUnits: '-5' }] },
    ],
    ['no signature', { ...wire, signature: undefined }],
    ['another version', { ...wire, version: 2 }],
    ['control characters', { ...wire, summary: 'a\u0000b' }],
    ['lone surrogate', { ...wire, summary: '\ud800' }],
    ['too many calls', { ...wire, calls: Array(17).fill(wire.calls) }],
  ])('error: QuoteMalformedError for %s', async (_name, quote) => {
    await expect(verify(quote)).rejects.toBeInstanceOf(QuoteMalformedError)
  })

  test('behavior: nothing that can be sent throws anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.string(), async (value, key) => {
        for (const quote of [value, { ...wire, [key]: value }]) {
          const outcome = await verify(quote).then(
            () => 'accepted',
            (error: { code?: string }) => error.code,
          )
          expect([
            'accepted',
            'QUOTE_MALFORMED',
            'QUOTE_REQUEST_MISMATCH',
            'QUOTE_SIGNATURE_INVALID',
            'QUOTE_EXPIRED',
          ]).toContain(outcome)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('signQuote', () => {
  test('error: QuoteSignerMismatchError', async () => {
    const { signature: _signature, ...quote } = signed
    await expect(
      signQuote({ quote, account: stranger }),
    ).rejects.toBeInstanceOf(QuoteSignerMismatchError)
  })
})

describe('hashRequest', () => {
  test('L-MSG-15: golden vectors', () => {
    // Frozen: changing one of these breaks every agent that is out there.
    expect(hashRequest(request)).toMatchInlineSnapshot(
      `"0x38e228f5d59a5fc78d48892b4967e4103c27c96a9b347e348fd35cbba8d24c53"`,
    )
    expect(hashQuote(signed)).toMatchInlineSnapshot(
      `"0x859368f0a1b64a291c9a2c4cafb26d088edcf8d269d62ecfea7b17d617425435"`,
    )
    expect(signed.signature).toMatchInlineSnapshot(
      `"0x2389ce0af84418a15487711a610cef6b75d8d7b06263793ce040c19611c7076d07e561134013a55ade6f850d916e04c0ed4d0d6b2bfc90259431e181756382ed1b"`,
    )
  })

  test('behavior: the wire and back gives the same hash', () => {
    const back = quoteRequestSchema.parse(
      JSON.parse(JSON.stringify(z.encode(quoteRequestSchema, request))),
    )
    expect(hashRequest(back)).toBe(hashRequest(request))
  })
})
