import { type Pool, quoteExactIn, quoteExactOut } from '@behest/router'
import type { Address } from '@behest/spec'
import type { SwapHop } from '../calls/SwapLeg.js'
import type { SwapPart } from '../trade/boundLegs.js'
import { toVenue } from './createPoolReader.js'

/** A chain of pools, by their ids. */
export type PoolPath = {
  readonly hops: readonly {
    readonly pool: string
    readonly tokenIn: string
    readonly tokenOut: string
  }[]
}

/**
 * Walks paths one after the other, each with an input of its own, in the
 * protocols' own integers: a pool that two paths use has moved for the second.
 *
 * @param options.amounts - Inputs of the paths, in smallest units.
 */
export function walkExactIn(options: {
  readonly pools: readonly Pool[]
  readonly paths: readonly PoolPath[]
  readonly amounts: readonly bigint[]
}): readonly SwapPart[] {
  const states = toStates(options.pools)
  return options.paths.map(({ hops }, index) => {
    const amountInUnits = options.amounts[index] ?? 0n
    let units = amountInUnits
    const walked = hops.flatMap((hop) => {
      const pool = states.get(hop.pool)
      if (pool === undefined) return []
      const swap = quoteExactIn(pool, { ...hop, amountIn: units })
      states.set(hop.pool, swap.poolAfter)
      units = swap.amountOut
      return [toHop(pool, hop, swap)]
    })
    return {
      hops: walked,
      amountInUnits,
      amountOutUnits: units,
      paidUnits: units,
    }
  })
}

/**
 * Walks paths one after the other, each from its own output backwards to what it
 * takes, and then forwards: among several paths V2 pairs pay for all of what they
 * take, also for what rounding up added. V3 pools pay what is asked and no more,
 * and so does the router that carries out a path through V2 alone.
 *
 * @param options.paths - Each of one venue.
 * @param options.amounts - Outputs of the paths, in smallest units.
 * @throws {AmountBeyondLiquidityError} when a pool cannot pay its part.
 */
export function walkExactOut(options: {
  readonly pools: readonly Pool[]
  readonly paths: readonly PoolPath[]
  readonly amounts: readonly bigint[]
}): readonly SwapPart[] {
  const states = toStates(options.pools)
  const isAlone = options.paths.length === 1
  return options.paths.map(({ hops }, index) => {
    const amountOutUnits = options.amounts[index] ?? 0n
    let units = amountOutUnits
    const backwards = hops.toReversed().flatMap((hop) => {
      const pool = states.get(hop.pool)
      if (pool === undefined) return []
      const swap = quoteExactOut(pool, { ...hop, amountOut: units })
      units = swap.amountIn
      return [{ pool, hop, swap }]
    })
    const amountInUnits = units
    const walked = backwards.toReversed().map(({ pool, hop, swap }) => {
      const taken =
        toVenue(pool) === 'uniswap-v2' && !isAlone
          ? quoteExactIn(pool, { ...hop, amountIn: units })
          : swap
      states.set(hop.pool, taken.poolAfter)
      units = taken.amountOut
      return toHop(pool, hop, taken)
    })
    return { hops: walked, amountInUnits, amountOutUnits, paidUnits: units }
  })
}

function toStates(pools: readonly Pool[]): Map<string, Pool> {
  return new Map(pools.map((pool) => [pool.id, pool]))
}

function toHop(
  pool: Pool,
  hop: PoolPath['hops'][number],
  swap: { readonly amountIn: bigint; readonly amountOut: bigint },
): SwapHop {
  return {
    venue: toVenue(pool),
    pool: pool.id,
    feePips: pool.feePips,
    // Tokens of a snapshot are named by their addresses.
    tokenIn: hop.tokenIn as Address,
    tokenOut: hop.tokenOut as Address,
    amountInUnits: swap.amountIn,
    amountOutUnits: swap.amountOut,
  }
}
