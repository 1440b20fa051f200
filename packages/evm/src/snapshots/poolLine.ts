import type { Address } from '@behest/spec'

/** A token of a pool or market file. Amounts are decimal strings. */
export type TokenLine = {
  readonly token: Address
  readonly symbol: string
  readonly decimals: number
  /** One whole token in the chain's own coin; absent where nobody prices it. */
  readonly priceNative?: string
}

/** A Uniswap V2 pair. */
export type ConstantProductLine = {
  readonly pool: Address
  readonly kind: 'constant-product'
  readonly venue: 'uniswap-v2'
  readonly tokens: readonly [Address, Address]
  /** In each token's smallest unit. */
  readonly reserves: readonly [string, string]
  readonly feePips: number
  readonly gas: number
}

/** A Uniswap V3 pool. */
export type ConcentratedLine = {
  readonly pool: Address
  readonly kind: 'concentrated'
  readonly venue: 'uniswap-v3'
  readonly tokens: readonly [Address, Address]
  readonly feePips: number
  readonly tickSpacing: number
  readonly sqrtPriceX96: string
  readonly liquidity: string
  readonly tick: number
  readonly ticks: readonly {
    readonly index: number
    readonly liquidityNet: string
  }[]
  /** Set where only the ticks around the price were read. */
  readonly window?: { readonly lowest: number; readonly highest: number }
  readonly gas: number
}

/** A pool of a pool file. */
export type PoolLine = ConstantProductLine | ConcentratedLine

/**
 * Gas that one more pool adds to a swap through SwapRouter02.
 *
 * Measured on the local chain, in pools that were traded in before: 56,000 as the
 * second hop and 70,000 beside another pool for V2, 69,000 and 74,000 for V3.
 */
export const poolGas = {
  'constant-product': 65_000,
  concentrated: 72_000,
} as const
