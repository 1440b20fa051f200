import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getMorphoHealth } from './toHealthChange.js'
import {
  type PositionAsset,
  toLiquidationPrices,
  toMorphoLiquidationPrices,
} from './toLiquidationPrices.js'

const asset = (changes: Partial<PositionAsset>): PositionAsset => ({
  symbol: 'A',
  decimals: 18,
  priceUsdE8: 10n ** 8n,
  collateralUnits: 0n,
  debtUnits: 0n,
  liquidationThresholdBps: 8000,
  ...changes,
})
const weth = asset({
  symbol: 'WETH',
  priceUsdE8: 2_000n * 10n ** 8n,
  collateralUnits: 10n ** 18n,
})
const usdc = asset({
  symbol: 'USDC',
  decimals: 6,
  debtUnits: 1_000n * 10n ** 6n,
})

/** Secured less owed, in dollars times 1e8, without a division to round. */
const surplus = (assets: readonly PositionAsset[]) =>
  assets.reduce(
    (sum, one) =>
      sum +
      one.priceUsdE8 *
        (one.collateralUnits * BigInt(one.liquidationThresholdBps) -
          one.debtUnits * 10_000n) *
        10n ** BigInt(36 - one.decimals),
    0n,
  )

const toE8 = (decimal: string) => {
  const [whole = '', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.padEnd(8, '0'))
}

describe('toLiquidationPrices', () => {
  test('default', () => {
    expect(toLiquidationPrices([weth, usdc])).toEqual([
      { symbol: 'WETH', priceUsd: '1250' },
    ])
  })

  test('behavior: no debt, no price', () => {
    expect(toLiquidationPrices([weth])).toEqual([])
  })

  test('behavior: what is liquidatable now is so at today’s price', () => {
    expect(
      toLiquidationPrices([
        weth,
        asset({ ...usdc, debtUnits: 2_000n * 10n ** 6n }),
      ]),
    ).toEqual([{ symbol: 'WETH', priceUsd: '2000' }])
  })

  test('behavior: none where the other collateral carries the debt alone', () => {
    const rich = asset({ symbol: 'DAI', collateralUnits: 10n ** 24n })
    expect(toLiquidationPrices([weth, rich, usdc])).toEqual([])
  })

  test('behavior: at the price it breaks or is within one step of breaking', () => {
    const units = fc.bigInt({ min: 0n, max: 10n ** 24n })
    const one = (symbol: string) =>
      fc.record({
        symbol: fc.constant(symbol),
        decimals: fc.constantFrom(6, 8, 18),
        priceUsdE8: fc.bigInt({ min: 1n, max: 10n ** 13n }),
        collateralUnits: units,
        debtUnits: fc.oneof(fc.constant(0n), units),
        liquidationThresholdBps: fc.integer({ min: 0, max: 10_000 }),
      })
    fc.assert(
      fc.property(one('A'), one('B'), one('C'), (...assets) => {
        const isSafe = surplus(assets) >= 0n
        for (const { symbol, priceUsd } of toLiquidationPrices(assets)) {
          const today = assets.find((entry) => entry.symbol === symbol)
          const priceUsdE8 = toE8(priceUsd)
          expect(priceUsdE8).toBeGreaterThan(0n)
          expect(priceUsdE8).toBeLessThanOrEqual(today?.priceUsdE8 ?? 0n)
          const at = (price: bigint) =>
            surplus(
              assets.map((entry) =>
                entry.symbol === symbol
                  ? { ...entry, priceUsdE8: price }
                  : entry,
              ),
            )
          if (!isSafe) continue
          // Never told too low: one step under it, the position is lost.
          expect(at(priceUsdE8 - 1n)).toBeLessThan(0n)
          if (priceUsdE8 < (today?.priceUsdE8 ?? 0n))
            expect(at(priceUsdE8 + 1n)).toBeGreaterThanOrEqual(0n)
        }
      }),
    )
  })
})

describe('toMorphoLiquidationPrices', () => {
  const loan = {
    collateralUnits: 10n ** 18n,
    borrowedUnits: 1_000n * 10n ** 6n,
    lltv: 86n * 10n ** 16n,
    collateral: { symbol: 'WETH', decimals: 18 },
    loanDecimals: 6,
    loanPriceUsdE8: 10n ** 8n,
  }

  test('default', () => {
    const [only] = toMorphoLiquidationPrices(loan)
    expect(only).toEqual({ symbol: 'WETH', priceUsd: '1162.79069767' })
    const health = (usdE8: bigint) =>
      getMorphoHealth({ ...loan, price: usdE8 * 10n ** 16n })
    expect(health(116_279_069_767n)).toBeLessThan(10n ** 18n)
    // One unit of the loan is worth about 116 units of this price.
    expect(health(116_279_069_967n)).toBeGreaterThanOrEqual(10n ** 18n)
  })

  test.each([
    ['debt', { borrowedUnits: 0n }],
    ['collateral', { collateralUnits: 0n }],
    ['price', { loanPriceUsdE8: 0n }],
  ])('behavior: none without %s', (_, changes) => {
    expect(toMorphoLiquidationPrices({ ...loan, ...changes })).toEqual([])
  })
})
