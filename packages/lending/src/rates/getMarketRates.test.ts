import { Market as BlueMarket } from '@morpho-org/blue-sdk'
import { assert, bigInt, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MarketLiquidityError } from '../errors/MarketLiquidityError.js'
import { arbitraryMarket, arbitraryUnits } from '../market/market.arbitrary.js'
import type { AaveV3Market, MorphoBlueMarket } from '../market/market.js'
import { ray, secondsPerYear, wad } from '../math/fixedPoint.js'
import { getMarketRates } from './getMarketRates.js'

const common = {
  market: 'm',
  token: '0xusd',
  decimals: 6,
  suppliedUnits: 1_000_000n,
  borrowedUnits: 800_000n,
  availableUnits: 200_000n,
  supplyCapUnits: 0n,
  borrowCapUnits: 0n,
  minBorrowUnits: 0n,
  ltvBps: 0,
  liquidationThresholdBps: 0,
}
const aave: AaveV3Market = {
  ...common,
  kind: 'aave-v3',
  version: '3.2',
  reserveFactorBps: 0,
  rate: {
    optimalUsageRay: (8n * ray) / 10n,
    baseRay: 0n,
    slope1Ray: (8n * ray) / 100n,
    slope2Ray: ray,
  },
}
const morpho: MorphoBlueMarket = {
  ...common,
  kind: 'morpho-blue',
  feeWad: wad / 10n,
  rateAtTargetWad: wad / 25n / secondsPerYear,
  lltvWad: (86n * wad) / 100n,
}

describe('getMarketRates', () => {
  test('default: the own deposit lowers the rate that it came for', () => {
    const label = getMarketRates({ market: aave })
    const real = getMarketRates({ market: aave, addedSupplyUnits: 1_000_000n })
    expect(label.supplyRateRay).toBe((64n * ray) / 1000n)
    expect(real.utilisationRay).toBe((4n * ray) / 10n)
    expect(real.supplyRateRay).toBe((16n * ray) / 1000n)
  })

  test('behavior: a deposit never raises rates, a borrow never lowers them', () => {
    assert(
      property(arbitraryMarket, arbitraryUnits(0, 16), (market, units) => {
        const before = getMarketRates({ market })
        const deeper = getMarketRates({ market, addedSupplyUnits: units })
        expect(deeper.borrowRateRay).toBeLessThanOrEqual(before.borrowRateRay)
        // 3.0.x rounds the rate of a debt of a few units by up to 1e-9.
        const slack =
          market.kind === 'aave-v3' && market.version === '3.0'
            ? 10n ** 18n
            : 0n
        expect(deeper.supplyRateRay).toBeLessThanOrEqual(
          before.supplyRateRay + slack,
        )
        if (units > market.availableUnits) return
        const used = getMarketRates({ market, addedBorrowUnits: units })
        expect(used.borrowRateRay).toBeGreaterThanOrEqual(before.borrowRateRay)
      }),
      { numRuns: 500 },
    )
  })

  test('behavior: a Morpho market pays what blue-sdk says', () => {
    assert(
      property(bigInt({ min: 0n, max: 1_000_000n }), (borrowedUnits) => {
        const theirs = new BlueMarket({
          params: {
            loanToken: '0x0000000000000000000000000000000000000001',
            collateralToken: '0x0000000000000000000000000000000000000002',
            oracle: '0x0000000000000000000000000000000000000003',
            irm: '0x0000000000000000000000000000000000000004',
            lltv: morpho.lltvWad,
          },
          totalSupplyAssets: 1_000_000n,
          totalSupplyShares: 1_000_000n,
          totalBorrowAssets: borrowedUnits,
          totalBorrowShares: borrowedUnits,
          lastUpdate: 0n,
          fee: morpho.feeWad,
          rateAtTarget: morpho.rateAtTargetWad,
        })
        const ours = getMarketRates({
          market: { ...morpho, borrowedUnits },
        })
        expect(ours.utilisationRay).toBe(theirs.utilization * 10n ** 9n)
        expect(ours.borrowRateRay).toBe(
          theirs.getEndBorrowRate(0n) * secondsPerYear * 10n ** 9n,
        )
        // Their yield compounds; the simple rate is its logarithm.
        const yearly = Math.log1p(theirs.getSupplyApy(0n))
        expect(
          Math.abs(Number(ours.supplyRateRay) / 1e27 - yearly),
        ).toBeLessThan(1e-9)
      }),
    )
  })

  test('error: MarketLiquidityError when more is taken than lies there', () => {
    expect(
      getMarketRates({ market: aave, addedBorrowUnits: 200_000n })
        .utilisationRay,
    ).toBe(ray)
    for (const taken of [
      { addedBorrowUnits: 200_001n },
      { addedSupplyUnits: -200_001n },
    ])
      expect(() => getMarketRates({ market: aave, ...taken })).toThrow(
        MarketLiquidityError,
      )
  })
})
