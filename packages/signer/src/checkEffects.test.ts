import type { PlanStep, SimulationResult } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkEffects } from './checkEffects.js'

const account = '0x00000000000000000000000000000000000000a1'
const stranger = '0x00000000000000000000000000000000000000e1'
const router = '0x00000000000000000000000000000000000000c1'
const usdc = '0x0000000000000000000000000000000000000051'
const weth = '0x0000000000000000000000000000000000000052'
const debt = '0x0000000000000000000000000000000000000053'

type Measured = SimulationResult['steps'][number]

/** Checks calls that measure so, of a step that may spend and allow so much. */
function check(options: {
  readonly deltas?: readonly { token: string; units: bigint; of?: string }[]
  readonly positions?: Measured['positions']
  readonly allowances?: readonly Partial<
    SimulationResult['allowances'][number]
  >[]
  readonly spend?: readonly { token: string; units: bigint }[]
  readonly allowed?: bigint
  readonly isLate?: boolean
}): Promise<void> {
  const { deltas = [], allowances = [], spend = [], allowed } = options
  const step = {
    id: 's1',
    calls: [
      {
        purpose: 'approve',
        splices: options.isLate
          ? [{ offset: 36, step: 's0', token: usdc }]
          : [],
      },
    ],
    spend: spend.map(({ token, units }) => ({
      token: { address: token },
      atMostUnits: units,
    })),
    receive: [],
    approvals:
      allowed === undefined
        ? []
        : [{ token: usdc, spender: router, units: allowed }],
  } as unknown as PlanStep
  return checkEffects({
    what: 'leg 1',
    chain: {
      simulate: async () =>
        ({
          steps: [
            {
              stepId: 's1',
              calls: [],
              deltas: deltas.map(({ token, units, of = account }) => ({
                account: of,
                token,
                symbol: 'T',
                decimals: 6,
                units,
              })),
              positions: options.positions ?? [],
            },
          ],
          allowances: allowances.map((change) => ({
            token: usdc,
            symbol: 'USDC',
            spender: router,
            kind: 'erc20',
            beforeUnits: 0n,
            afterUnits: 0n,
            ...change,
          })),
        }) as unknown as SimulationResult,
    },
    block: { number: 1n, hash: '0x', timestampUnixSeconds: 1 } as never,
    account,
    steps: [step],
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
          deltas: [{ token: usdc, units: -lost }],
          spend: [{ token: usdc, units: most }],
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
        ]
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
          { token: usdc, units: -5n, of: stranger },
          { token: debt, units: -5n },
        ],
        positions: [
          { kind: 'borrowed', heldAs: debt },
        ] as unknown as Measured['positions'],
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
    const late = { spend: [{ token: usdc, units: 100n }], isLate: true }
    await expect(
      check({ ...late, allowances: [{ afterUnits: 100n }], allowed: 1n }),
    ).resolves.toBeUndefined()
    await expect(
      check({ ...late, allowances: [{ afterUnits: 101n }], allowed: 1n }),
    ).rejects.toThrow('take 101 units')
  })
})
