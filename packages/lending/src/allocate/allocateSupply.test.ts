import {
  assert,
  bigInt,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  shuffledSubarray,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LendingAmountError } from '../errors/LendingAmountError.js'
import { MarketCapacityError } from '../errors/MarketCapacityError.js'
import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import { arbitraryMarkets, arbitraryUnits } from '../market/market.arbitrary.js'
import type { Market } from '../market/market.js'
import { ray, secondsPerYear, wad } from '../math/fixedPoint.js'
import { getMarketRates } from '../rates/getMarketRates.js'
import { allocateSupply, type SupplyAllocation } from './allocateSupply.js'

const horizons = oneof(
  { weight: 3, arbitrary: constant(0n) },
  constantFrom(86_400n, 7n * 86_400n, 30n * 86_400n, secondsPerYear),
)
const amounts = arbitraryUnits(3, 16)

/** A hundred-thousandth of a basis point a year, and what the bound is raised by. */
const closeRay = 2n * 10n ** 18n

/** What parts earn in a year, in ray, exactly. */
function getIncomeRay(
  markets: readonly Market[],
  parts: readonly bigint[],
  horizonSeconds = 0n,
): bigint {
  return markets.reduce((sum, market, index) => {
    const addedSupplyUnits = parts[index] ?? 0n
    const { supplyRateRay } = getMarketRates({
      market,
      addedSupplyUnits,
      horizonSeconds,
    })
    return sum + addedSupplyUnits * supplyRateRay
  }, 0n)
}

const toRay = (rate: string): bigint => {
  const [whole = '0', fraction = ''] = rate.replace('-', '').split('.')
  const value = BigInt(whole) * ray + BigInt(fraction.padEnd(27, '0'))
  return rate.startsWith('-') ? -value : value
}

const sumOf = ({ allocation }: SupplyAllocation) =>
  allocation.reduce((sum, { units }) => sum + units, 0n)

const aave = (
  name: string,
  suppliedUnits: bigint,
  borrowedUnits: bigint,
  more: Partial<Market> = {},
): Market =>
  ({
    kind: 'aave-v3',
    version: '3.2',
    market: name,
    token: '0xusd',
    decimals: 6,
    suppliedUnits,
    borrowedUnits,
    availableUnits: suppliedUnits - borrowedUnits,
    supplyCapUnits: 0n,
    borrowCapUnits: 0n,
    minBorrowUnits: 0n,
    ltvBps: 0,
    liquidationThresholdBps: 0,
    reserveFactorBps: 1000,
    rate: {
      optimalUsageRay: (9n * ray) / 10n,
      baseRay: 0n,
      slope1Ray: (4n * ray) / 100n,
      slope2Ray: (60n * ray) / 100n,
    },
    ...more,
  }) as Market

