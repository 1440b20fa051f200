import {
  type PlanArtifact,
  type PolicyRecord,
  type PolicyRules,
  type SimulationArtifact,
  type Token,
  toDecimal,
} from '@behest/spec'
import fc from 'fast-check'
import { encodeFunctionData, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  account,
  dai,
  eth,
  hash,
  router,
  stranger,
  swap,
  usdc,
  wrapped,
} from '../testing/fixtures.js'
import {
  evaluatePolicy,
  listPriced,
  type PricesUsdE8,
} from './evaluatePolicy.js'

const abi = parseAbi(['function trade(uint256 amount)'])
const knownContracts = [{ address: router, name: 'Uniswap V3 Router', abi }]
const now = 1_800_000_000
const rules: PolicyRules = {
  perTransactionUsd: '1000',
  perDayUsd: '2000',
  actions: ['swap', 'transfer'],
  tokens: ['any'],
  venues: ['uniswap'],
  recipients: [],
  maxPriceImpactBps: 100,
  maxSlippageBps: 100,
  minHealth: '1.5',
}
const automatic: PolicyRules = { ...rules, perTransactionUsd: '100' }
const record = (
  changes: Partial<PolicyRecord> = {},
  policy: Partial<PolicyRecord['policy']> = {},
): PolicyRecord => ({
  policy: {
    version: 1,
    account,
    chainId: 31337,
    sequence: 1,
    validUntilUnixSeconds: now + 1000,
    limits: rules,
    automatic,
    beyond: 'ask',
    coolingOffSeconds: 0,
    ...policy,
  },
  policyHash: hash,
  signature: '0x00',
  activatedAt: '2027-01-01T00:00:00.000Z',
  recipientsFrom: {},
  spentTodayUsd: '0',
  ...changes,
})

/** A swap of so many USDC for as many DAI, less a loss. */
function plan(
  usdcUnits: bigint,
  { lossBps = 10n, to = router }: { lossBps?: bigint; to?: `0x${string}` } = {},
): { plan: PlanArtifact; simulation: SimulationArtifact } {
  const daiUnits = (usdcUnits * 10n ** 12n * (10_000n - lossBps)) / 10_000n
  const change = (token: typeof usdc, units: bigint) => ({
    account,
    token: token.address,
    symbol: token.symbol,
    units,
    decimal: '0',
  })
  const changes = [change(usdc, -usdcUnits), change(dai, daiUnits)]
  return {
    plan: {
      stage: 'plan',
      parentHash: hash,
      version: 1,
      intentId: 'i',
      chainId: 31337,
      account,
      deadlineUnixSeconds: now + 300,
      steps: [
        {
          id: 's1',
          action: 'swap',
          instruction: swap,
          agentId: 'a',
          agentName: 'a',
          agent: stranger,
          quoteId: 'q',
          // A claim, and nothing is decided by it.
          venue: 'anything',
          calls: [
            {
              purpose: 'act',
              to,
              valueWei: 0n,
              data: encodeFunctionData({
                abi,
                functionName: 'trade',
                args: [usdcUnits],
              }),
              splices: [],
            },
          ],
          spend: [{ token: usdc, atMostUnits: usdcUnits }],
          receive: [
            {
              token: dai,
              account,
              atLeastUnits: (daiUnits * 995n) / 1000n,
              expectedUnits: daiUnits,
            },
          ],
          positions: [],
          approvals: [],
          fee: [],
        },
      ],
    } as PlanArtifact,
    simulation: {
      stage: 'simulation',
      parentHash: hash,
      planHash: hash,
      block: { number: 1n, hash, timestampUnixSeconds: now },
      steps: [
        {
          stepId: 's1',
          promised: [],
          simulated: changes,
          positions: [],
          calls: [],
        },
      ],
      changes,
      allowances: [],
      health: [],
      rates: [],
      gas: { expectedWei: 0n, atMostWei: 0n, maxFeePerGasWei: 0n },
      refused: [],
    },
  }
}
const prices: PricesUsdE8 = new Map([
  [usdc.address.toLowerCase(), 100_000_000n],
  [dai.address.toLowerCase(), 100_000_000n],
  [eth.address, 200_000_000_000n],
])
const judge = (
  of: ReturnType<typeof plan>,
  options: {
    record?: PolicyRecord
    prices?: PricesUsdE8
    nowUnixSeconds?: number
  } = {},
) =>
  evaluatePolicy({
    record: record(),
    planHash: hash,
    knownContracts,
    wrappedNative: wrapped,
    prices,
    nowUnixSeconds: now,
    ...of,
    ...options,
  })
