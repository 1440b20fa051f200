import { deployments, drawLendingBatch } from '@behest/evm'
import type { OrderBatch, OrderTerms } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { assertOrderBatch } from './checkOrderBatch.js'
import { SigningRefusedError } from './errors.js'

const deployment = Object.values(deployments)[0]
if (!deployment) throw new RangeError('no deployment')
const account = '0x00000000000000000000000000000000000000a1'
const thief = '0x00000000000000000000000000000000000000e1'
const usdc = deployment.tokens.find(({ symbol }) => symbol === 'USDC')
const usdt = deployment.tokens.find(({ symbol }) => symbol === 'USDT')
if (!usdc || !usdt) throw new RangeError('no USDC')
const token = {
  chainId: deployment.chainId,
  address: usdc.address,
  symbol: 'USDC',
  decimals: 6,
}
const step = {
  id: 's1',
  action: 'supply',
  token: { symbol: 'USDC' },
  amount: { kind: 'exact', decimal: '100' },
  venue: 'aave',
  spans: {},
} as const
const batch = drawLendingBatch({
  deployment,
  account,
  step,
  token,
  units: 100_000_000n,
})
if (!batch) throw new RangeError('no batch')

const toTerms = (
  changes: Partial<OrderTerms> = {},
  calls: Partial<OrderBatch> = {},
): OrderTerms => ({
  version: 1,
  account,
  chainId: deployment.chainId,
  utterance: '',
  steps: [step],
  conditions: [],
  missedRuns: 'skip',
  graceSeconds: 60,
  bounds: [],
  maxRuns: 1,
  periodSeconds: 0,
  expiresUnixSeconds: 9_000_000_000,
  custody: 'mandate',
  executor: thief,
  batch: { ...batch, ...calls },
  ...changes,
})
const [allow, supply] = batch.calls
if (!allow || !supply) throw new RangeError('two calls')
const swapAccount = (data: `0x${string}`) =>
  data.replace(account.slice(2), thief.slice(2)) as `0x${string}`

describe('assertOrderBatch', () => {
  test('default: the calls of what was said', () => {
    expect(() =>
      assertOrderBatch({ terms: toTerms(), deployment }),
    ).not.toThrow()
  })

  test.each([
    [
      'on behalf of another',
      toTerms(
        {},
        { calls: [allow, { ...supply, data: swapAccount(supply.data) }] },
      ),
    ],
    ['to another', toTerms({}, { calls: [allow, { ...supply, to: thief }] })],
    ['with coin', toTerms({}, { calls: [allow, { ...supply, valueWei: 1n }] })],
    ['one call more', toTerms({}, { calls: [allow, supply, allow] })],
    ['one call fewer', toTerms({}, { calls: [supply] })],
    ['of more', toTerms({}, { units: 100_000_001n })],
    [
      'of another token',
      toTerms({}, { token: { ...token, address: usdt.address } }),
    ],
    [
      'with decimals of its own',
      toTerms({}, { token: { ...token, decimals: 4 }, units: 1_000_000n }),
    ],
    [
      'of a token that was not said',
      toTerms({ steps: [{ ...step, token: { symbol: 'DAI' } }] }),
    ],
    [
      'of an amount that was not said',
      toTerms({
        steps: [{ ...step, amount: { kind: 'exact', decimal: '99' } }],
      }),
    ],
    [
      'of another action',
      toTerms({ steps: [{ ...step, action: 'withdraw' }] }),
    ],
    ['for another account', toTerms({ account: thief })],
    ['of two steps', toTerms({ steps: [step, { ...step, id: 's2' }] })],
    ['that its server holds', toTerms({ custody: 'direct' })],
  ])('error: calls %s', (_what, terms) => {
    expect(() => assertOrderBatch({ terms, deployment })).toThrow(
      SigningRefusedError,
    )
  })
})
