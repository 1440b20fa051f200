import type { Pool } from './Pool.js'

/** What one swap in one pool moves. */
export type Swap = {
  /** What the pool takes, fee included, in smallest units. */
  readonly amountIn: bigint
  /** What the pool pays, in smallest units. */
  readonly amountOut: bigint
  /** The pool's state after the swap. */
  readonly poolAfter: Pool
}
