import { max, ray, wad } from '../math/fixedPoint.js'
import type { AaveV3Version, TwoSlopeRate } from '../rates/getAaveV3Rates.js'
import { adaptiveCurve } from '../rates/getAdaptiveCurveRate.js'
import type { CompoundV3Curve } from '../rates/getCompoundV3Rates.js'
import { type LineReader, readLine } from './lineReader.js'
import type { CompoundV3Collateral, Market, MarketCommon } from './market.js'

/** A token of a market file, with its price where the file knows one. */
export type MarketToken = {
  /** A lower-case address. */
  readonly token: string
  readonly symbol?: string
  readonly decimals: number
  /** The price of one whole token in the gas token, in ray. */
  readonly priceNativeRay?: bigint
}

/** What a market file holds. */
export type MarketFile = {
  readonly markets: readonly Market[]
  readonly tokens: readonly MarketToken[]
}

/**
 * Parses the lines of a market file: one JSON object a line, integers as
 * strings in the smallest unit.
 *
 * Lines of pools and blank lines are passed over, so one file may serve both
 * the router and lending.
 *
 * @param lines - The text of the file, or its lines.
 * @returns Markets and tokens, in the order of the file.
 * @throws {MarketFileError} when a line is not JSON, a field is missing or out
 *   of its protocol's range, or a market or a token comes twice.
 */
export function parseMarkets(lines: string | Iterable<string>): MarketFile {
  const markets = new Map<string, Market>()
  const tokens = new Map<string, MarketToken>()
  let number = 0
  for (const text of typeof lines === 'string' ? lines.split('\n') : lines) {
    number += 1
    const line = readLine(text, number)
    if (line === undefined) continue
    if (line.has('market')) {
      const market = parseMarket(line)
      if (markets.has(market.market)) throw line.error('market', 'comes twice')
      markets.set(market.market, market)
    } else if (line.has('token')) {
      const token = parseToken(line)
      if (tokens.has(token.token)) throw line.error('token', 'comes twice')
      tokens.set(token.token, token)
    } else if (!line.has('pool'))
      throw line.error('market', 'is missing, and so are token and pool')
  }
  return { markets: [...markets.values()], tokens: [...tokens.values()] }
}

