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

  test('behavior: what goes on to a second step is what the first one made, and no more', () => {
    const of = terms({
      steps: [
        ...terms().steps,
        {
          id: 's2',
          action: 'transfer',
          token: { symbol: 'DAI' },
          amount: { kind: 'output', step: 's1' },
          to: stranger,
          spans: {},
        },
      ],
    })
    const send = (
      token: typeof dai,
      amount: 'output' | 'exact',
      atMostUnits = 10n ** 18n,
    ): PlanStep =>
      step({
        id: 's2',
        action: 'transfer',
        instruction: {
          action: 'transfer',
          token,
          amount:
            amount === 'output'
              ? { type: 'output', step: 's1', units: 1n, expectedUnits: 1n }
              : { type: 'exact', units: atMostUnits },
          to: stranger,
        },
        spend: [{ token, atMostUnits }],
        receive: [],
      })
    expect(check([step(), send(dai, 'output')], of)).toBeUndefined()
    // So much of it was made, but so much is not what was said to be sent.
    expect(check([step(), send(dai, 'exact')], of)).toMatch('DAI')
    // Nothing of it was made.
    expect(check([step({ receive: [] }), send(dai, 'output')], of)).toMatch(
      'DAI',
    )
    expect(
      check(
        [
          step({
            receive: [
              {
                token: dai,
                account: stranger,
                atLeastUnits: 1n,
                expectedUnits: 1n,
              },
            ],
          }),
          send(dai, 'output'),
        ],
        of,
      ),
    ).toMatch('DAI')
  })

  test('error: under a mandate a fixed sum is handed over by nobody', () => {
    const of = terms({ custody: 'mandate', executor })
    const output = {
      type: 'output',
      step: 's1',
      units: 1n,
      expectedUnits: 1n,
    } as const
    const steps = (
      amount: typeof output | { type: 'exact'; units: bigint },
    ) => [
      step({
        action: 'withdraw',
        venue: 'mandate',
        spend: [],
        receive: [],
      }),
      step({
        id: 's2',
        instruction: { ...swap, sell: { token: usdc, amount: output } },
      }),
      step({
        id: 's3',
        action: 'transfer',
        instruction: { action: 'transfer', token: dai, amount, to: account },
      }),
    ]
    expect(check(steps(output), of, { account: executor })).toBeUndefined()
    expect(
      check(steps({ type: 'exact', units: 1n }), of, { account: executor }),
    ).toMatch('would send to')
  })

  describe('of calls that were signed with it', () => {
    const pool = '0x9999999999999999999999999999999999999999'
    const data = '0x617ba037'
    const of = terms({
      custody: 'mandate',
      executor,
      steps: [
        {
          id: 's1',
          action: 'supply',
          token: { symbol: 'USDC' },
          amount: { kind: 'exact', decimal: '100' },
          venue: 'aave',
          spans: {},
        },
      ],
      batch: {
        token: usdc,
        units: 100n,
        calls: [{ to: pool, valueWei: 0n, data }],
      },
    })
    const supply = (changes: Partial<PlanStep> = {}): PlanStep =>
      step({
        action: 'supply',
        instruction: {
          action: 'supply',
          token: usdc,
          amount: { type: 'exact', units: 100n },
        },
        calls: [{ purpose: 'act', to: pool, valueWei: 0n, data, splices: [] }],
        spend: [{ token: usdc, atMostUnits: 100n }],
        receive: [],
        ...changes,
      })
    type Custody = NonNullable<PlanArtifact['custody']>
    const mandate = {
      stepIds: ['s1'],
      bounds: [],
      validUntilUnixSeconds: now,
      salt: 0n,
      orderId: 'o1',
      delegationHash: hash,
    }
    const custody = (
      changes: Partial<Extract<Custody, { type: 'mandate' }>> = {},
    ): Custody => ({
      type: 'mandate',
      executor,
      delegationManager: pool,
      implementation: pool,
      mandates: [mandate],
      ...changes,
    })
    const run = (one: PlanStep, how: Custody = custody()) =>
      check([one], of, { custody: how })

    test('default: by the order’s own mandate, and within it', () => {
      expect(run(supply())).toBeUndefined()
    })

    test.each<[string, Custody, string]>([
      ['directly', { type: 'direct' }, 'does not carry it out'],
      ['by two', custody({ mandates: [mandate, mandate] }), 'does not carry'],
      [
        'by a mandate of its own',
        custody({
          mandates: [(({ orderId: _orderId, ...own }) => own)(mandate)],
        }),
        'does not carry it out',
      ],
      [
        'by another executor',
        custody({ executor: stranger }),
        'would carry it out',
      ],
    ])('error: carried out %s', (_how, how, problem) => {
      expect(run(supply(), how)).toMatch(problem)
    })

    test.each<[string, Partial<PlanStep>, string]>([
      [
        'another contract',
        {
          calls: [
            { purpose: 'act', to: stranger, valueWei: 0n, data, splices: [] },
          ],
        },
        'was not signed',
      ],
      [
        'another function',
        {
          calls: [
            {
              purpose: 'act',
              to: pool,
              valueWei: 0n,
              data: '0xa9059cbb',
              splices: [],
            },
          ],
        },
        'was not signed',
      ],
      ['more', { spend: [{ token: usdc, atMostUnits: 101n }] }, 'were signed'],
      [
        'another token',
        { spend: [{ token: dai, atMostUnits: 1n }] },
        'were signed',
      ],
    ])('error: it takes %s', (_what, changes, problem) => {
      expect(run(supply(changes))).toMatch(problem)
    })
  })
})
