import type { AaveV3Version, TwoSlopeRate } from '../rates/getAaveV3Rates.js'
import type { CompoundV3Curve } from '../rates/getCompoundV3Rates.js'

/** What every lending market has. Amounts are in `token`'s smallest unit. */
export type MarketCommon = {
  /** The name of the market, unique in its file. */
  readonly market: string
  /** The token that is lent and borrowed here: a lower-case address. */
  readonly token: string
  readonly decimals: number
  readonly symbol?: string
  /** Markets with one `pool` share their collateral and their health. */
  readonly pool?: string
  readonly suppliedUnits: bigint
  readonly borrowedUnits: bigint
  /** What can be borrowed or withdrawn now. */
  readonly availableUnits: bigint
  /** The most that may be supplied in all; 0 for no limit. */
  readonly supplyCapUnits: bigint
  /** The most that may be borrowed in all; 0 for no limit. */
  readonly borrowCapUnits: bigint
  /** The least that one account may owe; 0 for no limit. */
  readonly minBorrowUnits: bigint
  /** What the token opens, and when it is liquidated, in 1/10000; 0 when unknown. */
  readonly ltvBps: number
  readonly liquidationThresholdBps: number
}

/** A reserve of Aave V3, or of a fork with its rate strategy. */
export type AaveV3Market = MarketCommon & {
  readonly kind: 'aave-v3'
  readonly version: AaveV3Version
  readonly reserveFactorBps: number
  readonly rate: TwoSlopeRate
}

/** What a Comet takes as collateral, factors in 1/10000. */
export type CompoundV3Collateral = {
  readonly token: string
  readonly borrowCollateralFactorBps: number
  readonly liquidateCollateralFactorBps: number
}

/** The base token of one Compound V3 Comet. */
export type CompoundV3Market = MarketCommon & {
  readonly kind: 'compound-v3'
  readonly supplyCurve: CompoundV3Curve
  readonly borrowCurve: CompoundV3Curve
  readonly collaterals: readonly CompoundV3Collateral[]
}

/** A Morpho Blue market on the adaptive curve. */
export type MorphoBlueMarket = MarketCommon & {
  readonly kind: 'morpho-blue'
  /** The one collateral, where known: a lower-case address. */
  readonly collateralToken?: string
  readonly feeWad: bigint
  /** Per second, in wad; 0 before the market's first use. */
  readonly rateAtTargetWad: bigint
  readonly lltvWad: bigint
}

/** A Morpho Blue market, or the like, on a fixed curve of two lines. */
export type TwoSlopeMarket = MarketCommon & {
  readonly kind: 'two-slope'
  readonly collateralToken?: string
  readonly feeWad: bigint
  readonly rate: TwoSlopeRate
  readonly lltvWad: bigint
}

/** One place to lend a token, or to borrow it. */
export type Market =
  | AaveV3Market
  | CompoundV3Market
  | MorphoBlueMarket
  | TwoSlopeMarket
