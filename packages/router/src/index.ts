export { AmountBeyondLiquidityError } from './errors/AmountBeyondLiquidityError.js'
export { DuplicatePoolError } from './errors/DuplicatePoolError.js'
export { InvalidAmountError } from './errors/InvalidAmountError.js'
export { InvalidPoolError } from './errors/InvalidPoolError.js'
export { LyingTickListError } from './errors/LyingTickListError.js'
export { UnknownTokenError } from './errors/UnknownTokenError.js'
export { getMarket } from './market/getMarket.js'
export {
  getSqrtPriceAtTick,
  getTickAtSqrtPrice,
} from './math/tickMath.js'
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
export { collectFlows, orderFlows } from './route/collectFlows.js'
export { executeFlows } from './route/executeFlows.js'
export { selectPools, solveRequest } from './route/solveRequest.js'
