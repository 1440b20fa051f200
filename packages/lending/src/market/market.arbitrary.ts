import {
  type Arbitrary,
  bigInt,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  tuple,
} from 'fast-check'
import { ray, secondsPerYear, wad } from '../math/fixedPoint.js'
import type { TwoSlopeRate } from '../rates/getAaveV3Rates.js'
import { adaptiveCurve } from '../rates/getAdaptiveCurveRate.js'
import type { CompoundV3Curve } from '../rates/getCompoundV3Rates.js'
import type { Market, MarketCommon } from './market.js'

/** Amounts over many orders of magnitude, each as likely. */
export const arbitraryUnits = (
  least: number,
  most: number,
): Arbitrary<bigint> =>
  tuple(
    integer({ min: least, max: most }),
    integer({ min: 1_000_000, max: 9_999_999 }),
  ).map(
    ([zeros, digits]) => (BigInt(digits) * 10n ** BigInt(zeros)) / 10n ** 6n,
  )

const share = (value: bigint, perMillion: number) =>
  (value * BigInt(perMillion)) / 1_000_000n

const rate = (most: number): Arbitrary<bigint> =>
  integer({ min: 0, max: most }).map(
    (perMillion) => (ray * BigInt(perMillion)) / 1_000_000n,
  )

const twoSlopeRate: Arbitrary<TwoSlopeRate> = record({
  optimalUsageRay: integer({ min: 30, max: 98 }).map(
    (percent) => (ray * BigInt(percent)) / 100n,
  ),
  baseRay: oneof(constant(0n), rate(30_000)),
  slope1Ray: rate(120_000),
  slope2Ray: rate(3_000_000),
})

const perSecond = (most: number): Arbitrary<bigint> =>
  rate(most).map((perYear) => perYear / 1_000_000_000n / secondsPerYear)

const compoundCurve: Arbitrary<CompoundV3Curve> = record({
  kinkWad: integer({ min: 50, max: 95 }).map(
    (percent) => (wad * BigInt(percent)) / 100n,
  ),
  perSecondBaseWad: oneof(constant(0n), perSecond(20_000)),
  perSecondSlopeLowWad: perSecond(80_000),
  perSecondSlopeHighWad: perSecond(4_000_000),
})

const common = (largestUse: number): Arbitrary<MarketCommon> =>
  record({
    suppliedUnits: oneof(
      { weight: 9, arbitrary: arbitraryUnits(6, 16) },
      { weight: 1, arbitrary: bigInt({ min: 0n, max: 1000n }) },
    ),
    use: oneof(
      integer({ min: 0, max: largestUse }),
      integer({ min: 800_000, max: 1_000_000 }),
      constantFrom(0, 900_000, 1_000_000),
    ),
  }).map(({ suppliedUnits, use }) => {
    const borrowedUnits = share(suppliedUnits, use)
    return {
      market: 'm',
      token: '0xusd',
      decimals: 6,
      suppliedUnits,
      borrowedUnits,
      availableUnits:
        suppliedUnits > borrowedUnits ? suppliedUnits - borrowedUnits : 0n,
      supplyCapUnits: 0n,
      borrowCapUnits: 0n,
      minBorrowUnits: 0n,
      ltvBps: 8000,
      liquidationThresholdBps: 8500,
    }
  })

/** Any market of any kind, also full, empty and tiny ones. */
export const arbitraryMarket: Arbitrary<Market> = oneof(
  record({
    base: common(1_000_000),
    version: constantFrom('3.0' as const, '3.2' as const),
    reserveFactorBps: integer({ min: 0, max: 5000 }),
    rate: twoSlopeRate,
  }).map(
    ({ base, ...rest }): Market => ({ ...base, ...rest, kind: 'aave-v3' }),
  ),
  record({
    base: common(1_200_000),
    supplyCurve: compoundCurve,
    borrowCurve: compoundCurve,
  }).map(
    ({ base, ...rest }): Market => ({
      ...base,
      ...rest,
      kind: 'compound-v3',
      collaterals: [],
    }),
  ),
  record({
    base: common(1_000_000),
    feeWad: integer({ min: 0, max: 25 }).map(
      (percent) => (wad * BigInt(percent)) / 100n,
    ),
    rateAtTargetWad: oneof(
      constant(0n),
      integer({ min: 2, max: 400 }).map(
        (perMille) => (wad * BigInt(perMille)) / 1000n / secondsPerYear,
      ),
      constantFrom(
        adaptiveCurve.minRateAtTargetWad,
        adaptiveCurve.maxRateAtTargetWad,
      ),
    ),
  }).map(
    ({ base, ...rest }): Market => ({
      ...base,
      ...rest,
      kind: 'morpho-blue',
      lltvWad: (86n * wad) / 100n,
    }),
  ),
  record({ base: common(1_000_000), rate: twoSlopeRate }).map(
    ({ base, rate: curve }): Market => ({
      ...base,
      rate: curve,
      kind: 'two-slope',
      feeWad: 0n,
      lltvWad: (86n * wad) / 100n,
    }),
  ),
)

/** Several markets with names of their own. */
export const arbitraryMarkets = (
  least: number,
  most: number,
): Arbitrary<Market[]> =>
  integer({ min: least, max: most })
    .chain((count) =>
      tuple(...Array.from({ length: count }, () => arbitraryMarket)),
    )
    .map((markets) =>
      markets.map((market, index) => ({ ...market, market: `m${index}` })),
    )
