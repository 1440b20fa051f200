import type {
  Address,
  AssetDelta,
  Instruction,
  PositionDelta,
  Quote,
} from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildPlan } from '../5-plan/buildPlan.js'
import {
  account,
  buildQuote,
  candidate,
  dai,
  eth,
  hash,
  stranger,
  swap,
  usdc,
  wrapped,
} from '../testing/fixtures.js'
import { checkSimulation } from './checkSimulation.js'
import type { SimulatedPlan } from './simulatePlan.js'

const aUsdc: Address = '0x9999999999999999999999999999999999999999'
const amount = { type: 'exact', units: 1_000_000_000n } as const
const all = { type: 'share', bps: 10_000 } as const
const weth = { ...eth, address: wrapped, symbol: 'WETH' }

type Token = { readonly address: 'native' | Address; readonly symbol: string }

const move = (
  token: Token,
  units: bigint,
  whose: Address = account,
): AssetDelta => ({
  account: whose,
  token: token.address,
  symbol: token.symbol,
  units,
  decimal: `${units}`,
})

const position = (
  kind: PositionDelta['kind'],
  units: bigint,
  changes: Partial<PositionDelta> = {},
): PositionDelta => ({
  ...move(usdc, units),
  venue: 'morpho',
  market: hash,
  kind,
  ...changes,
})

/** What the engine holds against a quote whose every promise comes true. */
function check(options: {
  readonly instruction: Instruction
  readonly quote: Partial<Quote>
  readonly deltas: readonly AssetDelta[]
  readonly positions: readonly PositionDelta[]
}): readonly string[] {
  const plan = buildPlan({
    parentHash: hash,
    intentId: 'i1',
    chainId: 31337,
    account,
    quotes: [
      {
        stepId: 's1',
        instruction: options.instruction,
        candidate,
        quote: buildQuote({
          venue: 'morpho',
          receive: [],
          spend: [],
          calls: [],
          approvals: [],
          ...options.quote,
        }),
      },
    ],
    allowances: [],
    cleanups: [],
    deadlineUnixSeconds: 1300,
  })
  const { deltas, positions } = options
  return checkSimulation({
    plan,
    simulated: {
      result: {
        steps: [{ stepId: 's1', calls: [], deltas, positions }],
        allowances: [],
        health: [],
        rates: [],
      },
    } as unknown as SimulatedPlan, // the artifact is not looked at
    knownContracts: [],
    minHealthPercent: 110,
    wrappedNative: wrapped,
  }).map(({ code }) => code)
}

const spends = (token: typeof usdc) => ({
  spend: [{ token, atMostUnits: 10n ** 30n }],
})

