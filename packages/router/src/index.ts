export { AmountBeyondLiquidityError } from './errors/AmountBeyondLiquidityError.js'
export { AmountTooSmallError } from './errors/AmountTooSmallError.js'
export { DuplicatePoolError } from './errors/DuplicatePoolError.js'
export { InvalidAmountError } from './errors/InvalidAmountError.js'
export { InvalidPoolError } from './errors/InvalidPoolError.js'
export { LyingTickListError } from './errors/LyingTickListError.js'
export { NoRouteError } from './errors/NoRouteError.js'
export { RouteTimeError } from './errors/RouteTimeError.js'
export { SameTokenError } from './errors/SameTokenError.js'
export { UnknownTokenError } from './errors/UnknownTokenError.js'
export { getSqrtPriceAtTick, getTickAtSqrtPrice } from './math/tickMath.js'
export { assertTicksMatchState } from './parse/assertTicksMatchState.js'
export { type PoolSet, parsePools } from './parse/parsePools.js'
export type {
  ConcentratedPool,
  ConstantProductPool,
  Pool,
  StablePool,
  Tick,
  Token,
  TokenId,
  WeightedPool,
} from './pools/Pool.js'
export { quoteExactIn, quoteExactOut } from './pools/quote.js'
export type { Swap } from './pools/Swap.js'
export {
  type ConcentratedSwap,
  swapConcentrated,
} from './pools/swapConcentrated.js'
export {
  type Certificate,
  type CertificateCheck,
  verifyCertificate,
} from './route/certificate.js'
export { decomposeIntoPaths } from './route/decomposeIntoPaths.js'
export { type FindRouteOptions, findRoute } from './route/findRoute.js'
export {
  type ExactOutRoute,
  type FindRouteExactOutOptions,
  findRouteExactOut,
} from './route/findRouteExactOut.js'
export type {
  Arbitrage,
  Fill,
  NetResult,
  Path,
  PathPlan,
  Route,
} from './route/Route.js'