describe('allocateSupply', () => {
  test('default: two equal markets share equally', () => {
    const result = allocateSupply({
      markets: [
        aave('b', 1_000_000n, 800_000n),
        aave('a', 1_000_000n, 800_000n),
      ],
      units: 500_000n,
    })
    expect(
      result.allocation.map(({ market, units }) => [market, units]),
    ).toEqual([
      ['a', 250_000n],
      ['b', 250_000n],
    ])
    // 0.64 used: 0.04 · 0.64/0.9 · 0.64 · 0.9
    expect(result.allocation[0]?.ratePerYear).toBe('0.016384')
    expect(result.allocation[0]?.labelRatePerYear).toBe('0.0256')
    expect(result.gapBps).toBeLessThan(0.001)
  })

  test('behavior: adds up, keeps the caps, stays under its own bound', () => {
    assert(
      property(
        arbitraryMarkets(1, 8),
        amounts,
        horizons,
        integer({ min: 0, max: 255 }),
        (markets, units, horizonSeconds, capped) => {
          const caps = Object.fromEntries(
            markets
              .filter((_, index) => ((capped >> index) & 1) === 1)
              .map(({ market }, index) => [market, units / BigInt(index + 2)]),
          )
          try {
            const result = allocateSupply({
              markets,
              units,
              horizonSeconds,
              caps,
            })
            expect(sumOf(result)).toBe(units)
            for (const { market, units: part } of result.allocation) {
              expect(part).toBeGreaterThan(0n)
              expect(part).toBeLessThanOrEqual(caps[market] ?? units)
            }
            expect(toRay(result.upperBoundRatePerYear)).toBeGreaterThanOrEqual(
              toRay(result.ratePerYear),
            )
            expect(result.gapBps).toBeGreaterThanOrEqual(0)
          } catch (error) {
            if (!(error instanceof MarketCapacityError)) throw error
            const room = markets.map(({ market }) => caps[market] ?? units)
            expect(room.reduce((sum, cap) => sum + cap, 0n)).toBeLessThan(units)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('behavior: no other split beats it, nor its bound', () => {
    assert(
      property(
        arbitraryMarkets(2, 6),
        amounts,
        horizons,
        integer({ min: 1, max: 1_000_000 }),
        (markets, units, horizonSeconds, seed) => {
          const result = allocateSupply({ markets, units, horizonSeconds })
          const bound = toRay(result.upperBoundRatePerYear)
          const others = [
            ...markets.map((_, index) =>
              markets.map((__, other) => (other === index ? units : 0n)),
            ),
            greedyParts(markets, units, horizonSeconds),
            randomParts(markets.length, units, seed),
            randomParts(markets.length, units, seed * 7 + 1),
          ]
          for (const parts of others) {
            const rate = getIncomeRay(markets, parts, horizonSeconds) / units
            expect(rate).toBeLessThanOrEqual(bound)
            expect(rate).toBeLessThanOrEqual(result.rateRay + closeRay)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('behavior: finds what a complete grid finds', () => {
    assert(
      property(
        arbitraryMarkets(2, 3),
        arbitraryUnits(8, 14),
        horizons,
        (markets, units, horizonSeconds) => {
          const result = allocateSupply({ markets, units, horizonSeconds })
          const steps = 40n
          const best = bestOnGrid(markets, units, steps, horizonSeconds)
          expect(best / units).toBeLessThanOrEqual(result.rateRay + closeRay)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('behavior: within a hundredth of a basis point of its bound', () => {
    assert(
      property(
        arbitraryMarkets(20, 20),
        arbitraryUnits(9, 16),
        horizons,
        (markets, units, horizonSeconds) => {
          const result = allocateSupply({ markets, units, horizonSeconds })
          expect(result.gapBps).toBeLessThanOrEqual(0.01)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('behavior: the order of the markets changes nothing', () => {
    assert(
      property(
        arbitraryMarkets(5, 5).chain((markets) =>
          shuffledSubarray(markets, { minLength: 5, maxLength: 5 }).map(
            (shuffled) => [markets, shuffled] as const,
          ),
        ),
        amounts,
        ([markets, shuffled], units) => {
          expect(allocateSupply({ markets: shuffled, units })).toEqual(
            allocateSupply({ markets, units }),
          )
        },
      ),
      { numRuns: 100 },
    )
  })

  test('behavior: crosses a kink when the far side earns more', () => {
    // Chunk by chunk 'a' looks spent long before its kink; past it, its rate
    // falls slowly again, and the whole amount earns three per cent more there.
    const whole = 10n ** 12n
    const curve = (optimal: bigint, slope1: bigint) => ({
      rate: {
        optimalUsageRay: (optimal * ray) / 100n,
        baseRay: 0n,
        slope1Ray: (slope1 * ray) / 100n,
        slope2Ray: (60n * ray) / 100n,
      },
    })
    const markets = [
      aave('a', whole, (whole * 92n) / 100n, curve(90n, 8n)),
      aave('b', whole, (whole * 50n) / 100n, curve(80n, 6n)),
    ]
    const units = whole / 10n
    const result = allocateSupply({ markets, units })
    const greedy =
      getIncomeRay(markets, greedyParts(markets, units, 0n)) / units
    expect(result.allocation.map(({ market }) => market)).toEqual(['a'])
    expect(result.rateRay - greedy).toBeGreaterThan((2n * ray) / 100n)
    expect(result.gapBps).toBeLessThan(0.001)
  })

  test('behavior: gas keeps small positions closed', () => {
    const markets = [
      aave('a', 10n ** 12n, (8n * 10n ** 12n) / 10n),
      aave('b', 10n ** 12n, (8n * 10n ** 12n) / 10n - 10n ** 9n),
    ]
    const units = 10n ** 9n
    const gas = { a: 10n ** 6n, b: 10n ** 6n }
    expect(
      allocateSupply({ markets, units: units * 100n }).allocation,
    ).toHaveLength(2)
    const small = allocateSupply({ markets, units, gas })
    expect(small.allocation).toHaveLength(1)
    expect(small.rateRay).toBeLessThan(
      toRay(small.allocation[0]?.ratePerYear ?? '0'),
    )
    expect(small.gapBps).toBeLessThan(0.01)
  })

  test('behavior: with gas no choice of positions beats it', () => {
    assert(
      property(
        arbitraryMarkets(3, 3),
        arbitraryUnits(8, 12),
        bigInt({ min: 0n, max: 10n ** 8n }),
        (markets, units, cost) => {
          const gas = Object.fromEntries(
            markets.map(({ market }, index) => [
              market,
              cost * BigInt(index + 1),
            ]),
          )
          const result = allocateSupply({ markets, units, gas })
          expect(sumOf(result)).toBe(units)
          for (let chosen = 1; chosen < 8; chosen += 1) {
            const used = markets.filter((_, index) => (chosen >> index) & 1)
            const within = allocateSupply({ markets: used, units })
            const spent = used.reduce(
              (sum, { market }) => sum + (gas[market] ?? 0n),
              0n,
            )
            const net = within.rateRay - (spent * ray) / units
            expect(net).toBeLessThanOrEqual(result.rateRay + closeRay)
            expect(net).toBeLessThanOrEqual(toRay(result.upperBoundRatePerYear))
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  test('behavior: what is held already is not thrown away by adding to it', () => {
    // All of the market is the user's: adding halves the rate on everything.
    const markets = [
      aave('mine', 1_000_000n, 600_000n),
      aave('other', 1_000_000n, 500_000n),
    ]
    const alone = allocateSupply({ markets, units: 400_000n })
    const holding = allocateSupply({
      markets,
      units: 400_000n,
      held: { mine: 1_000_000n },
    })
    const inMine = ({ allocation }: SupplyAllocation) =>
      allocation.find(({ market }) => market === 'mine')?.units ?? 0n
    expect(inMine(holding)).toBeLessThan(inMine(alone))
    expect(holding.gapBps).toBeLessThan(0.01)
  })

  test('behavior: a longer stay prefers a market whose rate will rise', () => {
    const morpho = (name: string, use: bigint, perMille: bigint): Market => ({
      kind: 'morpho-blue',
      market: name,
      token: '0xusd',
      decimals: 6,
      suppliedUnits: 10n ** 13n,
      borrowedUnits: (10n ** 13n * use) / 1000n,
      availableUnits: 10n ** 13n - (10n ** 13n * use) / 1000n,
      supplyCapUnits: 0n,
      borrowCapUnits: 0n,
      minBorrowUnits: 0n,
      ltvBps: 0,
      liquidationThresholdBps: 0,
      feeWad: 0n,
      lltvWad: wad / 2n,
      rateAtTargetWad: (wad * perMille) / 1000n / secondsPerYear,
    })
    const markets = [morpho('falling', 700n, 60n), morpho('rising', 950n, 12n)]
    const first = (horizonSeconds: bigint) =>
      allocateSupply({ markets, units: 10n ** 9n, horizonSeconds })
        .allocation[0]?.market
    expect(first(0n)).toBe('falling')
    expect(first(90n * 86_400n)).toBe('rising')
  })

  test('behavior: dust goes to one place, whole', () => {
    assert(
      property(
        arbitraryMarkets(1, 6),
        bigInt({ min: 1n, max: 5n }),
        (markets, units) => {
          expect(sumOf(allocateSupply({ markets, units }))).toBe(units)
        },
      ),
    )
  })

  test('behavior: the largest amount still gets an answer', () => {
    const units = 2n ** 128n - 1n
    const result = allocateSupply({
      markets: [aave('a', 10n ** 12n, 9n * 10n ** 11n), aave('b', 0n, 0n)],
      units,
    })
    expect(sumOf(result)).toBe(units)
    expect(result.ratePerYear).toMatch(/^\d+(\.\d+)?$/)
  })

  test('error: MarketCapacityError tells how much fits', () => {
    try {
      allocateSupply({
        markets: [aave('a', 1000n, 500n, { supplyCapUnits: 1100n })],
        units: 101n,
      })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(MarketCapacityError)
      if (!(error instanceof MarketCapacityError)) throw error
      expect(error.facts).toMatchObject({ capacityUnits: '100', units: '101' })
      expect(error.shortMessage).toMatchInlineSnapshot(
        `"Cannot supply 101 units: 100 is the most, limited by caps (markets: 1). Ask for that much or less."`,
      )
    }
  })

  test('error: LendingAmountError on nothing and on too much', () => {
    const markets = [aave('a', 1000n, 500n)]
    for (const units of [0n, -1n, 2n ** 128n])
      expect(() => allocateSupply({ markets, units })).toThrow(
        LendingAmountError,
      )
  })

  test('error: MarketChoiceError on no, several and twin markets', () => {
    const a = aave('a', 1000n, 500n)
    const cases: [Market[], string][] = [
      [[], 'none'],
      [[a, aave('b', 1000n, 500n, { token: '0xeth' })], 'several-tokens'],
      [[a, a], 'same-name'],
    ]
    for (const [markets, problem] of cases)
      try {
        allocateSupply({ markets, units: 1n })
        expect.unreachable()
      } catch (error) {
        if (!(error instanceof MarketChoiceError)) throw error
        expect(error.facts.problem).toBe(problem)
      }
    expect(() =>
      allocateSupply({ markets: [a], units: 1n, caps: { z: 1n } }),
    ).toThrow(MarketChoiceError)
  })
})

/** Twenty chunks, each where it earns most at that moment. */
function greedyParts(
  markets: readonly Market[],
  units: bigint,
  horizonSeconds: bigint,
): bigint[] {
  const parts = markets.map(() => 0n)
  const chunk = units / 20n
  for (let step = 0; step < 20; step += 1) {
    const added = step === 19 ? units - chunk * 19n : chunk
    let best = 0
    let most: bigint | undefined
    markets.forEach((_, index) => {
      const tried = parts.map((part, at) =>
        at === index ? part + added : part,
      )
      const income = getIncomeRay(markets, tried, horizonSeconds)
      if (most === undefined || income > most) {
        most = income
        best = index
      }
    })
    parts[best]! += added
  }
  return parts
}

function randomParts(count: number, units: bigint, seed: number): bigint[] {
  let state = BigInt(seed)
  const weights = Array.from({ length: count }, () => {
    state =
      (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) %
      2n ** 64n
    return (state >> 44n) + 1n
  })
  const whole = weights.reduce((sum, weight) => sum + weight, 0n)
  const parts = weights.map((weight) => (units * weight) / whole)
  parts[0]! += units - parts.reduce((sum, part) => sum + part, 0n)
  return parts
}

/** The best of all splits into equal steps, by dynamic programming. */
function bestOnGrid(
  markets: readonly Market[],
  units: bigint,
  steps: bigint,
  horizonSeconds: bigint,
): bigint {
  const count = Number(steps)
  let best: bigint[] = [0n]
  markets.forEach((market, position) => {
    const isLast = position === markets.length - 1
    const incomes = Array.from({ length: count + 1 }, (_, step) =>
      getIncomeRay([market], [(units * BigInt(step)) / steps], horizonSeconds),
    )
    const next: bigint[] = []
    for (let total = isLast ? count : 0; total <= count; total += 1)
      for (let step = 0; step <= total; step += 1) {
        const before = best[total - step]
        if (before === undefined) continue
        const income = before + incomes[step]!
        const known = next[total]
        if (known === undefined || income > known) next[total] = income
      }
    best = next
  })
  return best[count]!
}
