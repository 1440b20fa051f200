import type {
  AssetAddress,
  PositionDelta,
  SimulationResult,
} from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkEffects } from './checkEffects.js'
import {
  account,
  createPlanStep,
  router,
  stranger,
  usdc,
} from './testing/planStep.js'

const weth = '0x0000000000000000000000000000000000000052'
const debt = '0x0000000000000000000000000000000000000053'

/** Checks calls that measure so, of a step that may spend and allow so much. */
function check(options: {
  readonly deltas?: readonly {
    readonly token: AssetAddress
    readonly units: bigint
    readonly of?: typeof stranger
  }[]
  readonly positions?: readonly PositionDelta[]
  readonly allowances?: readonly Partial<
    SimulationResult['allowances'][number]
  >[]
  /** The most of USDC that the step may spend. */
  readonly spend?: bigint
  readonly allowed?: bigint
  readonly isLate?: boolean
}): Promise<void> {
  const { deltas = [], positions = [], allowances = [] } = options
  const { spend, allowed } = options
  const { address } = usdc
  const measured: SimulationResult = {
    steps: [
      {
        stepId: 's1',
        calls: [],
        deltas: deltas.map(({ of = account, ...delta }) => ({
          ...delta,
          account: of,
          symbol: 'T',
          decimal: '0',
        })),
        positions,
      },
    ],
    allowances: allowances.map((change) => ({
      token: address,
      symbol: 'USDC',
      spender: router,
      kind: 'erc20',
      beforeUnits: 0n,
      afterUnits: 0n,
      ...change,
    })),
    health: [],
    rates: [],
  }
  return checkEffects({
    what: 'leg 1',
    chain: { simulate: async () => measured },
    block: {
      number: 1n,
      hash: `0x${'ab'.repeat(32)}`,
      timestampUnixSeconds: 1,
      baseFeePerGasWei: 1n,
    },
    account,
    steps: [
      createPlanStep({
        calls: [
          {
            purpose: 'approve',
            to: address,
            valueWei: 0n,
            data: '0x12',
            splices: options.isLate
              ? [{ offset: 36, step: 's0', token: address }]
              : [],
          },
        ],
        spend: spend === undefined ? [] : [{ token: usdc, atMostUnits: spend }],
        approvals:
          allowed === undefined
            ? []
            : [{ token: address, spender: router, units: allowed }],
      }),
    ],
    calls: [],
    wrappedNative: weth,
  })
}

const units = fc.bigInt({ min: 0n, max: 2n ** 128n })

describe('checkEffects', () => {
  test('law: no more of a token is lost than its step may spend', async () => {
    await fc.assert(
      fc.asyncProperty(units, units, async (lost, most) => {
        const checked = check({
          deltas: [{ token: usdc.address, units: -lost }],
          spend: most,
        })
        if (lost <= most) await expect(checked).resolves.toBeUndefined()
        else
          await expect(checked).rejects.toThrow(
            `it takes ${lost} units of T and may take ${most}`,
          )
      }),
    )
  })

  test('law: the coin and its wrapped form are one', async () => {
    await fc.assert(
      fc.asyncProperty(units, units, async (coin, wrapped) => {
        const deltas = [
          { token: 'native', units: -coin },
          { token: weth, units: wrapped },
        ] as const
        const checked = check({ deltas })
        if (coin <= wrapped) await expect(checked).resolves.toBeUndefined()
        else await expect(checked).rejects.toThrow('and may take 0')
      }),
    )
  })

  test('behavior: what others lose, and more debt, is no loss of the account', async () => {
    await expect(
      check({
        deltas: [
          { token: usdc.address, units: -5n, of: stranger },
          { token: debt, units: -5n },
        ],
        positions: [
          {
            account,
            venue: 'aave',
            market: 'USDC',
            kind: 'borrowed',
            token: usdc.address,
            symbol: 'USDC',
            units: 5n,
            decimal: '0.000005',
            heldAs: debt,
          },
        ],
      }),
    ).resolves.toBeUndefined()
  })

  test('law: no allowance grows beyond the plan’s', async () => {
    await fc.assert(
      fc.asyncProperty(units, units, async (after, allowed) => {
        const checked = check({
          allowances: [{ afterUnits: after }],
          allowed,
        })
        if (after <= allowed) await expect(checked).resolves.toBeUndefined()
        else
          await expect(checked).rejects.toThrow(
            `it lets ${router} take ${after} units of USDC`,
          )
      }),
    )
  })

  test.each<[string, Partial<SimulationResult['allowances'][number]>]>([
    ['to somebody else', { spender: stranger }],
    ['over everything of a collection', { kind: 'operator' }],
    ['through Permit2', { kind: 'permit2' }],
    ['of another token', { token: weth }],
  ])('error: an allowance %s', async (_what, change) => {
    await expect(
      check({ allowances: [{ afterUnits: 1n, ...change }], allowed: 10n }),
    ).rejects.toThrow(/it lets 0x\w+ take 1 units/)
  })

  test('behavior: an allowance that shrinks is always right', async () => {
    await expect(
      check({
        allowances: [{ beforeUnits: 9n, afterUnits: 8n, spender: stranger }],
      }),
    ).resolves.toBeUndefined()
  })

  test('behavior: an allowance known late may be all that the step spends', async () => {
    const late = { spend: 100n, isLate: true }
    await expect(
      check({ ...late, allowances: [{ afterUnits: 100n }], allowed: 1n }),
    ).resolves.toBeUndefined()
    await expect(
      check({ ...late, allowances: [{ afterUnits: 101n }], allowed: 1n }),
    ).rejects.toThrow('take 101 units')
  })
})
