import { type HealthChange, toDecimal } from '@behest/spec'

/** One price at which a position can be liquidated, as `HealthChange` has it. */
export type LiquidationPrice = NonNullable<
  HealthChange['liquidationPrices']
>[number]

/** One token of a position that has one health factor for all its tokens. */
export type PositionAsset = {
  readonly symbol: string
  readonly decimals: number
  /** US dollars for one whole token, times 1e8. */
  readonly priceUsdE8: bigint
  /** What counts as collateral, in the token's smallest unit. */
  readonly collateralUnits: bigint
  readonly debtUnits: bigint
  readonly liquidationThresholdBps: number
}

const wholeBps = 10_000n
const wad = 10n ** 18n
const scale = 10n ** 36n

/**
 * Finds, for each collateral, the price under which the position can be
 * liquidated while all other prices stand still.
 *
 * A debt in the same token moves with the price.
 *
 * @returns One entry a collateral, today's price where it is liquidatable now;
 *   none for a collateral whose price alone cannot do it, and none without debt.
 */
export function toLiquidationPrices(
  assets: readonly PositionAsset[],
): readonly LiquidationPrice[] {
  const parts = assets.map((asset) => {
    const { collateralUnits, debtUnits, liquidationThresholdBps } = asset
    // What one unit of price is worth on either side, for one whole dollar.
    const toScaled = (units: bigint) =>
      (units * scale) / 10n ** BigInt(asset.decimals)
    return {
      asset,
      securedPerPrice:
        (toScaled(collateralUnits) * BigInt(liquidationThresholdBps)) /
        wholeBps,
      owedPerPrice: toScaled(debtUnits),
    }
  })
  if (parts.every(({ owedPerPrice }) => owedPerPrice === 0n)) return []
  const surplus = parts.reduce(
    (sum, { asset, securedPerPrice, owedPerPrice }) =>
      sum + (securedPerPrice - owedPerPrice) * asset.priceUsdE8,
    0n,
  )
  return parts.flatMap(({ asset, securedPerPrice, owedPerPrice }) => {
    if (securedPerPrice === 0n || asset.priceUsdE8 === 0n) return []
    const today = asset.priceUsdE8
    const perPrice = securedPerPrice - owedPerPrice
    if (surplus < 0n) return [toEntry(asset.symbol, today)]
    // As the price falls the surplus falls with it, if there is more secured
    // than owed in this very token.
    if (perPrice <= 0n) return []
    const priceUsdE8 = today - surplus / perPrice
    return priceUsdE8 <= 0n ? [] : [toEntry(asset.symbol, priceUsdE8)]
  })
}

/**
 * Finds the price of the collateral at which a Morpho loan can be liquidated
 * while the loan token's price stands still.
 *
 * @param options.loanPriceUsdE8 - Dollars for one whole loan token, times 1e8.
 * @returns One entry; none without debt, collateral or a price.
 */
export function toMorphoLiquidationPrices(options: {
  readonly collateralUnits: bigint
  readonly borrowedUnits: bigint
  readonly lltv: bigint
  readonly collateral: { readonly symbol: string; readonly decimals: number }
  readonly loanDecimals: number
  readonly loanPriceUsdE8: bigint
}): readonly LiquidationPrice[] {
  const { collateralUnits, borrowedUnits, lltv, collateral } = options
  if (
    collateralUnits === 0n ||
    borrowedUnits === 0n ||
    lltv === 0n ||
    options.loanPriceUsdE8 === 0n
  )
    return []
  const priceUsdE8 =
    (borrowedUnits *
      options.loanPriceUsdE8 *
      wad *
      10n ** BigInt(collateral.decimals)) /
    (collateralUnits * lltv * 10n ** BigInt(options.loanDecimals))
  return priceUsdE8 === 0n ? [] : [toEntry(collateral.symbol, priceUsdE8)]
}

function toEntry(symbol: string, priceUsdE8: bigint): LiquidationPrice {
  return { symbol, priceUsd: toDecimal(priceUsdE8, 8) }
}
