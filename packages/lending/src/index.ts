export { MarketFileError } from './errors/MarketFileError.js'
export { MarketLiquidityError } from './errors/MarketLiquidityError.js'
export { RateInputError } from './errors/RateInputError.js'
export type {
  AaveV3Market,
  CompoundV3Collateral,
  CompoundV3Market,
  Market,
  MarketCommon,
  MorphoBlueMarket,
  TwoSlopeMarket,
} from './market/market.js'
export {
  type MarketFile,
  type MarketToken,
  parseMarkets,
} from './market/parseMarkets.js'
export {
  percentMul,
  ray,
  rayDiv,
  rayMul,
  secondsPerYear,
  toDecimalRate,
  toRayPerYear,
  wad,
} from './math/fixedPoint.js'
export {
  type AaveV3RatesOptions,
  type AaveV3Version,
  getAaveV3Rates,
  getTwoSlopeBorrowRateRay,
  type LendingRates,
  type TwoSlopeRate,
} from './rates/getAaveV3Rates.js'
export {
  type AdaptiveCurveRate,
  adaptiveCurve,
  getAdaptiveCurveAverageRateRay,
  getAdaptiveCurveRate,
} from './rates/getAdaptiveCurveRate.js'
export {
  type CompoundV3Curve,
  type CompoundV3RatesOptions,
  getCompoundV3PerSecondRateWad,
  getCompoundV3Rates,
  getCompoundV3UtilisationWad,
} from './rates/getCompoundV3Rates.js'
export {
  getMarketRates,
  type MarketRatesOptions,
} from './rates/getMarketRates.js'
