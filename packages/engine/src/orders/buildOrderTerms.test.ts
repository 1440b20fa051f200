import type { ChainPort, Step } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { account, hash } from '../testing/fixtures.js'
import { buildOrderTerms } from './buildOrderTerms.js'

const build = (comparator: '==' | '>=') => {
  const step: Step = {
    id: 's1',
    action: 'swap',
    sell: {
      token: { symbol: 'ETH' },
      amount: { kind: 'exact', decimal: '1' },
    },
    buy: { token: { symbol: 'USDC' } },
    when: [
      {
        subject: { kind: 'price', token: { symbol: 'ETH' }, text: 'ETH' },
        comparator,
        value: '4000',
        unit: 'usd',
      },
    ],
  } as Step
  return buildOrderTerms({
    account,
    utterance: 'sell 1 ETH for USDC when ETH hits 4000',
    steps: [step],
    timeZone: 'UTC',
    missedRuns: 'skip',
    // What is refused is refused before the chain is asked for anything.
    chain: {
      findTokens: () => Promise.reject(new RangeError('asked')),
    } as unknown as ChainPort,
    block: {
      number: 1n,
      hash,
      timestampUnixSeconds: 1_760_000_000,
      baseFeePerGasWei: 1n,
    },
    executor: undefined,
    whyDirect: 'nobody runs orders here',
  })
}

describe('buildOrderTerms', () => {
  test('error: a price that must be hit to the last digit is asked about', async () => {
    await expect(build('==')).rejects.toMatchObject({
      code: 'ORDER_UNBINDABLE',
      message: expect.stringContaining('Say "at or above 4000"'),
    })
    await expect(build('>=')).rejects.not.toMatchObject({
      code: 'ORDER_UNBINDABLE',
    })
  })
})