describe('checkSimulation, what is lent and owed', () => {
  test('default: what leaves the wallet stands at the venue, and back', () => {
    const supply = { action: 'supply', token: usdc, amount } as const
    expect(
      check({
        instruction: supply,
        quote: spends(usdc),
        deltas: [move(usdc, -amount.units)],
        positions: [position('supplied', amount.units)],
      }),
    ).toEqual([])
    // The coin is lent in its wrapped form.
    expect(
      check({
        instruction: { ...supply, token: eth },
        quote: spends(eth),
        deltas: [move(eth, -5n)],
        positions: [position('supplied', 5n, move(weth, 5n))],
      }),
    ).toEqual([])
    expect(
      check({
        instruction: { action: 'repay', token: usdc, amount },
        quote: spends(usdc),
        deltas: [move(usdc, -amount.units)],
        positions: [position('borrowed', -amount.units)],
      }),
    ).toEqual([])
    const token = { ...usdc, address: aUsdc, symbol: 'aUSDC' }
    expect(
      check({
        instruction: { action: 'withdraw', token: usdc, amount: all },
        quote: spends(token),
        deltas: [move(token, -7n), move(usdc, 7n)],
        positions: [position('supplied', -7n, { heldAs: aUsdc })],
      }),
    ).toEqual([])
    expect(
      check({
        instruction: { action: 'borrow', token: usdc, amount },
        quote: {},
        deltas: [move(usdc, amount.units)],
        positions: [position('borrowed', amount.units)],
      }),
    ).toEqual([])
  })

  test('L-LEND-02: a repayment that repays nobody, another or another debt', () => {
    for (const positions of [
      [],
      [position('borrowed', -amount.units, { account: stranger })],
      [position('borrowed', -amount.units, move(dai, -amount.units))],
    ])
      expect(
        check({
          instruction: { action: 'repay', token: usdc, amount },
          quote: spends(usdc),
          deltas: [move(usdc, -amount.units)],
          positions,
        }),
      ).toContain('POSITION_NOT_AS_PROMISED')
  })

  test('behavior: lent in the name of somebody else, or dust of another token', () => {
    for (const positions of [
      [position('supplied', amount.units, { account: stranger })],
      [position('supplied', amount.units, move(dai, amount.units))],
    ])
      expect(
        check({
          instruction: { action: 'supply', token: usdc, amount },
          quote: {
            ...spends(usdc),
            receive: [
              {
                token: { ...usdc, address: aUsdc },
                account: stranger,
                atLeastUnits: 0n,
                expectedUnits: 0n,
              },
            ],
          },
          deltas: [move(usdc, -amount.units)],
          positions,
        }),
      ).toContain('POSITION_NOT_AS_PROMISED')
  })

  test('behavior: a withdrawal that ends elsewhere, or takes something besides', () => {
    const instruction: Instruction = {
      action: 'withdraw',
      token: usdc,
      amount: all,
    }
    const token = { ...usdc, address: aUsdc, symbol: 'aUSDC' }
    const held = position('supplied', -7_000n, { heldAs: aUsdc })
    expect(
      check({
        instruction,
        quote: spends(token),
        deltas: [move(token, -7_000n)],
        positions: [held],
      }),
    ).toContain('POSITION_NOT_AS_PROMISED')
    expect(
      check({
        instruction,
        quote: { spend: [...spends(token).spend, ...spends(dai).spend] },
        deltas: [move(token, -7_000n), move(usdc, 7_000n), move(dai, -50n)],
        positions: [held],
      }),
    ).toContain('POSITION_NOT_AS_PROMISED')
  })

  test('behavior: a loan whose collateral, or whose money, ends elsewhere', () => {
    const instruction: Instruction = {
      action: 'borrow',
      token: usdc,
      amount,
      collateral: { token: dai, amount },
    }
    const got = [move(usdc, amount.units)]
    const owed = position('borrowed', amount.units)
    expect(
      check({
        instruction,
        quote: spends(dai),
        deltas: [...got, move(dai, -amount.units)],
        positions: [owed],
      }),
    ).toContain('POSITION_NOT_AS_PROMISED')
    // Owed at a venue that the step does not name.
    expect(
      check({
        instruction,
        quote: {},
        deltas: got,
        positions: [owed, position('borrowed', 9_000n, { venue: 'aave' })],
      }),
    ).toContain('POSITION_NOT_AS_PROMISED')
  })

  test('behavior: a trade or a payment touches nothing that is lent or owed', () => {
    const trade = {
      instruction: swap,
      quote: {
        spend: [{ token: usdc, atMostUnits: 5n }],
        positions: [
          {
            venue: 'morpho',
            market: hash,
            kind: 'borrowed' as const,
            token: usdc,
            direction: 'more' as const,
            atLeastUnits: 0n,
            atMostUnits: 10n ** 20n,
          },
        ],
      },
      deltas: [move(usdc, -5n)],
    }
    expect(check({ ...trade, positions: [] })).toEqual([])
    for (const kind of ['supplied', 'collateral'] as const)
      expect(check({ ...trade, positions: [position(kind, -1n)] })).toContain(
        'UNLISTED_LOSS',
      )
    // Promised or not: who asks for a trade asks for no debt.
    expect(
      check({ ...trade, positions: [position('borrowed', 1n)] }),
    ).toContain('UNLISTED_DEBT')
  })

  test('property: nothing is lent, owed, repaid or withdrawn but by the account and in full', () => {
    const units = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
    fc.assert(
      fc.property(
        fc.constantFrom('supply', 'repay', 'withdraw', 'borrow'),
        fc.record({ wallet: units, supplied: units, owed: units }),
        fc.boolean(),
        (action, change, isOthers) => {
          const { wallet, supplied, owed } = change
          const whose = isOthers ? { account: stranger } : {}
          const codes = check({
            instruction: { action, token: usdc, amount },
            quote: spends(usdc),
            deltas: [move(usdc, wallet)],
            positions: [
              position('supplied', supplied, whose),
              position('borrowed', owed, whose),
            ],
          })
          const net = isOthers ? wallet : wallet + supplied - owed
          // A few units of rounding, or a millionth.
          if (net < -1_000_004n) expect(codes).not.toEqual([])
        },
      ),
    )
  })
})
