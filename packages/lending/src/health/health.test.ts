import { calculateHealthFactorFromBalances } from '@aave/math-utils'
import { MarketUtils } from '@morpho-org/blue-sdk'
import {
  type Arbitrary,
  array,
  assert,
  bigInt,
  constantFrom,
  integer,
  property,
  record,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HealthFloorError } from '../errors/HealthFloorError.js'
import { HealthUnreachableError } from '../errors/HealthUnreachableError.js'
import { PositionAmountError } from '../errors/PositionAmountError.js'
import { RateInputError } from '../errors/RateInputError.js'
import { wad } from '../math/fixedPoint.js'
import { applyChange, applyPriceDrop } from './applyChange.js'
import {
  assertHealthFloor,
  parseHealthWad,
  toDecimalHealth,
} from './assertHealthFloor.js'
import { getHealth, noDebtHealthWad } from './getHealth.js'
import { getMorphoHealthWad } from './getMorphoHealthWad.js'
import {
  getAddedCollateralUnits,
  getLiquidationPrices,
  getMaxBorrowUnits,
  getMaxWithdrawUnits,
  getRepayUnits,
} from './limits.js'
import type {
  HealthCollateral,
  HealthDebt,
  HealthPosition,
} from './position.js'

const weth: HealthCollateral = {
  token: 'weth',
  decimals: 18,
  units: 2n * wad,
  priceUnits: 3_000_00000000n,
  ltvBps: 8000,
  liquidationThresholdBps: 8250,
}
const usdc: HealthDebt = {
  token: 'usdc',
  decimals: 6,
  units: 2_000_000_000n,
  priceUnits: 1_00000000n,
}
const position: HealthPosition = { collaterals: [weth], debts: [usdc] }

const collateral = (token: string): Arbitrary<HealthCollateral> =>
  record({
    token: constantFrom(token),
    decimals: constantFrom(6, 8, 18),
    units: bigInt({ min: 0n, max: 10n ** 24n }),
    priceUnits: bigInt({ min: 1n, max: 10n ** 13n }),
    ltvBps: integer({ min: 0, max: 9000 }),
    liquidationThresholdBps: integer({ min: 0, max: 9500 }),
  }).map((asset) => ({
    ...asset,
    // As in every venue: what opens is stricter than what liquidates.
    ltvBps: Math.min(asset.ltvBps, asset.liquidationThresholdBps),
  }))
const debt = (token: string): Arbitrary<HealthDebt> =>
  record({
    token: constantFrom(token),
    decimals: constantFrom(6, 8, 18),
    units: bigInt({ min: 0n, max: 10n ** 24n }),
    priceUnits: bigInt({ min: 1n, max: 10n ** 13n }),
  })
const positions: Arbitrary<HealthPosition> = record({
  collaterals: array(constantFrom(0, 1, 2), { maxLength: 3 }).chain((slots) =>
    array(collateral('x'), {
      minLength: slots.length,
      maxLength: slots.length,
    }).map((assets) =>
      assets.map((asset, index) => ({ ...asset, token: `c${index}` })),
    ),
  ),
  debts: array(debt('x'), { maxLength: 2 }).map((assets) =>
    assets.map((asset, index) => ({ ...asset, token: `d${index}` })),
  ),
})
const floors = bigInt({ min: wad, max: 5n * wad })

