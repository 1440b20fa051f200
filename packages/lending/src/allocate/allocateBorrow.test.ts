import {
  array,
  assert,
  bigInt,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LendingAmountError } from '../errors/LendingAmountError.js'
import { MarketCapacityError } from '../errors/MarketCapacityError.js'
import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import { RateInputError } from '../errors/RateInputError.js'
import { parseHealthWad } from '../health/assertHealthFloor.js'
import { arbitraryMarkets, arbitraryUnits } from '../market/market.arbitrary.js'
import type { Market } from '../market/market.js'
import { parseMarkets } from '../market/parseMarkets.js'
import { divideUp, ray, secondsPerYear, wad } from '../math/fixedPoint.js'
import { getMarketRates } from '../rates/getMarketRates.js'
import {
  type AllocateBorrowOptions,
  allocateBorrow,
  type BorrowAllocation,
} from './allocateBorrow.js'

/** WETH at 1, USD at 1/3000 of it. */
const prices = [
  { token: '0xeth', decimals: 18, priceNativeRay: ray },
  { token: '0xusd', decimals: 6, priceNativeRay: ray / 3000n },
]
const closeRay = 2n * 10n ** 18n

const aave = (name: string, more: Partial<Market> = {}): Market =>
  ({
    kind: 'aave-v3',
    version: '3.2',
    market: name,
    token: '0xusd',
    decimals: 6,
    suppliedUnits: 10n ** 12n,
    borrowedUnits: (6n * 10n ** 12n) / 10n,
    availableUnits: (4n * 10n ** 12n) / 10n,
    supplyCapUnits: 0n,
    borrowCapUnits: 0n,
    minBorrowUnits: 0n,
    ltvBps: 8000,
    liquidationThresholdBps: 8250,
    reserveFactorBps: 1000,
    rate: {
      optimalUsageRay: (9n * ray) / 10n,
      baseRay: 0n,
      slope1Ray: (4n * ray) / 100n,
      slope2Ray: (60n * ray) / 100n,
    },
    ...more,
  }) as Market

const toRay = (rate: string): bigint => {
  const [whole = '0', fraction = ''] = rate.split('.')
  return BigInt(whole) * ray + BigInt(fraction.padEnd(27, '0'))
}
const sumOf = ({ allocation }: BorrowAllocation) =>
  allocation.reduce((sum, { units }) => sum + units, 0n)

const withThresholds = (markets: Market[], bps: readonly number[]): Market[] =>
  markets.map((market, index) => {
    const liquidationThresholdBps = bps[index % bps.length]!
    const ltvBps = liquidationThresholdBps - 300
    return market.kind === 'morpho-blue' || market.kind === 'two-slope'
      ? {
          ...market,
          lltvWad: (wad * BigInt(liquidationThresholdBps)) / 10_000n,
        }
      : { ...market, ltvBps, liquidationThresholdBps }
  })

const thresholds = array(integer({ min: 4000, max: 9400 }), {
  minLength: 1,
  maxLength: 4,
})
const floors = bigInt({ min: wad, max: 3n * wad })
const horizons = oneof(
  { weight: 3, arbitrary: constant(0n) },
  constantFrom(7n * 86_400n, 90n * 86_400n),
)

/** The exact cost of a split in a year, in ray, or nothing where it is not allowed. */
function getCostRay(
  options: AllocateBorrowOptions,
  parts: readonly bigint[],
): bigint | undefined {
  let cost = 0n
  let needed = 0n
  for (const [index, market] of options.markets.entries()) {
    const part = parts[index] ?? 0n
    if (part === 0n) continue
    if (part > market.availableUnits) return undefined
    if (part < market.minBorrowUnits) return undefined
    const isIsolated =
      market.kind === 'morpho-blue' || market.kind === 'two-slope'
    const threshold = isIsolated
      ? market.lltvWad
      : BigInt(market.liquidationThresholdBps) * 10n ** 14n
    const ltv = isIsolated ? market.lltvWad : BigInt(market.ltvBps) * 10n ** 14n
    // One WETH unit (1e-18) is worth 3000e6/1e18 USD units.
    const value = (part * 10n ** 18n * ray) / (3000n * 10n ** 6n)
    const floorWad = options.minHealthWad ?? wad
    const forHealth = divideUp(value * floorWad, threshold * ray)
    const forOpening = divideUp(value * wad, ltv * ray)
    needed += forHealth > forOpening ? forHealth : forOpening
    cost +=
      part *
      getMarketRates({
        market,
        addedBorrowUnits: part,
        horizonSeconds: options.horizonSeconds ?? 0n,
      }).borrowRateRay
  }
  return needed <= options.collateral.units ? cost : undefined
}

