import type { Address } from '@behest/spec'

/** A protocol that the routers trade with. */
export type SwapVenue = 'uniswap-v2' | 'uniswap-v3'

/** One pool on the way, by what names it on chain. */
export type SwapHop = {
  readonly venue: SwapVenue
  /** The pool's address, or a name where it is not known. */
  readonly pool: string
  readonly feePips: number
  readonly tokenIn: Address
  readonly tokenOut: Address
  /** What it takes and gives on unchanged state, in smallest units. */
  readonly amountInUnits: bigint
  readonly amountOutUnits: bigint
}

/** One way from the sold to the bought token, with its own part and bound. */
export type SwapLeg =
  | {
      readonly type: 'exact-in'
      readonly hops: readonly SwapHop[]
      readonly amountInUnits: bigint
      readonly expectedOutUnits: bigint
      readonly leastOutUnits: bigint
    }
  | {
      readonly type: 'exact-out'
      /** All of one venue: no router call mixes venues backwards. */
      readonly hops: readonly SwapHop[]
      readonly amountOutUnits: bigint
      /**
       * Beside other legs a V2 pair rounds what it takes up, and then pays for all
       * of it.
       */
      readonly expectedOutUnits: bigint
      readonly expectedInUnits: bigint
      readonly mostInUnits: bigint
    }
