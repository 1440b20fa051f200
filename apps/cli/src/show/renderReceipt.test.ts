import type { Receipt } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { renderReceipt } from './renderRecord.js'

const account = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const till = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'
const hash = `0x${'ab'.repeat(32)}` as const
const receipt: Receipt = {
  intentId: 'i1',
  intentHash: hash,
  planHash: hash,
  outcome: 'MET',
  chainId: 31337,
  account,
  steps: [
    {
      id: 's1',
      action: 'swap',
      agent: 'swap-best-2a6b036d',
      agentAddress: till,
      quoteId: 'q1',
      quoteHash: hash,
      transactions: [],
      promised: [],
      realised: [],
      positions: [],
      verdict: 'MET',
      fees: [
        {
          account: till,
          token: till,
          symbol: 'USDC',
          units: 1_000_000n,
          decimal: '1',
        },
      ],
    },
  ],
  health: [],
  gasWei: 0n,
  feesPaid: [],
  payments: [
    {
      agent: 'paid-0a1b2c3d',
      stepId: 's1',
      chainId: 31337,
      token: till,
      symbol: 'USDC',
      units: 20_000n,
      decimal: '0.02',
      payer: account,
      payTo: till,
      state: 'settled',
      transaction: hash,
    },
  ],
  startedAt: '2026-11-23T10:00:00.000Z',
  finishedAt: '2026-11-23T10:00:05.000Z',
  signatures: [],
}

describe('renderReceipt', () => {
  test('behavior: what agents earned is in it, and who paid', () => {
    const shown = renderReceipt(receipt)
    expect(shown).toContain(`fee  1 USDC of swap-best-2a6b036d, to ${till}`)
    expect(shown).toContain(
      `paid for a quote of paid-0a1b2c3d  0.02 USDC, ${hash}, by the operator`,
    )
  })

  test('behavior: a payment that nobody knows the end of says so', () => {
    const [payment] = receipt.payments ?? []
    if (payment === undefined) throw new RangeError('a payment')
    const { transaction: _, ...without } = payment
    expect(
      renderReceipt({
        ...receipt,
        payments: [{ ...without, state: 'signed' }],
      }),
    ).toContain('0.02 USDC, signed, by the operator')
  })

  test('behavior: where nobody took anything, nothing is said of it', () => {
    const { payments: _, ...unpaid } = receipt
    const steps = receipt.steps.map(({ fees: _fees, ...step }) => step)
    const shown = renderReceipt({ ...unpaid, steps })
    expect(shown).not.toMatch(/fee|paid/)
  })
})