describe('allocateBorrow', () => {
  test('default: the cheaper market first, health as posted', () => {
    const result = allocateBorrow({
      markets: [
        aave('a'),
        aave('b', {
          borrowedUnits: 2n * 10n ** 11n,
          availableUnits: 8n * 10n ** 11n,
        }),
      ],
      units: 10n ** 11n,
      collateral: { token: '0xETH', units: 100n * wad },
      minHealthWad: parseHealthWad('1.5'),
      prices,
    })
    expect(
      result.allocation.map(({ market, units }) => [market, units]),
    ).toEqual([['b', 10n ** 11n]])
    // 100 · 3000 · 0.825 / 100000
    expect(result.allocation[0]).toMatchObject({
      collateralUnits: 100n * wad,
      health: '2.475',
      liquidationPriceShare: '0.40404040404040404',
      ratePerYear: '0.013333333333333333',
      labelRatePerYear: '0.008888888888888888',
    })
    expect(result.verdict.type).toBe('safe')
    expect(result.gapBps).toBeLessThan(0.001)
  })

  test('behavior: adds up, and no part is below the floor', () => {
    assert(
      property(
        arbitraryMarkets(1, 6),
        thresholds,
        arbitraryUnits(3, 15),
        arbitraryUnits(15, 26),
        floors,
        horizons,
        (bare, bps, units, collateralUnits, minHealthWad, horizonSeconds) => {
          const markets = withThresholds(bare, bps)
          try {
            const result = allocateBorrow({
              markets,
              units,
              collateral: { token: '0xeth', units: collateralUnits },
              minHealthWad,
              prices,
              horizonSeconds,
            })
            expect(sumOf(result)).toBe(units)
            let posted = 0n
            for (const part of result.allocation) {
              const market = markets.find(
                ({ market: name }) => name === part.market,
              )
              expect(part.units).toBeLessThanOrEqual(
                market?.availableUnits ?? 0n,
              )
              expect(part.healthWad).toBeGreaterThanOrEqual(minHealthWad)
              posted += part.collateralUnits
            }
            expect(posted).toBe(collateralUnits)
            expect(toRay(result.lowerBoundRatePerYear)).toBeLessThanOrEqual(
              toRay(result.ratePerYear),
            )
          } catch (error) {
            if (!(error instanceof MarketCapacityError)) throw error
            expect(BigInt(error.facts.capacityUnits ?? '0')).toBeLessThan(units)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('behavior: no other allowed split costs less, nor less than its bound', () => {
    assert(
      property(
        arbitraryMarkets(2, 3),
        thresholds,
        arbitraryUnits(9, 13),
        integer({ min: 100, max: 400 }),
        floors,
        horizons,
        (bare, bps, units, coverPercent, minHealthWad, horizonSeconds) => {
          const markets = withThresholds(bare, bps)
          // From just enough collateral to plenty of it.
          const collateralUnits =
            (units * 10n ** 18n * minHealthWad * BigInt(coverPercent)) /
            (3000n * 10n ** 6n * wad * 94n)
          const options = {
            markets,
            units,
            collateral: { token: '0xeth', units: collateralUnits },
            minHealthWad,
            prices,
            horizonSeconds,
          }
          const steps = 24n
          const costs: bigint[] = []
          for (let a = 0n; a <= steps; a += 1n)
            for (let b = 0n; a + b <= steps; b += 1n) {
              if (markets.length === 2 && a + b !== steps) continue
              const first = (units * a) / steps
              const second =
                markets.length === 2 ? units - first : (units * b) / steps
              const cost = getCostRay(options, [
                first,
                second,
                units - first - second,
              ])
              if (cost !== undefined) costs.push(cost)
            }
          try {
            const result = allocateBorrow(options)
            const bound = toRay(result.lowerBoundRatePerYear)
            // Amounts are whole: of each part one unit may lie where it is dearer.
            const unitsRay =
              result.allocation.reduce(
                (sum, { ratePerYear }) => sum + toRay(ratePerYear),
                0n,
              ) / units
            for (const cost of costs) {
              expect(result.rateRay).toBeLessThanOrEqual(
                cost / units + closeRay + unitsRay,
              )
              expect(bound).toBeLessThanOrEqual(cost / units + 1n)
            }
            expect(result.gapBps).toBeLessThanOrEqual(0.01)
          } catch (error) {
            if (!(error instanceof MarketCapacityError)) throw error
            expect(costs).toEqual([])
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('behavior: scarce collateral pays for the more generous market', () => {
    const markets = [
      aave('cheap', { liquidationThresholdBps: 5000, ltvBps: 4500 }),
      aave('generous', {
        borrowedUnits: (8n * 10n ** 12n) / 10n,
        availableUnits: (2n * 10n ** 12n) / 10n,
      }),
    ]
    const borrow = (ethers: bigint) =>
      allocateBorrow({
        markets,
        units: 10n ** 10n,
        collateral: { token: '0xeth', units: (ethers * wad) / 10n },
        minHealthWad: wad,
        prices,
      }).allocation.map(({ market }) => market)
    // 10000 of debt: 7.4 WETH in 'cheap', 4.2 WETH in 'generous'.
    expect(borrow(80n)).toEqual(['cheap'])
    expect(borrow(70n)).toEqual(['cheap', 'generous'])
    // Sorted by size: nearly all of it has to go where it is dearer.
    expect(borrow(42n)[0]).toBe('generous')
  })

  test('behavior: a least borrow is kept or the market left out', () => {
    const markets = [aave('a'), aave('b', { minBorrowUnits: 6n * 10n ** 9n })]
    const borrow = (units: bigint) =>
      allocateBorrow({
        markets,
        units,
        collateral: { token: '0xeth', units: 1000n * wad },
        prices,
      }).allocation
    expect(borrow(10n ** 9n).map(({ market }) => market)).toEqual(['a'])
    const large = borrow(2n * 10n ** 10n)
    expect(large).toHaveLength(2)
    for (const { units } of large)
      expect(units).toBeGreaterThanOrEqual(6n * 10n ** 9n)
  })

  test('behavior: exactly at the limit of the collateral', () => {
    // 4 WETH · 3000 · 0.8 opens 9600, not one unit more.
    const borrow = (units: bigint) =>
      allocateBorrow({
        markets: [aave('a')],
        units,
        collateral: { token: '0xeth', units: 4n * wad },
        prices: [prices[0]!, { ...prices[1]!, priceNativeRay: ray / 3000n }],
      })
    // The price of 1/3000 is cut, so the debt is worth a hair less.
    expect(sumOf(borrow(9_600_000_000n))).toBe(9_600_000_000n)
    try {
      borrow(9_600_000_001n)
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof MarketCapacityError)) throw error
      expect(error.facts).toMatchObject({
        capacityUnits: '9600000000',
        limitedBy: 'collateral',
      })
      expect(error.shortMessage).toMatchInlineSnapshot(
        `"Cannot borrow 9600000001 units: 9600000000 is the most, limited by collateral (markets: 1). Ask for that much or less."`,
      )
    }
  })

  test('behavior: reads thresholds from the line of the collateral where there is one', () => {
    const market = {
      kind: 'aave-v3',
      decimals: 6,
      supplied: '1000000000000',
      borrowed: '500000000000',
      reserveFactorBps: 1000,
      rate: {
        optimalUsageRay: '900000000000000000000000000',
        baseRay: '0',
        slope1Ray: '40000000000000000000000000',
        slope2Ray: '600000000000000000000000000',
      },
    }
    const lines = [
      { token: '0xeth', decimals: 18, priceNative: '1' },
      { token: '0xusd', decimals: 6, priceNative: '0.0005' },
      {
        ...market,
        market: 'usd',
        token: '0xusd',
        ltvBps: 7500,
        liquidationThresholdBps: 8000,
      },
      {
        ...market,
        market: 'eth',
        token: '0xeth',
        decimals: 18,
        ltvBps: 8000,
        liquidationThresholdBps: 9000,
      },
    ].map((line) => JSON.stringify(line))
    const health = (from: readonly string[]) => {
      const file = parseMarkets(from)
      return allocateBorrow({
        markets: file.markets,
        units: 1_000_000_000n,
        collateral: { token: '0xeth', units: wad },
        prices: file.tokens,
      }).allocation[0]?.health
    }
    expect(health(lines)).toBe('1.8')
    expect(health(lines.slice(0, 3))).toBe('1.6')
  })

  test('behavior: the order of the markets changes nothing', () => {
    const markets = [aave('c'), aave('a'), aave('b')]
    const borrow = (order: Market[]) =>
      allocateBorrow({
        markets: order,
        units: 10n ** 11n + 1n,
        collateral: { token: '0xeth', units: 1000n * wad },
        prices,
      })
    expect(borrow([...markets].reverse())).toEqual(borrow(markets))
  })

  test('error: MarketChoiceError when the collateral is not taken or has no price', () => {
    const problemOf = (options: Partial<AllocateBorrowOptions>) => {
      try {
        allocateBorrow({
          markets: [aave('a')],
          units: 1n,
          collateral: { token: '0xeth', units: wad },
          prices,
          ...options,
        })
        return 'none at all'
      } catch (error) {
        if (!(error instanceof MarketChoiceError)) throw error
        return error.facts.problem
      }
    }
    expect(problemOf({ markets: [aave('a', { ltvBps: 0 })] })).toBe(
      'no-collateral',
    )
    expect(problemOf({ prices: [prices[0]!] })).toBe('no-price')
    expect(problemOf({ token: '0xdai' })).toBe('none')
    expect(
      problemOf({ markets: [aave('a'), aave('b', { token: '0xdai' })] }),
    ).toBe('several-tokens')
  })

  test('error: MarketCapacityError when the markets are dry', () => {
    expect(() =>
      allocateBorrow({
        markets: [aave('a', { availableUnits: 5n })],
        units: 6n,
        collateral: { token: '0xeth', units: wad },
        prices,
      }),
    ).toThrow(MarketCapacityError)
  })

  test('error: LendingAmountError on nothing, RateInputError on a floor below 1', () => {
    const options = {
      markets: [aave('a')],
      units: 1n,
      collateral: { token: '0xeth', units: wad },
      prices,
    }
    expect(() => allocateBorrow({ ...options, units: 0n })).toThrow(
      LendingAmountError,
    )
    expect(() =>
      allocateBorrow({ ...options, minHealthWad: wad - 1n }),
    ).toThrow(RateInputError)
  })

  test('behavior: gas of a second position is weighed against its saving', () => {
    const options = {
      markets: [aave('a'), aave('b')],
      units: 10n ** 11n,
      collateral: { token: '0xeth', units: 1000n * wad },
      prices,
      horizonSeconds: secondsPerYear,
    }
    expect(allocateBorrow(options).allocation).toHaveLength(2)
    expect(
      allocateBorrow({ ...options, gas: { a: 10n ** 9n, b: 10n ** 9n } })
        .allocation,
    ).toHaveLength(1)
  })
})
