/** Names a token: an address or any other text, compared letter by letter. */
export type TokenId = string

/** What every pool carries. */
type PoolBase = {
  /** Names the pool: its address, its V4 pool id, or any unique text. */
  readonly id: string
  /** Fee on what goes in, in millionths (3000 = 0.3 %). */
  readonly feePips: number
  /** What one swap in this pool adds to a transaction, in gas units. */
  readonly gas: number
}

/** A constant-product pair with the integer rounding of Uniswap V2. */
export type ConstantProductPool = PoolBase & {
  readonly kind: 'constant-product'
  readonly tokens: readonly [TokenId, TokenId]
  /** What the pool holds of each token, in smallest units. */
  readonly reserves: readonly [bigint, bigint]
}

/** One initialised tick: what the active liquidity gains when price rises. */
export type Tick = {
  readonly index: number
  readonly liquidityNet: bigint
}

/** A concentrated-liquidity pool: Uniswap V3, or V4 without swap hooks. */
export type ConcentratedPool = PoolBase & {
  readonly kind: 'concentrated'
  /** In the protocol's order: token0 is the one with the lower address. */
  readonly tokens: readonly [TokenId, TokenId]
  readonly tickSpacing: number
  /** Square root of token1 per token0, as a Q64.96 number. */
  readonly sqrtPriceX96: bigint
  /** Liquidity that is active at the current price. */
  readonly liquidity: bigint
  readonly tick: number
  /** Initialised ticks, ascending, each index once. */
  readonly ticks: readonly Tick[]
  /**
   * Set when only a part of the ticks was read. Prices outside it count as
   * having no liquidity, so a swap stops at its edge.
   */
  readonly window?: { readonly lowest: number; readonly highest: number }
}

/** A weighted pool with the fixed-point rounding of Balancer V2. */
export type WeightedPool = PoolBase & {
  readonly kind: 'weighted'
  readonly tokens: readonly TokenId[]
  /** What the pool holds of each token, in smallest units. */
  readonly balances: readonly bigint[]
  /** Share of each token, scaled by 1e18; they add up to 1e18. */
  readonly weights: readonly bigint[]
  /** What lifts each token to 18 decimals: `10 ** (18 - decimals)`. */
  readonly scales: readonly bigint[]
}

/** A stable pool with the integer rounding of Curve's StableSwap-NG. */
export type StablePool = PoolBase & {
  readonly kind: 'stable'
  readonly tokens: readonly TokenId[]
  /** What the pool holds of each token, in smallest units. */
  readonly balances: readonly bigint[]
  /** The amplification as the pool's `A()` returns it. */
  readonly amplification: bigint
  /** Rate of each token scaled by 1e18: `10 ** (36 - decimals)` if pegged. */
  readonly rates: readonly bigint[]
}

/** Any pool that the router can route through. */
export type Pool =
  | ConstantProductPool
  | ConcentratedPool
  | WeightedPool
  | StablePool

/** A token as the router knows it. */
export type Token = {
  readonly id: TokenId
  readonly symbol: string
  readonly decimals: number
  /** Gas coins that one whole token is worth, as a decimal, where known. */
  readonly decimalPriceNative?: string
}
