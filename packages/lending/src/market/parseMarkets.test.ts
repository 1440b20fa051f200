import {
  assert,
  bigInt,
  constantFrom,
  json,
  jsonValue,
  oneof,
  property,
  string,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MarketFileError } from '../errors/MarketFileError.js'
import { ray, wad } from '../math/fixedPoint.js'
import { parseMarkets } from './parseMarkets.js'

const usdc = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
const aaveLine = {
  market: 'm1',
  kind: 'aave-v3',
  token: usdc,
  decimals: 6,
  supplied: '1000',
  borrowed: '600',
  reserveFactorBps: 1000,
  rate: {
    optimalUsageRay: '900000000000000000000000000',
    baseRay: '0',
    slope1Ray: '40000000000000000000000000',
    slope2Ray: '600000000000000000000000000',
  },
  ltvBps: 8000,
  liquidationThresholdBps: 8250,
  supplyCap: '0',
  borrowCap: '0',
}
const compoundLine = {
  market: 'm2',
  kind: 'compound-v3',
  token: usdc,
  decimals: 6,
  supplied: '1000',
  borrowed: '1200',
  supplyKinkWad: '800000000000000000',
  supplyPerSecondRateBaseWad: '0',
  supplyPerSecondRateSlopeLowWad: '1030568239',
  supplyPerSecondRateSlopeHighWad: '12683916793',
  borrowKinkWad: '800000000000000000',
  borrowPerSecondRateBaseWad: '475646879',
  borrowPerSecondRateSlopeLowWad: '1109842719',
  borrowPerSecondRateSlopeHighWad: '7927447995',
}
const morphoLine = {
  market: 'm3',
  kind: 'morpho-blue',
  token: usdc,
  decimals: 6,
  totalSupplyAssets: '1000',
  totalBorrowAssets: '900',
  feeWad: '0',
  rateAtTargetWad: '1268391679',
  lltvWad: '860000000000000000',
}

const parseOne = (line: object) =>
  parseMarkets([JSON.stringify(line)]).markets[0]

