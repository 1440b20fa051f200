import type { TokenId } from '../pools/Pool.js'
import type { Certificate } from './certificate.js'

/** One swap of a route, exact to the unit. */
export type Fill = {
  /** The pool's id. */
  readonly pool: string
  readonly tokenIn: TokenId
  readonly tokenOut: TokenId
  /** What the pool takes, in smallest units of `tokenIn`. */
  readonly amountIn: bigint
  /** What the pool pays, in smallest units of `tokenOut`. */
  readonly amountOut: bigint
}

/** One chain of pools with its own part of the input. */
export type Path = {
  readonly amountIn: bigint
  readonly hops: readonly {
    /** The pool's id. */
    readonly pool: string
    readonly tokenIn: TokenId
    readonly tokenOut: TokenId
  }[]
  /** What the path pays when those before it have been carried out. */
  readonly amountOut: bigint
}

/**
 * Paths in the order in which they are to be carried out. Empty where separate
 * paths cannot follow the fills: then only the fills carry the route.
 */
export type PathPlan = {
  readonly paths: readonly Path[]
  /** What the paths take together, in smallest units of the sold token. */
  readonly amountIn: bigint
  /** Sum over the paths, in smallest units: what the chain pays. */
  readonly amountOut: bigint
}

/** What a route is worth after the cost of its swaps. */
export type NetResult = {
  /** Gas that the fills use, beside the transaction's own. */
  readonly gas: bigint
  /** The same in wei and, at the pools' prices, in the bought token. */
  readonly gasWei: bigint
  readonly gasUnits: bigint
  /** `amountOut` less `gasUnits`. */
  readonly amountOut: bigint
  /** No route over these pools nets more than this. */
  readonly upperBound: bigint
  /** How far `amountOut` is under `upperBound`, in basis points. */
  readonly gapBps: number
}

/** What the pools would give away to trades in a circle, without any input. */
export type Arbitrage = {
  /** The most that circles alone gain, in the bought token's smallest unit. */
  readonly gainUnits: bigint
  /**
   * How far `amountOut` is under what `upperBound` leaves once that gain has
   * been taken out of the pools, in basis points; zero where it is above.
   */
  readonly gapBps: number
}

/** The best way found to sell an amount, and how good it provably is. */
export type Route = {
  readonly sell: TokenId
  readonly buy: TokenId
  readonly amountIn: bigint
  /** What carrying out `fills` in order pays, to the unit. */
  readonly amountOut: bigint
  /** No route over these pools pays more than this, gas left aside. */
  readonly upperBound: bigint
  /** How far `amountOut` is under `upperBound`, in basis points. */
  readonly gapBps: number
  /** Swaps in the order in which they can be carried out. */
  readonly fills: readonly Fill[]
  /** The same as separate paths, for routers that know no merging. */
  readonly executable: PathPlan
  /**
   * Set where prices between the pools are out of line by more than their fees:
   * `upperBound` then counts gains that a swap cannot take.
   */
  readonly arbitrage?: Arbitrage
  /** Set when a gas price was given and could be converted. */
  readonly net?: NetResult
  readonly certificate: Certificate
  /** How many pools were weighed. */
  readonly poolCount: number
  /** What the caller should know, one sentence each. */
  readonly notes: readonly string[]
  /** `'time'` when the time ran out before the bound was reached. */
  readonly ended: 'bound' | 'time'
  /** Set when a clock was given. */
  readonly milliseconds?: number
}
