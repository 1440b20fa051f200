import type {
  AaveReserveState,
  LendingSnapshot,
  MorphoMarketState,
} from '@behest/evm'
import type { PositionDelta } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { account as owner } from '../../test/fixtures.js'
import { applyPriorChanges } from './applyPriorChanges.js'

const weth = '0x00000000000000000000000000000000000000e1'
const id = `0x${'0d'.repeat(32)}` as const

const reserve = (
  own: Partial<AaveReserveState['account']>,
): AaveReserveState => ({
  token: weth,
  symbol: 'WETH',
  decimals: 18,
  priceUsdE8: 2_000n * 10n ** 8n,
  aToken: weth,
  stableDebtToken: weth,
  variableDebtToken: weth,
  isActive: true,
  isFrozen: false,
  isPaused: false,
  isBorrowable: true,
  ltvBps: 8000,
  liquidationThresholdBps: 8250,
  reserveFactorBps: 1000,
  suppliedUnits: 1_000n,
  borrowedUnits: 400n,
  availableUnits: 600n,
  supplyCapUnits: 0n,
  borrowCapUnits: 0n,
  supplyRateRay: 0n,
  borrowRateRay: 0n,
  account: {
    suppliedUnits: 0n,
    stableDebtUnits: 0n,
    variableDebtUnits: 0n,
    isCollateral: false,
    ...own,
  },
})

const market = (own: Partial<MorphoMarketState['account']>) =>
  ({
    id,
    totalSupplyAssets: 1_000n,
    totalSupplyShares: 1_000_000_000n,
    totalBorrowAssets: 400n,
    totalBorrowShares: 400_000_000n,
    account: {
      supplyShares: 0n,
      borrowShares: 0n,
      suppliedUnits: 0n,
      borrowedUnits: 0n,
      collateralUnits: 0n,
      ...own,
    },
  }) as MorphoMarketState

const snapshot = (
  reserves: readonly AaveReserveState[],
  markets: readonly MorphoMarketState[] = [],
) =>
  ({
    aave: {
      reserves,
      account: {
        collateralUsdE8: 10n ** 12n,
        debtUsdE8: 10n ** 11n,
        eModeCategory: 1,
      },
    },
    morpho: { markets },
  }) as LendingSnapshot

const moved = (
  venue: string,
  kind: PositionDelta['kind'],
  units: bigint,
): PositionDelta => ({
  account: owner,
  venue,
  market: venue === 'aave' ? weth.toUpperCase().replace('0X', '0x') : id,
  kind,
  token: weth,
  symbol: 'WETH',
  units,
  decimal: '0',
})

const apply = (
  before: LendingSnapshot,
  ...positions: readonly PositionDelta[]
) =>
  applyPriorChanges({
    snapshot: before,
    priorChanges: { positions: [...positions], wallet: [] },
  })

describe('applyPriorChanges', () => {
  test('behavior: nothing before it, nothing changed', () => {
    const before = snapshot([reserve({})])
    expect(
      applyPriorChanges({ snapshot: before, priorChanges: undefined }),
    ).toBe(before)
    expect(apply(before)).toBe(before)
  })

  test('behavior: a first supply counts as collateral, a later one as it did', () => {
    const first = apply(
      snapshot([reserve({})]),
      moved('aave', 'supplied', 70n),
      moved('aave', 'supplied', 30n),
    ).aave.reserves[0]
    expect(first?.account).toMatchObject({
      suppliedUnits: 100n,
      isCollateral: true,
    })
    expect(first?.availableUnits).toBe(700n)
    const switchedOff = apply(
      snapshot([reserve({ suppliedUnits: 5n })]),
      moved('aave', 'supplied', 70n),
    ).aave.reserves[0]
    expect(switchedOff?.account.isCollateral).toBe(false)
  })

  test('behavior: a repaid debt is gone, whatever interest was measured', () => {
    const after = apply(
      snapshot([reserve({ variableDebtUnits: 50n })]),
      moved('aave', 'borrowed', -51n),
    )
    expect(after.aave.reserves[0]?.account.variableDebtUnits).toBe(0n)
    expect(after.aave.account.debtUsdE8).toBe(0n)
  })

  test('behavior: where factors hide, added collateral counts for nothing', () => {
    const before = snapshot([
      reserve({ suppliedUnits: 10n ** 18n, isCollateral: true }),
    ])
    const more = apply(before, moved('aave', 'supplied', 10n ** 18n))
    expect(more.aave.account.collateralUsdE8).toBe(10n ** 12n)
    const less = apply(before, moved('aave', 'supplied', -(10n ** 18n)))
    expect(less.aave.account.collateralUsdE8).toBe(8n * 10n ** 11n)
  })

  test('behavior: shares never stand for more than the units', () => {
    const units = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n })
    const start = fc.bigInt({ min: 0n, max: 1_000n })
    fc.assert(
      fc.property(units, units, units, start, (lent, owed, pledged, held) => {
        const [after] = apply(
          snapshot(
            [],
            [
              market({
                suppliedUnits: held,
                borrowedUnits: held,
                collateralUnits: held,
              }),
            ],
          ),
          moved('morpho', 'supplied', lent),
          moved('morpho', 'borrowed', owed),
          moved('morpho', 'collateral', pledged),
        ).morpho.markets
        const own = after?.account
        for (const [change, now] of [
          [lent, own?.suppliedUnits],
          [owed, own?.borrowedUnits],
          [pledged, own?.collateralUnits],
        ] as const)
          expect(now).toBe(held + change > 0n ? held + change : 0n)
        expect((own?.supplyShares ?? 0n) * 1_001n).toBeLessThanOrEqual(
          (own?.suppliedUnits ?? 0n) * 1_001_000_000n,
        )
      }),
    )
  })
})
