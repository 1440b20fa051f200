import { quoteInProcess } from '@behest/sdk'
import { createTestRequest, describeAgentContract } from '@behest/sdk/testing'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { agent } from './agent.js'

const friend = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const eth = {
  chainId: 31337,
  address: 'native',
  symbol: 'ETH',
  decimals: 18,
} as const
const usdc = {
  chainId: 31337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const

const request = createTestRequest({
  instruction: {
    action: 'transfer',
    token: eth,
    amount: { type: 'exact', units: 10n ** 17n },
    to: friend,
  },
})

// What every agent is held to: signatures, expiry, exact units, hostile text.
describeAgentContract(agent, {
  describe,
  test,
  fixtures: [
    { name: '0.1 ETH to a friend', expected: 'quote', request },
    {
      name: '5 USDC, which it does not send',
      expected: 'decline',
      request: createTestRequest({
        instruction: {
          action: 'transfer',
          token: usdc,
          amount: { type: 'exact', units: 5_000_000n },
          to: friend,
        },
      }),
    },
  ],
})

describe('my-agent', () => {
  test('sends exactly the amount that was said, to whom it was said', async () => {
    const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
    const answer = await quoteInProcess(agent, { request, signer })
    expect(answer).toMatchObject({
      type: 'behest.quote',
      calls: [{ to: friend, valueWei: 10n ** 17n, data: '0x' }],
      spend: [{ token: eth, atMostUnits: 10n ** 17n }],
    })
  })
})
