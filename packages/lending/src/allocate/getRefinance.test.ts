import { describe, expect, test } from 'vitest'
import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import { MarketLiquidityError } from '../errors/MarketLiquidityError.js'
import { RateInputError } from '../errors/RateInputError.js'
import type { Market } from '../market/market.js'
import { ray, secondsPerYear } from '../math/fixedPoint.js'
import { findRefinance } from './findRefinance.js'
import { getRefinance } from './getRefinance.js'

const aave = (name: string, borrowedUnits: bigint): Market => ({
  kind: 'aave-v3',
  version: '3.2',
  market: name,
  token: '0xusd',
  decimals: 6,
  suppliedUnits: 1_000_000n,
  borrowedUnits,
  availableUnits: 1_000_000n - borrowedUnits,
  supplyCapUnits: 0n,
  borrowCapUnits: 0n,
  minBorrowUnits: 0n,
  ltvBps: 0,
  liquidationThresholdBps: 0,
  reserveFactorBps: 0,
  rate: {
    optimalUsageRay: (8n * ray) / 10n,
    baseRay: 0n,
    slope1Ray: (8n * ray) / 100n,
    slope2Ray: ray,
  },
})

describe('getRefinance', () => {
  test('default: 8 % to 4 % on 100,000 at a cost of 100 pays back in nine days', () => {
    const refinance = getRefinance({
      from: aave('old', 800_000n),
      to: aave('new', 300_000n),
      debtUnits: 100_000n,
      costUnits: 50n,
      flashFeeBps: 5,
      horizonSeconds: secondsPerYear,
    })
    expect(refinance).toEqual({
      paysBack: true,
      // 100 of 4000 a year.
      breakEvenSeconds: 788_400n,
      oldRatePerYear: '0.08',
      newRatePerYear: '0.04',
      costUnits: 100n,
      netSavingUnits: 3900n,
    })
  })

  test('behavior: counts the own debt in: a cheaper label may be dearer', () => {
    const refinance = getRefinance({
      from: aave('old', 500_000n),
      to: aave('new', 450_000n),
      debtUnits: 100_000n,
      horizonSeconds: secondsPerYear,
    })
    expect(refinance.paysBack).toBe(false)
    expect(refinance.breakEvenSeconds).toBeUndefined()
    expect(refinance.netSavingUnits).toBeLessThan(0n)
  })

  test('behavior: a break-even beyond the horizon does not pay back', () => {
    const refinance = getRefinance({
      from: aave('old', 800_000n),
      to: aave('new', 300_000n),
      debtUnits: 100_000n,
      costUnits: 100n,
      horizonSeconds: 788_399n,
    })
    expect(refinance.breakEvenSeconds).toBe(788_400n)
    expect(refinance.paysBack).toBe(false)
  })

  test('error: MarketLiquidityError and RateInputError', () => {
    const from = aave('old', 800_000n)
    expect(() =>
      getRefinance({
        from,
        to: aave('new', 950_000n),
        debtUnits: 100_000n,
        horizonSeconds: 1n,
      }),
    ).toThrow(MarketLiquidityError)
    expect(() =>
      getRefinance({
        from,
        to: { ...from, token: '0xdai' },
        debtUnits: 1n,
        horizonSeconds: 1n,
      }),
    ).toThrow(RateInputError)
  })
})

describe('findRefinance', () => {
  const markets = [
    aave('old', 800_000n),
    aave('near', 300_000n),
    aave('far', 700_000n),
    { ...aave('other', 0n), token: '0xother' },
    { ...aave('empty', 950_000n), availableUnits: 50_000n },
  ]
  const asked = {
    markets,
    from: 'old',
    debtUnits: 100_000n,
    horizonSeconds: secondsPerYear,
  }

  test('default: the other markets of the token that hold it, best first', () => {
    const choices = findRefinance(asked)
    expect(choices.map(({ market }) => market)).toEqual(['near', 'far'])
    expect(choices[0]).toEqual({
      market: 'near',
      ...getRefinance({
        ...asked,
        from: aave('old', 800_000n),
        to: aave('near', 300_000n),
      }),
    })
    // 8 % after the own debt: no better than where it is.
    expect(choices[1]?.paysBack).toBe(false)
  })

  test('behavior: the order of the markets changes nothing', () => {
    expect(findRefinance({ ...asked, markets: markets.toReversed() })).toEqual(
      findRefinance(asked),
    )
  })

  test('error: MarketChoiceError', () => {
    expect(() => findRefinance({ ...asked, from: 'nowhere' })).toThrow(
      MarketChoiceError,
    )
  })
})
