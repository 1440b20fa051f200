import { maxUint256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { account, router } from '../testing/fixtures.js'
import { sayCall } from './sayCall.js'

const say = (deadline: bigint): string =>
  sayCall({
    call: {
      purpose: 'act',
      to: router,
      valueWei: 0n,
      data: '0x12345678',
      splices: [],
    },
    decoded: {
      contract: 'Router',
      to: router,
      functionName: 'multicall',
      arguments: [{ name: 'deadline', type: 'uint256', value: deadline }],
      inner: [
        {
          contract: 'Router',
          to: router,
          functionName: 'refundETH',
          arguments: [],
          inner: [],
        },
      ],
    },
    vocabulary: { account, tokens: [], knownContracts: [] },
    nativeSymbol: 'ETH',
  })

describe('sayCall', () => {
  test('behavior: a deadline that no calendar has is said, not thrown at', () => {
    expect(say(1_800_000_000n)).toContain('until 2027-01-15T08:00:00.000Z')
    expect(say(8_640_000_000_000n)).toContain('until +275760-09-13')
    for (const deadline of [8_640_000_000_001n, maxUint256])
      expect(say(deadline)).toContain('without a deadline')
  })
})
