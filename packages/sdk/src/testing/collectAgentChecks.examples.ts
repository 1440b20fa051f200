//#region suite
import { createTestRequest, describeAgentContract } from '@behest/sdk/testing'
import { describe, test } from 'vitest'
import { payAgent } from '../define/defineAgent.examples.js'

const usdc = {
  chainId: 31337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const

describeAgentContract(payAgent, {
  describe,
  test,
  fixtures: [
    {
      name: '5 USDC to a friend',
      expected: 'quote',
      request: createTestRequest({
        instruction: {
          action: 'transfer',
          token: usdc,
          amount: { type: 'exact', units: 5_000_000n },
          to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
        },
      }),
    },
  ],
})
//#endregion suite
