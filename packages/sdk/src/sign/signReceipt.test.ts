import {
  type JsonValue,
  quoteSchema,
  type Receipt,
  receiptRequestSchema,
  toCanonicalJson,
  type UnsignedQuote,
} from '@behest/spec'
import fc from 'fast-check'
import { keccak256, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { signQuote } from './signQuote.js'
import {
  isReceiptSignedBy,
  ReceiptNotMineError,
  ReceiptRequestMalformedError,
  signReceipt,
} from './signReceipt.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'02'.repeat(32)}`)
const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const
const user = '0x00000000000000000000000000000000000000aa'
const usdc = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const
const unsigned: UnsignedQuote = {
  type: 'behest.quote',
  version: 1,
  quoteId: 'q_1',
  requestId: 'r_1',
  requestHash: hash(1),
  agent: signer.address,
  agentName: 'pay',
  agentVersion: '1.0.0',
  chainId: 31_337,
  account: user,
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
const quote = await signQuote({ quote: unsigned, account: signer })
const hashOf = (value: unknown) =>
  keccak256(stringToHex(toCanonicalJson(value as JsonValue)))

const receipt: Receipt = {
  intentId: 'i1',
  intentHash: hash(2),
  planHash: hash(3),
  outcome: 'MET',
  chainId: 31_337,
  account: user,
  steps: [
    {
      id: 's1',
      action: 'transfer',
      agent: 'pay-1',
      agentAddress: signer.address,
      quoteId: 'q_1',
      quoteHash: hashOf(z.encode(quoteSchema, quote)),
      transactions: [hash(4)],
      promised: [],
      realised: [],
      positions: [],
      verdict: 'MET',
    },
  ],
  health: [],
  gasWei: 21_000n,
  feesPaid: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  signatures: [],
}
const ask = (
  change: Partial<z.output<typeof receiptRequestSchema>> = {},
): unknown =>
  z.encode(receiptRequestSchema, {
    type: 'behest.receipt-request',
    version: 1,
    requestId: 'r_i1',
    receipt,
    quotes: [quote],
    ...change,
  })
const withStep = (change: Partial<Receipt['steps'][number]>): Receipt => ({
  ...receipt,
  steps: receipt.steps.map((step) => ({ ...step, ...change })),
})

describe('signReceipt', () => {
  test('default: the signature is that of the agent, over exactly this receipt', async () => {
    const { by, signature } = await signReceipt({ wire: ask(), signer })
    expect(by).toBe(signer.address)
    expect(await isReceiptSignedBy({ receipt, by, signature })).toBe(true)
    // Signatures of others on it change nothing: they are not what is signed.
    expect(
      await isReceiptSignedBy({
        receipt: { ...receipt, signatures: [{ by: user, signature: '0x' }] },
        by,
        signature,
      }),
    ).toBe(true)
    expect(
      await isReceiptSignedBy({ receipt, by: stranger.address, signature }),
    ).toBe(false)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Partial<Receipt>>(
          { outcome: 'NOT_MET' },
          { planHash: hash(9) },
          { intentHash: hash(9) },
          { chainId: 1 },
          { gasWei: 0n },
          { account: signer.address },
          { steps: [] },
          withStep({ verdict: 'NOT_MET' }),
          withStep({ transactions: [] }),
        ),
        async (change) =>
          !(await isReceiptSignedBy({
            receipt: { ...receipt, ...change },
            by,
            signature,
          })),
      ),
    )
  })

  test('error: nothing is signed that the agent did not promise', async () => {
    const foreign = await signQuote({
      quote: { ...unsigned, agent: stranger.address },
      account: stranger,
    })
    const forged = { ...foreign, agent: signer.address }
    const elsewhere = await signQuote({
      quote: { ...unsigned, account: stranger.address },
      account: signer,
    })
    for (const wire of [
      ask({ receipt: withStep({ agentAddress: stranger.address }) }),
      ask({ receipt: withStep({ quoteHash: hash(5) }) }),
      ask({
        quotes: [forged],
        receipt: withStep({ quoteHash: hashOf(z.encode(quoteSchema, forged)) }),
      }),
      ask({
        quotes: [elsewhere],
        receipt: withStep({
          quoteHash: hashOf(z.encode(quoteSchema, elsewhere)),
        }),
      }),
    ])
      await expect(signReceipt({ wire, signer })).rejects.toThrow(
        ReceiptNotMineError,
      )
    for (const wire of [null, {}, { ...(ask() as object), more: 1 }])
      await expect(signReceipt({ wire, signer })).rejects.toThrow(
        ReceiptRequestMalformedError,
      )
  })
})