function parseToken(line: LineReader): MarketToken {
  const symbol = line.optionalText('symbol')
  const price = line.optionalText('priceNative')
  return {
    token: line.token('token'),
    decimals: line.integer('decimals', { max: 36n, asNumber: true }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(price === undefined
      ? {}
      : { priceNativeRay: parsePriceRay(line, price) }),
  }
}

function parsePriceRay(line: LineReader, text: string): bigint {
  const match = /^(\d{1,30})(?:\.(\d{1,60}))?$/.exec(text)
  if (match === null)
    throw line.error('priceNative', `is not a plain decimal: "${text}"`)
  const fraction = (match[2] ?? '').slice(0, 27).padEnd(27, '0')
  const price = BigInt(match[1] ?? '0') * ray + BigInt(fraction)
  if (price === 0n) throw line.error('priceNative', 'is 0')
  return price
}

function parseMarket(line: LineReader): Market {
  const kind = line.text('kind')
  switch (kind) {
    case 'aave-v3':
      return parseAaveV3(line)
    case 'compound-v3':
      return parseCompoundV3(line)
    case 'morpho-blue':
      // A Morpho market on a fixed curve states the curve itself.
      return line.has('rate') && !line.has('rateAtTargetWad')
        ? parseTwoSlope(line)
        : parseMorphoBlue(line)
    case 'two-slope':
      return parseTwoSlope(line)
    default:
      throw line.error(
        'kind',
        `"${kind}" is unknown; aave-v3, compound-v3, morpho-blue and two-slope are known`,
      )
  }
}

function parseCommon(line: LineReader, isOverdrawable: boolean): MarketCommon {
  const suppliedUnits = line.amount('supplied', 'totalSupplyAssets')
  const borrowedUnits = line.amount('borrowed', 'totalBorrowAssets')
  const given = line.optionalAmount(
    'available',
    'availableUnits',
    'availableLiquidity',
    'virtualBalance',
  )
  if (given === undefined && !isOverdrawable && borrowedUnits > suppliedUnits)
    throw line.error('borrowed', `(${borrowedUnits}) is more than is supplied`)
  const symbol = line.optionalText('symbol')
  const pool = line.optionalText('pool')
  return {
    market: line.text('market'),
    token: line.token('token'),
    decimals: line.integer('decimals', { max: 36n, asNumber: true }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(pool === undefined ? {} : { pool }),
    suppliedUnits,
    borrowedUnits,
    availableUnits: given ?? max(0n, suppliedUnits - borrowedUnits),
    supplyCapUnits: line.optionalCap('supplyCap'),
    borrowCapUnits: line.optionalCap('borrowCap'),
    minBorrowUnits: line.optionalCap('minBorrow', 'baseBorrowMin'),
    ltvBps: line.optionalBps('ltvBps') ?? 0,
    liquidationThresholdBps: line.optionalBps('liquidationThresholdBps') ?? 0,
  }
}

function parseAaveV3(line: LineReader): Market {
  return {
    ...parseCommon(line, false),
    kind: 'aave-v3',
    version: parseVersion(line),
    reserveFactorBps: line.integer('reserveFactorBps', {
      max: 10_000n,
      asNumber: true,
    }),
    rate: parseTwoSlopeRate(line),
  }
}

function parseVersion(line: LineReader): AaveV3Version {
  const text = line.optionalText('version')
  if (text === undefined) return '3.2'
  if (!/^3\.\d+(\.\d+)*$/.test(text))
    throw line.error('version', `"${text}" is not a version of Aave V3`)
  return /^3\.[01](\.|$)/.test(text) ? '3.0' : '3.2'
}

function parseTwoSlopeRate(line: LineReader): TwoSlopeRate {
  const rate = line.object('rate')
  const optimalUsageRay = rate.integer('optimalUsageRay', { max: ray })
  if (optimalUsageRay === 0n) throw rate.error('optimalUsageRay', 'is 0')
  // Aave refuses curves above 1000 % a year; ten times that is still a number.
  const limit = { max: 1000n * ray }
  return {
    optimalUsageRay,
    baseRay: rate.integer('baseRay', limit),
    slope1Ray: rate.integer('slope1Ray', limit),
    slope2Ray: rate.integer('slope2Ray', limit),
  }
}

function parseCompoundV3(line: LineReader): Market {
  return {
    ...parseCommon(line, true),
    kind: 'compound-v3',
    supplyCurve: parseCompoundV3Curve(line, 'supply'),
    borrowCurve: parseCompoundV3Curve(line, 'borrow'),
    collaterals: line
      .optionalList('collaterals')
      .map((entry) => parseCompoundV3Collateral(entry)),
  }
}

function parseCompoundV3Curve(
  line: LineReader,
  side: 'supply' | 'borrow',
): CompoundV3Curve {
  const read = (part: string, spoken: string) =>
    line.curveFigure(side, part, `${side}${spoken}Wad`)
  return {
    kinkWad: read('kink', 'Kink'),
    perSecondBaseWad: read('base', 'PerSecondRateBase'),
    perSecondSlopeLowWad: read('slopelow', 'PerSecondRateSlopeLow'),
    perSecondSlopeHighWad: read('slopehigh', 'PerSecondRateSlopeHigh'),
  }
}

function parseCompoundV3Collateral(line: LineReader): CompoundV3Collateral {
  const factor = (name: string) => {
    const bps = line.optionalBps(`${name}Bps`)
    if (bps !== undefined) return bps
    const given = line.has(`${name}Wad`) ? `${name}Wad` : name
    // Rounded down: a factor that is too small never opens too much.
    return Number((line.integer(given, { max: wad }) * 10_000n) / wad)
  }
  return {
    token: line.token('token'),
    borrowCollateralFactorBps: factor('borrowCollateralFactor'),
    liquidateCollateralFactorBps: factor('liquidateCollateralFactor'),
  }
}

function parseMorphoBlue(line: LineReader): Market {
  const rateAtTargetWad = line.integer('rateAtTargetWad')
  if (rateAtTargetWad > adaptiveCurve.maxRateAtTargetWad)
    throw line.error(
      'rateAtTargetWad',
      `(${rateAtTargetWad}) is above the protocol's ceiling of ${adaptiveCurve.maxRateAtTargetWad} per second; it is a rate per second, not per year`,
    )
  return { ...parseMorphoCommon(line), kind: 'morpho-blue', rateAtTargetWad }
}

function parseTwoSlope(line: LineReader): Market {
  return {
    ...parseMorphoCommon(line),
    kind: 'two-slope',
    rate: parseTwoSlopeRate(line),
  }
}

function parseMorphoCommon(line: LineReader) {
  const collateralToken = line.optionalToken('collateralToken', 'collateral')
  return {
    ...parseCommon(line, false),
    ...(collateralToken === undefined ? {} : { collateralToken }),
    feeWad: line.has('feeWad')
      ? line.integer('feeWad', { max: wad })
      : BigInt(line.optionalBps('reserveFactorBps') ?? 0) * (wad / 10_000n),
    lltvWad: line.has('lltvWad') ? line.integer('lltvWad', { max: wad }) : 0n,
  }
}
