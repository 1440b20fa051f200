import { adaptiveCurve, ray, secondsPerYear, wad } from '../dist/index.js'

/** Repeatable draws from a seed. */
export function createRandom(seed) {
  let state = seed >>> 0
  // The mixing steps of splitmix32: numbers in [0, 1).
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 2 ** 32
  }
  const integer = (least, most) =>
    least + Math.floor(next() * (most - least + 1))
  return {
    integer,
    pick: (items) => items[integer(0, items.length - 1)],
    /** Seven digits and a number of zeros, each number of them as likely. */
    units: (leastZeros, mostZeros) =>
      (BigInt(integer(1_000_000, 9_999_999)) *
        10n ** BigInt(integer(leastZeros, mostZeros))) /
      10n ** 6n,
    /** A share of a whole, in millionths. */
    share: (whole, least, most) =>
      (whole * BigInt(integer(least, most))) / 1_000_000n,
  }
}

/**
 * Draws lending markets of every kind: of any size, empty, ordinary, full, some
 * dust; curves from flat to steep, fees from none to half.
 */
export function drawMarkets(random, count) {
  return Array.from({ length: count }, (_, index) => ({
    ...drawMarket(random),
    market: `m${index}`,
  }))
}

/** Gives markets of a list thresholds of their own, loan-to-value below them. */
export function drawThresholds(random, markets) {
  return markets.map((market) => {
    const liquidationThresholdBps = random.integer(4000, 9400)
    return 'lltvWad' in market
      ? {
          ...market,
          lltvWad: (wad * BigInt(liquidationThresholdBps)) / 10_000n,
        }
      : {
          ...market,
          liquidationThresholdBps,
          ltvBps: liquidationThresholdBps - 300,
        }
  })
}

function drawMarket(random) {
  const kind = random.pick([
    'aave-v3',
    'compound-v3',
    'morpho-blue',
    'two-slope',
  ])
  const suppliedUnits =
    random.integer(0, 9) === 0
      ? BigInt(random.integer(0, 1000))
      : random.units(6, 16)
  const use = random.pick([
    random.integer(0, kind === 'compound-v3' ? 1_200_000 : 1_000_000),
    random.integer(800_000, 1_000_000),
    random.pick([0, 900_000, 1_000_000]),
  ])
  const borrowedUnits = (suppliedUnits * BigInt(use)) / 1_000_000n
  const base = {
    kind,
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
  const isolated = { lltvWad: (86n * wad) / 100n }
  switch (kind) {
    case 'aave-v3':
      return {
        ...base,
        version: random.pick(['3.0', '3.2']),
        reserveFactorBps: random.integer(0, 5000),
        rate: drawTwoSlopes(random),
      }
    case 'compound-v3':
      return {
        ...base,
        collaterals: [],
        supplyCurve: drawCompoundCurve(random),
        borrowCurve: drawCompoundCurve(random),
      }
    case 'morpho-blue':
      return {
        ...base,
        ...isolated,
        feeWad: (wad * BigInt(random.integer(0, 25))) / 100n,
        rateAtTargetWad: random.pick([
          0n,
          (wad * BigInt(random.integer(2, 400))) / 1000n / secondsPerYear,
          adaptiveCurve.minRateAtTargetWad,
          adaptiveCurve.maxRateAtTargetWad,
        ]),
      }
    default:
      return { ...base, ...isolated, feeWad: 0n, rate: drawTwoSlopes(random) }
  }
}

function drawTwoSlopes(random) {
  return {
    optimalUsageRay: (ray * BigInt(random.integer(30, 98))) / 100n,
    baseRay: random.pick([0n, random.share(ray, 0, 30_000)]),
    slope1Ray: random.share(ray, 0, 120_000),
    slope2Ray: random.share(ray, 0, 3_000_000),
  }
}

function drawCompoundCurve(random) {
  const perSecond = (most) => random.share(wad, 0, most) / secondsPerYear
  return {
    kinkWad: (wad * BigInt(random.integer(50, 95))) / 100n,
    perSecondBaseWad: random.pick([0n, perSecond(20_000)]),
    perSecondSlopeLowWad: perSecond(80_000),
    perSecondSlopeHighWad: perSecond(4_000_000),
  }
}
