import type { Pool, TokenId } from '../pools/Pool.js'
import type { Rates } from '../solve/getRates.js'
import type { CliquePool } from './CliquePool.js'

/**
 * A pool set compiled for the solver: flat arrays of float64, in smallest
 * units, built once per pool set.
 *
 * Every two-token pool has two sides. Side `2 * pool` sells its token0, side
 * `2 * pool + 1` its token1. A side is a row of segments of constant liquidity
 * in the logarithm of the square-root price, so a constant-product pair is
 * simply one segment without an end.
 */
export type Market = {
  readonly pools: readonly Pool[]
  readonly tokenIds: readonly TokenId[]
  readonly tokenIndex: ReadonlyMap<TokenId, number>
  /** Token sold and token bought, by side. */
  readonly sideIn: Int32Array
  readonly sideOut: Int32Array
  /** Half the log of the price surplus of a side at the base prices. */
  readonly sideOffset: Float64Array
  /** First segment of each side, and one past its last. */
  readonly sideSegment: Int32Array
  readonly sideSegmentEnd: Int32Array
  /** Where a segment starts, as distance from the current log price. */
  readonly segmentStart: Float64Array
  /** Input and output scale of a segment: reserves of the virtual pair. */
  readonly segmentIn: Float64Array
  readonly segmentOut: Float64Array
  /** Input (before the fee is added) and output of all segments before. */
  readonly priorIn: Float64Array
  readonly priorOut: Float64Array
  /** What a side takes for one unit that reaches the pool: `1 / (1 - fee)`. */
  readonly sideScale: Float64Array
  /** Gas units of a swap, by pool. */
  readonly poolGas: Float64Array
  /** Pools with more than two tokens or another invariant. */
  readonly cliques: readonly (CliquePool | undefined)[]
  /** Positions of the stable pools. */
  readonly stablePools: readonly number[]
  /** Tokens of each pool: `poolToken[poolStart[i] … poolStart[i + 1]]`. */
  readonly poolStart: Int32Array
  readonly poolToken: Int32Array
  /** Pools of each token: `tokenPool[tokenStart[k] … tokenStart[k + 1]]`. */
  readonly tokenStart: Int32Array
  readonly tokenPool: Int32Array
  /** Natural log of each token's base price, in its component's root token. */
  readonly basePrice: Float64Array
  /** Which tokens can reach each other: equal numbers. */
  readonly component: Int32Array
  /** Tokens that hang on one pool, in the order of removal, and that pool. */
  readonly peeled: Int32Array
  readonly peeledPool: Int32Array
  /** Pools that are left after the removal, and the same as a flag. */
  readonly corePools: Int32Array
  /** For each token: position in `peeled`, or -1 when it stays. */
  readonly peelPosition: Int32Array
  /** Elimination order for the sparse factorisation, built when first used. */
  elimination: Int32Array | undefined
  /** Zero-size rates into a token, built when first used. */
  readonly rates: Map<number, Rates>
  /** Names the pool set; built when first used. */
  hash: string | undefined
}