describe('parseMarkets', () => {
  test('default: reads markets and tokens, passes over pools and blank lines', () => {
    const file = parseMarkets(
      [
        `{"token":"${usdc}","symbol":"USDC","decimals":6,"priceNative":"0.00033"}`,
        '{"pool":"p1","kind":"constant-product"}',
        '',
        JSON.stringify(aaveLine),
        JSON.stringify(compoundLine),
        JSON.stringify(morphoLine),
      ].join('\n'),
    )
    expect(file.tokens).toEqual([
      {
        token: usdc.toLowerCase(),
        symbol: 'USDC',
        decimals: 6,
        priceNativeRay: (33n * ray) / 100_000n,
      },
    ])
    expect(file.markets.map(({ market, kind }) => [market, kind])).toEqual([
      ['m1', 'aave-v3'],
      ['m2', 'compound-v3'],
      ['m3', 'morpho-blue'],
    ])
    expect(file.markets[0]).toMatchObject({
      suppliedUnits: 1000n,
      borrowedUnits: 600n,
      availableUnits: 400n,
      version: '3.2',
    })
  })

  test("behavior: takes Comet's own names and grouped curves", () => {
    const expected = parseOne(compoundLine)
    const { market, kind, token, decimals, supplied, borrowed } = compoundLine
    const common = { market, kind, token, decimals, supplied, borrowed }
    expect(
      parseOne({
        ...common,
        supplyKink: '800000000000000000',
        supplyPerSecondInterestRateBase: '0',
        supplyPerSecondInterestRateSlopeLow: '1030568239',
        supplyPerSecondInterestRateSlopeHigh: '12683916793',
        borrowKink: '800000000000000000',
        borrowPerSecondInterestRateBase: '475646879',
        borrowPerSecondInterestRateSlopeLow: '1109842719',
        borrowPerSecondInterestRateSlopeHigh: '7927447995',
      }),
    ).toEqual(expected)
    expect(
      parseOne({
        ...common,
        kinkWad: '800000000000000000',
        supplyCurve: { slopeLowWad: '1030568239', slopeHighWad: '12683916793' },
        borrowCurve: {
          baseWad: '475646879',
          slopeLowWad: '1109842719',
          slopeHighWad: '7927447995',
        },
      }),
    ).toEqual(expected)
  })

  test('behavior: a Morpho market that states a curve is on that curve', () => {
    const { rateAtTargetWad: _, ...line } = morphoLine
    const market = parseOne({ ...line, rate: aaveLine.rate })
    expect(market).toMatchObject({ kind: 'two-slope', feeWad: 0n })
  })

  test('behavior: tells the two generations of Aave apart by version', () => {
    const version = (text: string) => {
      const market = parseOne({ ...aaveLine, version: text })
      return market?.kind === 'aave-v3' ? market.version : undefined
    }
    expect(['3.0.2', '3.1', '3.2.0', '3.10'].map(version)).toEqual([
      '3.0',
      '3.0',
      '3.2',
      '3.2',
    ])
  })

  test.each([
    ['not JSON', '{"market":', 'the line'],
    ['a list', '[]', 'the line'],
    ['nothing known', '{}', 'market'],
    ['unknown kind', { ...aaveLine, kind: 'bank' }, 'kind'],
    ['negative amount', { ...aaveLine, supplied: '-1' }, 'supplied'],
    ['fraction', { ...aaveLine, supplied: '1.5' }, 'supplied'],
    ['exponent', { ...aaveLine, supplied: 1e30 }, 'supplied'],
    ['overflow', { ...aaveLine, supplied: `${2n ** 128n}` }, 'supplied'],
    [
      'more borrowed than supplied',
      { ...aaveLine, borrowed: '1001' },
      'borrowed',
    ],
    ['no curve', { ...aaveLine, rate: undefined }, 'rate'],
    [
      'optimal use 0',
      { ...aaveLine, rate: { ...aaveLine.rate, optimalUsageRay: '0' } },
      'rate.optimalUsageRay',
    ],
    [
      'reserve factor',
      { ...aaveLine, reserveFactorBps: 10_001 },
      'reserveFactorBps',
    ],
    [
      'missing kink',
      { ...compoundLine, supplyKinkWad: undefined },
      'supplyKinkWad',
    ],
    ['two kinks', { ...compoundLine, supplyKink: '1' }, 'supplyKinkWad'],
    [
      'rate per year',
      { ...morphoLine, rateAtTargetWad: '40000000000000000' },
      'rateAtTargetWad',
    ],
    ['fee above 1', { ...morphoLine, feeWad: `${wad + 1n}` }, 'feeWad'],
    [
      'price of 0',
      { token: usdc, decimals: 6, priceNative: '0.0' },
      'priceNative',
    ],
    [
      'price in words',
      { token: usdc, decimals: 6, priceNative: '1e3' },
      'priceNative',
    ],
  ])('error: MarketFileError on %s', (_, line, field) => {
    const text = typeof line === 'string' ? line : JSON.stringify(line)
    try {
      parseMarkets(['', text])
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(MarketFileError)
      if (!(error instanceof MarketFileError)) throw error
      expect(error.facts).toMatchObject({ line: '2', field })
    }
  })

  test('error: nothing but MarketFileError, whatever stands in a field', () => {
    const lines = [aaveLine, compoundLine, morphoLine]
    const fields = [...new Set(lines.flatMap((line) => Object.keys(line)))]
    assert(
      property(
        constantFrom(...lines),
        constantFrom(...fields),
        oneof(string(), jsonValue(), bigInt().map(String)),
        (line, field, value) => {
          try {
            parseMarkets([JSON.stringify({ ...line, [field]: value })])
          } catch (error) {
            expect(error).toBeInstanceOf(MarketFileError)
          }
        },
      ),
      { numRuns: 1000 },
    )
    assert(
      property(oneof(string(), json()), (text) => {
        try {
          parseMarkets([text])
        } catch (error) {
          expect(error).toBeInstanceOf(MarketFileError)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('error: MarketFileError when a market comes twice', () => {
    const line = JSON.stringify(aaveLine)
    expect(() => parseMarkets([line, line])).toThrow(MarketFileError)
  })

  test('error: MarketFileError reads as an instruction', () => {
    expect(
      new MarketFileError({ line: 3, field: 'kind', problem: 'is missing' })
        .message,
    ).toMatchInlineSnapshot(`
      "Line 3 of the market file is not usable: kind is missing. Correct the line, then load the file again.

        line:    3
        field:   kind
        problem: is missing"
    `)
  })
})
