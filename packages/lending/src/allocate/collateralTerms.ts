import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import type { Market } from '../market/market.js'
import type { MarketToken } from '../market/parseMarkets.js'
import { divideUp, max, ray, wad } from '../math/fixedPoint.js'

/** What a market makes of one collateral, in wad. */
export type CollateralTerms = {
  /** The share of its value that may be borrowed. */
  readonly ltvWad: bigint
  /** The share of its value that debt may reach before liquidation. */
  readonly thresholdWad: bigint
}

const wadPerBps = wad / 10_000n

/**
 * Gets what a market makes of a collateral.
 *
 * Aave asks the collateral's own reserve in the same pool; where the file has
 * none, and for a Comet without a list of collaterals, the figures on the
 * market's own line are taken for it.
 *
 * @returns The terms, or `undefined` where the collateral is not taken.
 */
export function getCollateralTerms(options: {
  readonly market: Market
  readonly collateralToken: string
  readonly markets: readonly Market[]
}): CollateralTerms | undefined {
  const { market, collateralToken, markets } = options
  switch (market.kind) {
    case 'aave-v3': {
      const reserve =
        markets.find(
          ({ kind, pool, token }) =>
            kind === 'aave-v3' &&
            pool === market.pool &&
            token === collateralToken,
        ) ?? market
      return toTerms(reserve.ltvBps, reserve.liquidationThresholdBps)
    }
    case 'compound-v3': {
      if (market.collaterals.length === 0)
        return toTerms(market.ltvBps, market.liquidationThresholdBps)
      const entry = market.collaterals.find(
        ({ token }) => token === collateralToken,
      )
      return entry === undefined
        ? undefined
        : toTerms(
            entry.borrowCollateralFactorBps,
            entry.liquidateCollateralFactorBps,
          )
    }
    case 'morpho-blue':
    case 'two-slope':
      if (
        market.lltvWad === 0n ||
        (market.collateralToken !== undefined &&
          market.collateralToken !== collateralToken)
      )
        return undefined
      return { ltvWad: market.lltvWad, thresholdWad: market.lltvWad }
  }
}

function toTerms(ltvBps: number, thresholdBps: number) {
  if (ltvBps === 0 || thresholdBps === 0) return undefined
  return {
    ltvWad: BigInt(ltvBps) * wadPerBps,
    thresholdWad: BigInt(thresholdBps) * wadPerBps,
  }
}

/** How a collateral and a debt are valued against each other, exactly. */
export type Exchange = {
  /** A collateral unit is worth `worth/price` of a debt unit. */
  readonly worth: bigint
  readonly price: bigint
}

/**
 * Builds the exchange between two tokens from their prices in the gas token.
 *
 * @throws {MarketChoiceError} when one of them has no price.
 */
export function buildExchange(options: {
  readonly collateralToken: string
  readonly debtToken: string
  readonly prices: readonly MarketToken[]
}): Exchange {
  const { collateralToken, debtToken, prices } = options
  if (collateralToken === debtToken) return { worth: 1n, price: 1n }
  const find = (token: string) => {
    const found = prices.find((entry) => entry.token === token)
    if (found?.priceNativeRay === undefined)
      throw new MarketChoiceError({ problem: 'no-price', detail: token })
    return { price: found.priceNativeRay, one: 10n ** BigInt(found.decimals) }
  }
  const collateral = find(collateralToken)
  const debt = find(debtToken)
  return {
    worth: collateral.price * debt.one,
    price: debt.price * collateral.one,
  }
}

/**
 * The least collateral that carries a debt at a health floor and within the
 * venue's loan-to-value rule, rounded up.
 */
export function getNeededCollateralUnits(options: {
  readonly debtUnits: bigint
  readonly terms: CollateralTerms
  readonly exchange: Exchange
  readonly floorWad: bigint
}): bigint {
  const { debtUnits, terms, exchange, floorWad } = options
  const { worth, price } = exchange
  const forHealth = divideUp(
    debtUnits * price * floorWad,
    worth * terms.thresholdWad,
  )
  const forOpening = divideUp(debtUnits * price * wad, worth * terms.ltvWad)
  return max(forHealth, forOpening)
}

/** Health of a debt on one collateral, cut. */
export function getPairHealthWad(options: {
  readonly debtUnits: bigint
  readonly collateralUnits: bigint
  readonly terms: CollateralTerms
  readonly exchange: Exchange
}): bigint {
  const { debtUnits, collateralUnits, terms, exchange } = options
  return (
    (collateralUnits * exchange.worth * terms.thresholdWad) /
    (debtUnits * exchange.price)
  )
}

/** The most debt that a collateral carries in one market, cut. */
export function getCarriedDebtUnits(options: {
  readonly collateralUnits: bigint
  readonly terms: CollateralTerms
  readonly exchange: Exchange
  readonly floorWad: bigint
}): bigint {
  const { collateralUnits, terms, exchange, floorWad } = options
  const { worth, price } = exchange
  const byHealth =
    (collateralUnits * worth * terms.thresholdWad) / (price * floorWad)
  const byOpening = (collateralUnits * worth * terms.ltvWad) / (price * wad)
  return byHealth < byOpening ? byHealth : byOpening
}

/** The share of today's collateral price at which health is 1, in ray. */
export function getLiquidationShareRay(healthWad: bigint): bigint {
  return divideUp(ray * wad, healthWad)
}