const rulesOf = (verdict: ReturnType<typeof judge>['verdict']) => [
  ...new Set(verdict.findings.map(({ rule }) => rule)),
]
const dollars = (amount: number) => BigInt(amount) * 1_000_000n

const aUsdc: Token = {
  ...usdc,
  address: '0x9999999999999999999999999999999999999999',
  symbol: 'aUSDC',
}
const weth: Token = { ...eth, address: wrapped, symbol: 'WETH' }

/** Takes so much of what is lent out of its venue, and sends so much of that on. */
function withdraw(options: {
  readonly units: bigint
  readonly sentUnits: bigint
  readonly token?: Token
  readonly lent?: Token
  readonly heldAs?: Token
}): ReturnType<typeof plan> {
  const { units, sentUnits, token = usdc, lent = token } = options
  const { heldAs } = options
  const of = plan(0n)
  const [step] = of.plan.steps
  const [measured] = of.simulation.steps
  if (!step || !measured) throw new RangeError('a step')
  const bare = { ...step, calls: [], positions: [] }
  const change = (of: Token, moved: bigint) => ({
    account,
    token: of.address,
    symbol: of.symbol,
    units: moved,
    decimal: toDecimal(moved, of.decimals),
  })
  of.plan.steps = [
    {
      ...bare,
      action: 'withdraw',
      instruction: {
        action: 'withdraw',
        token,
        amount: { type: 'exact', units },
      },
      spend: heldAs ? [{ token: heldAs, atMostUnits: units }] : [],
      receive: [{ token, account, atLeastUnits: units, expectedUnits: units }],
    },
    {
      ...bare,
      id: 's2',
      action: 'transfer',
      instruction: {
        action: 'transfer',
        token,
        amount: { type: 'exact', units: sentUnits },
        to: stranger,
      },
      spend: [{ token, atMostUnits: sentUnits }],
      receive: [],
    },
  ]
  const position = {
    ...change(lent, -units),
    venue: 'aave',
    market: lent.address,
    kind: 'supplied' as const,
    ...(heldAs && heldAs.address !== 'native'
      ? { heldAs: heldAs.address }
      : {}),
  }
  of.simulation.steps = [
    { ...measured, simulated: [], positions: [position] },
    { ...measured, stepId: 's2', simulated: [], positions: [] },
  ]
  of.simulation.changes = [
    ...(heldAs ? [change(heldAs, -units)] : []),
    change(token, units - sentUnits),
  ].filter((one) => one.units !== 0n)
  return of
}

const spendless = (of: ReturnType<typeof plan>) =>
  judge(of, {
    prices: new Map([...prices, [wrapped, 200_000_000_000n]]),
  }).outflowUsdE8

describe('evaluatePolicy, what was lent', () => {
  test('behavior: withdrawn it stays; withdrawn and sent it leaves', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 0n, max: 10_000n }),
        fc.constantFrom(undefined, aUsdc),
        (units, shareBps, heldAs) => {
          const sentUnits = (units * shareBps) / 10_000n
          const held = heldAs ? { heldAs } : {}
          expect(spendless(withdraw({ units, sentUnits, ...held }))).toBe(
            sentUnits * 100n,
          )
        },
      ),
    )
  })

  test('behavior: the coin is lent in its wrapped form', () => {
    const units = 10n ** 18n
    const coin = { units, token: eth, lent: weth }
    expect(spendless(withdraw({ ...coin, sentUnits: 0n }))).toBe(0n)
    expect(spendless(withdraw({ ...coin, sentUnits: units }))).toBe(
      200_000_000_000n,
    )
  })

  test('behavior: sent away as what stands for it, it leaves too', () => {
    const of = withdraw({
      units: dollars(5000),
      sentUnits: 0n,
      heldAs: aUsdc,
    })
    const [step] = of.plan.steps
    if (!step) throw new RangeError('a step')
    of.plan.steps = [
      {
        ...step,
        action: 'transfer',
        instruction: {
          action: 'transfer',
          token: aUsdc,
          amount: { type: 'exact', units: dollars(5000) },
          to: stranger,
        },
        receive: [],
      },
    ]
    of.simulation.changes = of.simulation.changes.slice(0, 1)
    expect(spendless(of)).toBe(5000n * 10n ** 8n)
    expect(listPriced(of).map(({ address }) => address)).toContain(usdc.address)
  })

  test('behavior: lent elsewhere it is lent still, and wrapping spends nothing', () => {
    const of = withdraw({ units: 700n, sentUnits: 700n })
    const [, moved] = of.simulation.steps
    moved?.positions.push({
      account,
      token: usdc.address,
      symbol: 'USDC',
      units: 700n,
      decimal: '0.0007',
      venue: 'morpho',
      market: hash,
      kind: 'supplied',
    })
    expect(spendless(of)).toBe(0n)

    const wrap = plan(0n)
    const [step] = wrap.plan.steps
    if (!step) throw new RangeError('a step')
    step.spend = [{ token: eth, atMostUnits: 5n }]
    step.receive = [
      { token: weth, account, atLeastUnits: 5n, expectedUnits: 5n },
    ]
    wrap.simulation.changes = []
    expect(spendless(wrap)).toBe(0n)
  })
})

