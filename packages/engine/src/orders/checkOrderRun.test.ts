import type { OrderTerms, PlanArtifact, PlanStep } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  account,
  dai,
  hash,
  stranger,
  swap,
  usdc,
} from '../testing/fixtures.js'
import { checkOrderRun } from './checkOrderRun.js'

const executor = '0x8888888888888888888888888888888888888888'
const now = 1_800_000_000
const terms = (changes: Partial<OrderTerms> = {}): OrderTerms => ({
  version: 1,
  account,
  chainId: 31337,
  utterance: '',
  steps: [
    {
      id: 's1',
      action: 'swap',
      sell: {
        token: { symbol: 'USDC' },
        amount: { kind: 'exact', decimal: '100' },
      },
      buy: { token: { symbol: 'DAI' } },
      spans: {},
    },
  ],
  conditions: [],
  missedRuns: 'skip',
  graceSeconds: 60,
  bounds: [
    { token: usdc, perRunUnits: 100_000_000n, totalUnits: 300_000_000n },
  ],
  maxRuns: 3,
  periodSeconds: 0,
  expiresUnixSeconds: now + 100,
  custody: 'direct',
  ...changes,
})
const step = (changes: Partial<PlanStep> = {}): PlanStep => ({
  id: 's1',
  action: 'swap',
  instruction: swap,
  agentId: 'a',
  agentName: 'a',
  agent: stranger,
  quoteId: 'q',
  venue: 'uniswap',
  calls: [
    { purpose: 'act', to: stranger, valueWei: 0n, data: '0x', splices: [] },
  ],
  spend: [{ token: usdc, atMostUnits: 100_000_000n }],
  receive: [{ token: dai, account, atLeastUnits: 1n, expectedUnits: 1n }],
  positions: [],
  approvals: [],
  fee: [],
  ...changes,
})
const check = (
  steps: PlanStep[],
  of: OrderTerms = terms(),
  changes: Partial<PlanArtifact> = {},
) =>
  checkOrderRun({
    terms: of,
    nowUnixSeconds: now,
    plan: {
      stage: 'plan',
      parentHash: hash,
      version: 1,
      intentId: 'i',
      chainId: 31337,
      account,
      steps,
      deadlineUnixSeconds: now + 10,
      ...changes,
    },
  })

describe('checkOrderRun', () => {
  test('default: what was signed, and no unit more', () => {
    expect(check([step()])).toBeUndefined()
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 300_000_000n }), (atMostUnits) => {
        const problem = check([step({ spend: [{ token: usdc, atMostUnits }] })])
        expect(problem === undefined).toBe(atMostUnits <= 100_000_000n)
      }),
    )
  })

  test('error: another account, token, action, chain, or too late', () => {
    expect(check([step()], terms(), { account: stranger })).toMatch('for 0x2')
    expect(check([step()], terms(), { chainId: 1 })).toMatch('chain 1')
    expect(check([step()], terms({ expiresUnixSeconds: now }))).toMatch('over')
    expect(check([step({ action: 'supply' })])).toMatch('supply')
    expect(check([step(), step({ id: 's2' })])).toMatch('swap, swap')
    expect(check([step({ spend: [{ token: dai, atMostUnits: 1n }] })])).toMatch(
      'DAI',
    )
  })

  test('behavior: under a mandate it takes what was signed and ends with the account', () => {
    const of = terms({ custody: 'mandate', executor })
    const output = {
      type: 'output',
      step: 's1',
      units: 1n,
      expectedUnits: 1n,
    } as const
    const take = (units: bigint, changes: Partial<PlanStep> = {}) =>
      step({
        action: 'withdraw',
        venue: 'mandate',
        spend: [],
        receive: [
          {
            token: usdc,
            account: executor,
            atLeastUnits: units,
            expectedUnits: units,
          },
        ],
        ...changes,
      })
    const trade = step({
      id: 's2',
      instruction: { ...swap, sell: { token: usdc, amount: output } },
    })
    const give = (to: `0x${string}`) =>
      step({
        id: 's3',
        action: 'transfer',
        instruction: { action: 'transfer', token: dai, amount: output, to },
      })
    const run = (steps: PlanStep[]) => check(steps, of, { account: executor })
    expect(run([take(100_000_000n), trade, give(account)])).toBeUndefined()
    expect(run([take(100_000_001n), trade, give(account)])).toMatch(
      'would take',
    )
    expect(run([take(1n), trade, give(stranger)])).toMatch('would send to')
    expect(run([take(1n), step({ id: 's2' }), give(account)])).toMatch(
      'more than it took',
    )
    expect(run([take(1n, { venue: 'aave' }), trade, give(account)])).toMatch(
      'does not begin',
    )
    // The account itself may not be made to act under the executor's plan.
    expect(check([take(1n), trade, give(account)], of)).toMatch('for 0x1')
  })
})
