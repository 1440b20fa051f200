import type { Address, Hex } from '@behest/spec'

/** A rate curve of two lines, in ray per year, as decimal strings. */
export type TwoSlopeLine = {
  readonly optimalUsageRay: string
  readonly baseRay: string
  readonly slope1Ray: string
  readonly slope2Ray: string
}

/** A reserve of Aave V3. `market` is the underlying token's address. */
export type AaveMarketLine = {
  readonly market: Address
  readonly kind: 'aave-v3'
  readonly venue: 'aave'
  /** The Aave pool: its reserves share collateral and health. */
  readonly pool: Address
  readonly version: '3.0' | '3.2'
  readonly token: Address
  readonly symbol: string
  readonly decimals: number
  readonly supplied: string
  readonly borrowed: string
  /** What can be borrowed or withdrawn now. */
  readonly available: string
  readonly reserveFactorBps: number
  readonly rate: TwoSlopeLine
  readonly ltvBps: number
  readonly liquidationThresholdBps: number
  /** In the token's smallest unit; 0 for no limit. */
  readonly supplyCap: string
  readonly borrowCap: string
}

/** A market of Morpho Blue. `market` is its id. */
export type MorphoMarketLine = {
  readonly market: Hex
  readonly kind: 'morpho-blue'
  readonly venue: 'morpho'
  readonly token: Address
  readonly symbol: string
  readonly decimals: number
  readonly collateralToken: Address
  /** With the interest up to the block. */
  readonly totalSupplyAssets: string
  readonly totalBorrowAssets: string
  readonly feeWad: string
  readonly lltvWad: string
  /** On the adaptive curve. */
  readonly rateAtTargetWad?: string
  /** On a fixed curve. */
  readonly rate?: TwoSlopeLine
}

/** A market of a market file. */
export type MarketLine = AaveMarketLine | MorphoMarketLine