describe('getHealth', () => {
  test('default: 2 WETH at 3000 against 2000 USDC', () => {
    expect(getHealth(position)).toEqual({
      healthWad: 2_475_000_000_000_000_000n,
      collateralValueUnits: 6_000_00000000n,
      debtValueUnits: 2_000_00000000n,
      averageLtvBps: 8000,
      averageLiquidationThresholdBps: 8250,
      borrowableValueUnits: 2_800_00000000n,
    })
  })

  test('behavior: owing nothing is the largest number there is', () => {
    expect(getHealth({ collaterals: [weth], debts: [] }).healthWad).toBe(
      noDebtHealthWad,
    )
  })

  test("behavior: agrees with Aave's math-utils", () => {
    assert(
      property(positions, (candidate) => {
        const health = getHealth(candidate)
        if (health.debtValueUnits === 0n) return
        const theirs = calculateHealthFactorFromBalances({
          borrowBalanceMarketReferenceCurrency: `${health.debtValueUnits}`,
          collateralBalanceMarketReferenceCurrency: `${health.collateralValueUnits}`,
          currentLiquidationThreshold: `${health.averageLiquidationThresholdBps}`,
        })
        const ours = BigInt(theirs.shiftedBy(18).integerValue().toFixed())
        // The contract rounds the weighed collateral to a whole base unit.
        const slack = wad / health.debtValueUnits + 2n
        const difference = health.healthWad - ours
        expect(difference <= slack && difference >= -slack).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('error: RateInputError on a threshold above 1', () => {
    expect(() =>
      getHealth({
        collaterals: [{ ...weth, liquidationThresholdBps: 10_001 }],
        debts: [],
      }),
    ).toThrow(RateInputError)
  })
})

describe('getMorphoHealthWad', () => {
  test('default: answers as blue-sdk does, to the last digit', () => {
    assert(
      property(
        bigInt({ min: 0n, max: 10n ** 24n }),
        bigInt({ min: 1n, max: 10n ** 24n }),
        bigInt({ min: 1n, max: 10n ** 40n }),
        bigInt({ min: 0n, max: wad }),
        (collateralUnits, borrowUnits, oraclePrice, lltvWad) => {
          const theirs = MarketUtils.getHealthFactor(
            { collateral: collateralUnits, borrowShares: borrowUnits },
            {
              // Shares worth one unit each: Morpho's virtual shares included.
              totalBorrowAssets: 10n ** 30n - 1n,
              totalBorrowShares: 10n ** 30n - 10n ** 6n,
              price: oraclePrice,
            },
            { lltv: lltvWad },
          )
          expect(
            getMorphoHealthWad({
              collateralUnits,
              borrowUnits,
              oraclePrice,
              lltvWad,
            }),
          ).toBe(theirs)
        },
      ),
    )
  })
})

describe('assertHealthFloor', () => {
  test('default: safe above 1.5, a warning below, no-debt without debt', () => {
    const verdict = (healthWad: bigint) => assertHealthFloor({ healthWad }).type
    expect(verdict(noDebtHealthWad)).toBe('no-debt')
    expect(verdict(parseHealthWad('1.5'))).toBe('safe')
    expect(verdict(parseHealthWad('1.5') - 1n)).toBe('warning')
  })

  test('error: HealthFloorError one wei below the floor', () => {
    const floorWad = parseHealthWad('1.8')
    expect(assertHealthFloor({ healthWad: floorWad, floorWad }).type).toBe(
      'safe',
    )
    expect(() =>
      assertHealthFloor({ healthWad: floorWad - 1n, floorWad }),
    ).toThrow(HealthFloorError)
  })

  test('error: HealthFloorError reads as an instruction', () => {
    expect(
      new HealthFloorError({
        healthWad: parseHealthWad('1.02'),
        floorWad: parseHealthWad('1.5'),
      }).message,
    ).toMatchInlineSnapshot(`
      "The health factor would be 1.02, below the floor of 1.5. Borrow or withdraw less, or add collateral.

        health: 1.02
        floor:  1.5"
    `)
  })

  test('error: RateInputError on a floor that allows liquidation', () => {
    expect(() =>
      assertHealthFloor({ healthWad: 2n * wad, floorWad: wad - 1n }),
    ).toThrow(RateInputError)
  })

  test('behavior: is shown cut, never rounded up', () => {
    expect(toDecimalHealth(parseHealthWad('1.49999'))).toBe('1.4999')
    expect(toDecimalHealth(noDebtHealthWad)).toBeUndefined()
  })
})

describe('getMaxBorrowUnits', () => {
  test('default: up to the loan-to-value, or to the floor', () => {
    const most = (floor: string) =>
      getMaxBorrowUnits({
        position,
        debt: usdc,
        floorWad: parseHealthWad(floor),
      })
    expect(most('1')).toBe(2_800_000_000n)
    // 6000 · 0.8250 / 1.5 - 2000
    expect(most('1.5')).toBe(1_300_000_000n)
  })

  test('behavior: never breaks the floor, and one unit of value more would', () => {
    assert(
      property(positions, debt('d0'), floors, (before, borrowed, floorWad) => {
        const units = getMaxBorrowUnits({
          position: before,
          debt: borrowed,
          floorWad,
        })
        const healthOf = (amount: bigint) =>
          getHealth(
            applyChange(before, {
              type: 'borrow',
              debt: { ...borrowed, units: amount },
            }),
          )
        const after = healthOf(units)
        if (units > 0n) {
          expect(after.healthWad).toBeGreaterThanOrEqual(floorWad)
          expect(after.debtValueUnits * 10_000n).toBeLessThanOrEqual(
            after.collateralValueUnits * BigInt(after.averageLtvBps),
          )
        }
        const more = healthOf(units + 1n)
        expect(
          more.healthWad < floorWad ||
            more.debtValueUnits * 10_000n >
              more.collateralValueUnits * BigInt(more.averageLtvBps),
        ).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('behavior: no more than lies in the market', () => {
    expect(
      getMaxBorrowUnits({
        position,
        debt: usdc,
        floorWad: wad,
        availableUnits: 5n,
      }),
    ).toBe(5n)
  })
})

describe('getMaxWithdrawUnits', () => {
  test('default: 2000 USDC owed at a floor of 1.5 keep 1.21 WETH in place', () => {
    const units = getMaxWithdrawUnits({
      position,
      token: 'weth',
      floorWad: parseHealthWad('1.5'),
    })
    // 3636.36363636 of value are kept: the venue counts in 1e-8 of a dollar.
    expect(2n * wad - units).toBe(1_212_121_212_120_000_000n)
  })

  test('behavior: all of it without debt', () => {
    expect(
      getMaxWithdrawUnits({
        position: { collaterals: [weth], debts: [] },
        token: 'weth',
        floorWad: wad,
      }),
    ).toBe(weth.units)
  })

  test('behavior: never breaks the floor', () => {
    assert(
      property(positions, floors, (before, floorWad) => {
        for (const { token } of before.collaterals) {
          const units = getMaxWithdrawUnits({
            position: before,
            token,
            floorWad,
          })
          if (units === 0n) continue
          const after = applyChange(before, { type: 'withdraw', token, units })
          expect(getHealth(after).healthWad).toBeGreaterThanOrEqual(floorWad)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('getRepayUnits', () => {
  test('default: from 2.475 to 3', () => {
    // 4950 / 3 = 1650 may stay owed.
    expect(
      getRepayUnits({
        position,
        token: 'usdc',
        targetWad: parseHealthWad('3'),
      }),
    ).toBe(350_000_000n)
  })

  test('behavior: reaches the target, and one unit less does not', () => {
    assert(
      property(positions, floors, (before, targetWad) => {
        for (const { token } of before.debts) {
          const healthAfter = (units: bigint) =>
            getHealth(applyChange(before, { type: 'repay', token, units }))
              .healthWad
          try {
            const units = getRepayUnits({ position: before, token, targetWad })
            expect(healthAfter(units)).toBeGreaterThanOrEqual(targetWad)
            if (units > 0n)
              expect(healthAfter(units - 1n)).toBeLessThan(targetWad)
          } catch (error) {
            if (!(error instanceof HealthUnreachableError)) throw error
            const owed =
              before.debts.find((owing) => owing.token === token)?.units ?? 0n
            expect(healthAfter(owed)).toBeLessThan(targetWad)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('getAddedCollateralUnits', () => {
  test('default: from 2.475 to 3 takes 0.4242… WETH more', () => {
    const units = getAddedCollateralUnits({
      position,
      collateral: weth,
      targetWad: parseHealthWad('3'),
    })
    const after = applyChange(position, {
      type: 'supply',
      collateral: { ...weth, units },
    })
    expect(getHealth(after).healthWad).toBeGreaterThanOrEqual(
      parseHealthWad('3'),
    )
    expect(units / 10n ** 14n).toBe(4242n)
  })

  test('error: HealthUnreachableError when the token counts for nothing', () => {
    expect(() =>
      getAddedCollateralUnits({
        position,
        collateral: { ...weth, token: 'dust', liquidationThresholdBps: 0 },
        targetWad: parseHealthWad('3'),
      }),
    ).toThrow(HealthUnreachableError)
  })
})

describe('getLiquidationPrices', () => {
  test('default: 2000 USDC against 2 WETH at 82.5 %', () => {
    expect(getLiquidationPrices(position)).toEqual([
      { token: 'weth', priceUnits: 1_212_12121211n, dropBps: 5959 },
    ])
  })

  test('behavior: liquidatable at the price, safe one unit above it', () => {
    assert(
      property(positions, (before) => {
        for (const { token, priceUnits } of getLiquidationPrices(before)) {
          if (priceUnits === undefined) continue
          const healthAt = (price: bigint) =>
            getHealth({
              debts: before.debts,
              collaterals: before.collaterals.map((asset) =>
                asset.token === token ? { ...asset, priceUnits: price } : asset,
              ),
            }).healthWad
          expect(healthAt(priceUnits)).toBeLessThan(wad)
          const today =
            before.collaterals.find((asset) => asset.token === token)
              ?.priceUnits ?? 0n
          if (priceUnits < today)
            expect(healthAt(priceUnits + 1n)).toBeGreaterThanOrEqual(wad)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('behavior: none when the debt is in the collateral itself', () => {
    const looped: HealthPosition = {
      collaterals: [weth],
      debts: [{ ...weth, units: wad }],
    }
    expect(getLiquidationPrices(looped)).toEqual([{ token: 'weth' }])
  })
})

describe('applyChange', () => {
  test('error: PositionAmountError when more is repaid than is owed', () => {
    expect(() =>
      applyChange(position, {
        type: 'repay',
        token: 'usdc',
        units: usdc.units + 1n,
      }),
    ).toThrow(PositionAmountError)
  })

  test('behavior: what is added can be taken out again', () => {
    const added = applyChange(position, { type: 'supply', collateral: weth })
    expect(
      applyChange(added, {
        type: 'withdraw',
        token: 'weth',
        units: weth.units,
      }),
    ).toEqual(position)
  })
})

describe('applyPriceDrop', () => {
  test('default: a tenth less collateral value is a tenth less health', () => {
    expect(getHealth(applyPriceDrop(position, 1000)).healthWad).toBe(
      2_227_500_000_000_000_000n,
    )
  })
})