describe('evaluatePolicy', () => {
  test('default: within automatic nobody is asked, within limits a person, beyond nobody can', () => {
    expect(judge(plan(dollars(100))).verdict).toMatchObject({
      verdict: 'approve',
      outflowUsd: '100',
      findings: [],
    })
    expect(judge(plan(dollars(101))).verdict).toMatchObject({
      verdict: 'ask',
      findings: [{ rule: 'perTransactionUsd', set: 'automatic' }],
    })
    expect(judge(plan(dollars(1001))).verdict).toMatchObject({
      verdict: 'refuse',
    })
  })

  test('behavior: where the policy says so, nobody is asked about what is beyond automatic', () => {
    const of = plan(dollars(101))
    expect(
      judge(of, { record: record({}, { beyond: 'refuse' }) }).verdict.verdict,
    ).toBe('refuse')
  })

  test('behavior: without automatic a person is always asked', () => {
    const { policy, ...rest } = record()
    const { automatic: _none, ...asking } = policy
    expect(
      judge(plan(dollars(1)), { record: { ...rest, policy: asking } }).verdict
        .verdict,
    ).toBe('ask')
  })

  test('behavior: what has no price is refused, not free', () => {
    const { verdict, outflowUsdE8 } = judge(plan(dollars(1)), {
      prices: new Map([...prices, [usdc.address.toLowerCase(), null]]),
    })
    expect(verdict.verdict).toBe('refuse')
    expect(rulesOf(verdict)).toContain('unpriced')
    expect(outflowUsdE8).toBeNull()
  })

  test('behavior: the kill switch, the end and another account refuse everything', () => {
    const of = plan(dollars(1))
    for (const [rule, change] of [
      ['killSwitch', { record: record({ killedAt: 'now' }) }],
      ['validUntil', { nowUnixSeconds: now + 1000 }],
      ['account', { record: record({}, { account: stranger }) }],
    ] as const) {
      const { verdict } = judge(of, change)
      expect(verdict.verdict).toBe('refuse')
      expect(rulesOf(verdict)).toContain(rule)
    }
  })

  test('behavior: the protocol is the contract that is called, whatever the quote claims', () => {
    const { verdict } = judge(plan(dollars(1), { to: stranger }))
    expect(verdict.verdict).toBe('refuse')
    expect(rulesOf(verdict)).toEqual(['venues'])
  })

  test('behavior: a recipient must be named, and a new one must wait', () => {
    const of = plan(dollars(1))
    const [step] = of.plan.steps
    if (!step) throw new RangeError('a step')
    step.receive.push({
      token: usdc,
      account: stranger,
      atLeastUnits: 1n,
      expectedUnits: 1n,
    })
    expect(rulesOf(judge(of).verdict)).toEqual(['recipients'])
    const named = { ...rules, recipients: [stranger] }
    const policy = { limits: named, automatic: named }
    const waiting = record(
      { recipientsFrom: { [stranger.toLowerCase()]: now + 1 } },
      policy,
    )
    expect(rulesOf(judge(of, { record: waiting }).verdict)).toEqual([
      'coolingOff',
    ])
    expect(
      judge(of, { record: waiting, nowUnixSeconds: now + 1 }).verdict.verdict,
    ).toBe('approve')
  })

  test('behavior: price impact and slippage are measured, and health is kept', () => {
    expect(judge(plan(dollars(1), { lossBps: 100n })).verdict.verdict).toBe(
      'approve',
    )
    expect(rulesOf(judge(plan(dollars(1), { lossBps: 102n })).verdict)).toEqual(
      ['maxPriceImpactBps'],
    )
    const of = plan(dollars(1))
    of.simulation.health.push({ venue: 'aave', after: '1.49' })
    expect(rulesOf(judge(of).verdict)).toEqual(['minHealth'])
    const wide = plan(dollars(1))
    const [step] = wide.plan.steps
    if (step) step.instruction = { ...swap, maxSlippageBps: 101 }
    expect(rulesOf(judge(wide).verdict)).toEqual(['maxSlippageBps'])
  })

  test('behavior: no amount goes past a cap that is approved by itself', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 3000n * 10n ** 6n }),
        fc.bigInt({ min: 0n, max: 2100n * 10n ** 8n }),
        (units, spentE8) => {
          const { verdict, outflowUsdE8 } = judge(plan(units), {
            record: record({
              spentTodayUsd: `${spentE8 / 10n ** 8n}.${(spentE8 % 10n ** 8n).toString().padStart(8, '0')}`,
            }),
          })
          const e8 = units * 100n
          expect(outflowUsdE8).toBe(e8)
          const isWithin = (per: bigint) =>
            e8 <= per * 10n ** 8n && spentE8 + e8 <= 2000n * 10n ** 8n
          expect(verdict.verdict).toBe(
            isWithin(100n) ? 'approve' : isWithin(1000n) ? 'ask' : 'refuse',
          )
        },
      ),
    )
  })

  test('L-APPR-09: what the simulation measured counts where it is more than the plan says', () => {
    const of = plan(dollars(1))
    const [change] = of.simulation.changes
    if (change) change.units = -dollars(5000)
    const { verdict, outflowUsdE8 } = judge(of)
    expect(verdict.verdict).toBe('refuse')
    expect(outflowUsdE8).toBe(5000n * 10n ** 8n)
  })

  test('behavior: a debt is spent on the day that it is made', () => {
    const of = plan(dollars(1))
    of.plan.steps[0]?.positions.push({
      venue: 'aave',
      market: usdc.address,
      kind: 'borrowed',
      token: usdc,
      direction: 'more',
      atLeastUnits: 0n,
      atMostUnits: dollars(700),
    })
    expect(judge(of).outflowUsdE8).toBe(701n * 10n ** 8n)
  })

  test('L-APPR-08: whoever gains by a plan, is paid, or may take, is a recipient', () => {
    const change = {
      account: stranger,
      token: usdc.address,
      symbol: 'USDC',
      units: 1n,
      decimal: '0.000001',
    }
    const changes: ((of: ReturnType<typeof plan>) => void)[] = [
      ({ simulation }) => simulation.changes.push(change),
      ({ plan: { steps } }) => {
        if (steps[0])
          steps[0].instruction = {
            action: 'transfer',
            token: usdc,
            amount: { type: 'exact', units: 1n },
            to: stranger,
          }
      },
      ({ plan: { steps } }) => {
        if (steps[0])
          steps[0].instruction = {
            action: 'approve',
            token: usdc,
            amount: { type: 'exact', units: 1n },
            spender: stranger,
          }
      },
      ({ simulation }) =>
        simulation.allowances.push({
          token: usdc.address as `0x${string}`,
          symbol: 'USDC',
          spender: stranger,
          kind: 'erc20',
          beforeUnits: 0n,
          afterUnits: 1n,
        }),
    ]
    for (const apply of changes) {
      const of = plan(dollars(1))
      apply(of)
      expect(rulesOf(judge(of).verdict)).toEqual(['recipients'])
    }
    // A fee that the quote states is no payment to somebody else.
    const stated = plan(dollars(1))
    stated.simulation.changes.push(change)
    stated.plan.steps[0]?.fee.push({ token: usdc, to: stranger, units: 1n })
    expect(rulesOf(judge(stated).verdict)).toEqual([])
  })

  test('behavior: only the actions and tokens that were named', () => {
    const only = (changes: Partial<PolicyRules>) =>
      record(
        {},
        {
          limits: { ...rules, ...changes },
          automatic: { ...automatic, ...changes },
        },
      )
    const of = plan(dollars(1))
    expect(
      rulesOf(judge(of, { record: only({ actions: ['transfer'] }) }).verdict),
    ).toEqual(['actions'])
    expect(
      rulesOf(
        judge(of, { record: only({ tokens: [usdc.address as never] }) })
          .verdict,
      ),
    ).toEqual(['tokens'])
  })

  test('behavior: a price impact that nobody can tell is none that passes', () => {
    const { verdict } = judge(plan(dollars(1)), {
      prices: new Map([...prices, [dai.address.toLowerCase(), null]]),
    })
    expect(rulesOf(verdict)).toEqual(['maxPriceImpactBps'])
  })

  test('L-PREV-05: it was exactly this plan that was simulated', () => {
    const of = plan(dollars(1))
    of.simulation.planHash = `0x${'cd'.repeat(32)}`
    const { verdict } = judge(of)
    expect(verdict.verdict).toBe('refuse')
    expect(rulesOf(verdict)).toEqual(['simulation'])
  })
})
