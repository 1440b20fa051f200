export {
  type AllocateBorrowOptions,
  allocateBorrow,
  type BorrowAllocation,
  type BorrowShare,
} from './allocate/allocateBorrow.js'
export {
  type AllocateSupplyOptions,
  allocateSupply,
  type SupplyAllocation,
  type SupplyShare,
} from './allocate/allocateSupply.js'
export type { UnitsByMarket } from './allocate/chooseMarkets.js'
export {
  findRefinance,
  type RefinanceChoice,
} from './allocate/findRefinance.js'
export {
  getRefinance,
  type Refinance,
  type RefinanceOptions,
} from './allocate/getRefinance.js'
export { HealthFloorError } from './errors/HealthFloorError.js'
export { HealthUnreachableError } from './errors/HealthUnreachableError.js'
export { LendingAmountError } from './errors/LendingAmountError.js'
export { MarketCapacityError } from './errors/MarketCapacityError.js'
export { MarketChoiceError } from './errors/MarketChoiceError.js'
export { MarketFileError } from './errors/MarketFileError.js'
export { MarketLiquidityError } from './errors/MarketLiquidityError.js'
export { PositionAmountError } from './errors/PositionAmountError.js'
export { RateInputError } from './errors/RateInputError.js'
export { applyChange, applyPriceDrop } from './health/applyChange.js'
export {
  assertHealthFloor,
  type HealthVerdict,
  healthWarningWad,
  parseHealthWad,
  toDecimalHealth,
} from './health/assertHealthFloor.js'
export {
  getHealth,
  type Health,
  noDebtHealthWad,
} from './health/getHealth.js'
export { getMorphoHealthWad } from './health/getMorphoHealthWad.js'
export {
  getAddedCollateralUnits,
  getLiquidationPrices,
  getMaxBorrowUnits,
  getMaxWithdrawUnits,
  getRepayUnits,
  type LiquidationPrice,
} from './health/limits.js'
export type {
  HealthCollateral,
  HealthDebt,
  HealthPosition,
  PositionChange,
} from './health/position.js'
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
export { getTwoSlopePerSecondRateWad } from './rates/getTwoSlopeRate.js'
