import type { LedgerPayment, PaymentRequired } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { createTestRequest } from '../testing/createTestRequest.js'
import { createAgentPayer } from './createAgentPayer.js'
import { createKeyPaymentSigner } from './createKeyPaymentSigner.js'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const token = {
  chainId: 31337,
  address: `0x${'cc'.repeat(20)}`,
  symbol: 'USDC',
  decimals: 6,
  name: 'USD Coin',
  version: '2',
} as const
const demand: PaymentRequired = {
  x402Version: 2,
  accepts: [
    {
      scheme: 'exact',
      network: 'eip155:31337',
      amount: '10',
      asset: token.address,
      payTo: `0x${'dd'.repeat(20)}`,
      maxTimeoutSeconds: 60,
      extra: { name: token.name, version: token.version },
    },
  ],
}
const toLink = (end: string) => ({
  agent: `0x${end.repeat(20)}` as const,
  requestHash: `0x${'ab'.repeat(32)}` as const,
  signature: `0x${'ab'.repeat(65)}` as const,
})

describe('createAgentPayer', () => {
  test.each([
    ['the account, where the engine asks', [], undefined],
    ['the account, where the engine asked who hires', ['aa'], undefined],
    ['the agent that asked who hires', ['aa', 'bb'], `0x${'aa'.repeat(20)}`],
    ['the last one before it', ['aa', 'bb', 'ee'], `0x${'bb'.repeat(20)}`],
  ])('behavior: it is paid for %s', async (_what, hands, asker) => {
    const kept: LedgerPayment[] = []
    const payer = createAgentPayer({
      signer: createKeyPaymentSigner({ account, token }),
      token,
      caps: { perIntentUnits: 10n, perDayUnits: 10n },
      ledger: {
        reserve: async ({ payment }) => {
          kept.push(payment)
          return { type: 'reserved', payment: { ...payment, state: 'signed' } }
        },
        keepAnswer: async () => {},
        settle: async () => {},
        find: async () => null,
        adopt: async () => null,
        listOfIntent: async () => [],
        listOverdue: async () => [],
        readSpentToday: async () => 0n,
      },
      readNow: async () => 1_800_000_000,
      readIsTaken: async () => false,
    })
    const request = {
      ...createTestRequest({
        instruction: {
          action: 'transfer',
          token: {
            chainId: 31337,
            address: token.address,
            symbol: 'USDC',
            decimals: 6,
          },
          amount: { type: 'exact', units: 5n },
          to: account.address,
        },
      }),
      trail: hands.map(toLink),
    }
    await payer.pay({
      candidate: {
        agentId: 'sold-00000000',
        name: 'sold',
        agent: account.address,
        url: 'http://127.0.0.1:1',
        reference: false,
        kept: true,
        why: 'a test',
      },
      request,
      demand,
    })
    expect(kept.map((payment) => payment.asker)).toEqual([
      asker ?? request.account,
    ])
  })
})
