import type { MorphoMarketState } from '@behest/evm'
import type { Market } from '@behest/lending'
import {
  getMorphoHealthWad,
  noDebtHealthWad,
  toDecimalHealth,
} from '@behest/lending'
import type { AgentDecline, AgentQuote } from '@behest/sdk'
import { type HealthChange, isSameAddress, type Token } from '@behest/spec'
import { roundingUnits, subtract } from '../request/interest.js'
import { decline, type LendRequest, toErc20 } from '../request/LendRequest.js'

const wad = 10n ** 18n
const priceScale = 10n ** 36n

/** The part of a position that a health factor comes from. */
export type MorphoLoan = {
  readonly collateralUnits: bigint
  readonly borrowedUnits: bigint
}

/**
 * Lists the markets that lend out exactly a token.
 *
 * @param pool - A market's id, where the user names one.
 * @returns At least one, or why there is none.
 */
export function findMarketsOf(
  request: LendRequest,
  token: Token,
  pool: string | undefined,
): readonly [MorphoMarketState, ...MorphoMarketState[]] | AgentDecline {
  const { markets } = request.snapshot.morpho
  const address = toErc20(request, token)
  const [first, ...others] = markets.filter(
    ({ id, loanToken }) =>
      isSameAddress(loanToken, address) &&
      (pool === undefined || isSameAddress(id, pool.trim())),
  )
  if (first !== undefined) return [first, ...others]
  if (pool !== undefined && markets.length > 0)
    return decline(
      'POOL_UNKNOWN',
      `Morpho has no market "${pool.slice(0, 80)}" for ${token.symbol} here. Name a market by its id, or none.`,
    )
  return decline(
    'TOKEN_NOT_LISTED',
    markets.length === 0
      ? 'No Morpho market is listed for this chain. Use another venue.'
      : `No Morpho market lends ${token.symbol} (${address}) here. ${markets.map(sayMarket).join(' ')}`,
  )
}

/** The rate curve of a market; absent where it is not known. */
export function findCurve(
  request: LendRequest,
  market: MorphoMarketState,
): Market | undefined {
  return request.markets.find(({ market: id }) => isSameAddress(id, market.id))
}

/** Computes the health of a loan at a market. */
export function getLoanHealth(
  market: MorphoMarketState,
  loan: MorphoLoan,
): bigint {
  return getMorphoHealthWad({
    collateralUnits: loan.collateralUnits,
    borrowUnits: loan.borrowedUnits,
    oraclePrice: market.price,
    lltvWad: market.lltv,
  })
}

/** Finds the most that collateral secures at a health factor, rounded down. */
export function getMostBorrowedUnits(
  market: MorphoMarketState,
  collateralUnits: bigint,
  floorWad: bigint,
): bigint {
  const value = (collateralUnits * market.price) / priceScale
  return (((value * market.lltv) / wad) * wad) / floorWad
}

/** Computes health before and after, as quotes carry it. */
export function toMorphoHealth(
  market: MorphoMarketState,
  before: MorphoLoan,
  after: MorphoLoan,
): readonly HealthChange[] {
  const from = toDecimalHealth(getLoanHealth(market, before))
  const to = toDecimalHealth(getLoanHealth(market, after))
  if (from === undefined && to === undefined) return []
  return [
    {
      venue: 'morpho',
      market: market.id,
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
    },
  ]
}

/** The account's loan at a market as it stands. */
export function toLoan({ account }: MorphoMarketState): MorphoLoan {
  const { collateralUnits, borrowedUnits } = account
  return { collateralUnits, borrowedUnits }
}

/** Tells whether a loan is further from the floor than the rule allows. */
export function isTooWeak(
  request: LendRequest,
  market: MorphoMarketState,
  loan: MorphoLoan,
): boolean {
  const healthWad = getLoanHealth(market, loan)
  return healthWad !== noDebtHealthWad && healthWad < request.floorWad
}

type Position = NonNullable<AgentQuote['positions']>[number]

/** Builds the promise of one change of a position. */
export function toPosition(options: {
  readonly request: LendRequest
  readonly market: MorphoMarketState
  readonly kind: Position['kind']
  readonly direction: Position['direction']
  readonly units: bigint
  /** As much as it may come to; `units` if absent. */
  readonly mostUnits?: bigint
}): Position {
  const { request, market, kind, direction, units } = options
  // Collateral is kept in units; what is lent and owed, in shares that round.
  const rounding = kind === 'collateral' ? 0n : roundingUnits
  return {
    venue: 'morpho',
    market: market.id,
    kind,
    token:
      kind === 'collateral'
        ? toCollateralToken(request, market)
        : toLoanToken(request, market),
    direction,
    atLeastUnits: subtract(units, rounding),
    atMostUnits: (options.mostUnits ?? units) + rounding,
  }
}

/** The token that a market lends out. */
export function toLoanToken(
  request: LendRequest,
  market: MorphoMarketState,
): Token {
  return {
    chainId: request.chain.deployment.chainId,
    address: market.loanToken,
    symbol: market.loanSymbol,
    decimals: market.loanDecimals,
  }
}

/** The token that secures a market's loans. */
export function toCollateralToken(
  request: LendRequest,
  market: MorphoMarketState,
): Token {
  return {
    chainId: request.chain.deployment.chainId,
    address: market.collateralToken,
    symbol: market.collateralSymbol,
    decimals: market.collateralDecimals,
  }
}

/** What lies in a market and can be taken out. */
export function getAvailableUnits(market: MorphoMarketState): bigint {
  return subtract(market.totalSupplyAssets, market.totalBorrowAssets)
}

/** Says what a market lends against what. */
export function sayMarket(market: MorphoMarketState): string {
  return `It lends ${market.loanSymbol} against ${market.collateralSymbol}.`
}
