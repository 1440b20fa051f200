import { createHeap } from '../solve/heap.js'
import type { CliquePool } from './CliquePool.js'
import type { PoolGraph } from './peelMarket.js'

/**
 * Gives every token a price along the deepest pools from its component's
 * busiest token.
 *
 * The solver works in differences from these prices: without them a first step
 * can be hundreds of powers of ten away and overflow.
 */
export function spanPrices(
  options: PoolGraph & {
    /** Log of the square root of token1 per token0, for two-token pools. */
    readonly middle: Float64Array
    readonly cliques: readonly (CliquePool | undefined)[]
    readonly getDepth: (pool: number, index: number) => number
  },
): {
  readonly basePrice: Float64Array
  readonly component: Int32Array
  /** One token of each component: the one with the most pools. */
  readonly roots: readonly number[]
} {
  const { poolStart, poolToken, tokenStart, tokenPool, middle, cliques } =
    options
  const tokens = tokenStart.length - 1
  const basePrice = new Float64Array(tokens)
  const component = new Int32Array(tokens).fill(-1)
  const roots: number[] = []
  const busiest = Array.from({ length: tokens }, (_, token) => token).sort(
    (left, right) =>
      tokenStart[right + 1]! -
        tokenStart[right]! -
        (tokenStart[left + 1]! - tokenStart[left]!) || left - right,
  )
  // An entry names the slot it came from and the token it leads to.
  const heap = createHeap()
  const from: number[] = []
  const to: number[] = []
  const reach = (token: number): void => {
    for (let p = tokenStart[token]!; p < tokenStart[token + 1]!; p++) {
      const pool = tokenPool[p]!
      const first = poolStart[pool]!
      let own = first
      while (poolToken[own] !== token) own++
      const depth = options.getDepth(pool, own - first)
      // An empty range still names a price, but any other pool is a better one.
      const key =
        depth > 0 ? -(Math.log(depth) + basePrice[token]!) : Number.MAX_VALUE
      for (let slot = first; slot < poolStart[pool + 1]!; slot++)
        if (component[poolToken[slot]!] === -1) {
          heap.push(key, from.length)
          from.push(own)
          to.push(slot)
        }
    }
  }
  const poolOfSlot = new Int32Array(poolToken.length)
  for (let pool = 0; pool + 1 < poolStart.length; pool++)
    poolOfSlot.fill(pool, poolStart[pool]!, poolStart[pool + 1]!)

  let components = 0
  for (const root of busiest) {
    if (component[root] !== -1) continue
    roots.push(root)
    component[root] = components
    reach(root)
    for (let entry = heap.pop(); entry >= 0; entry = heap.pop()) {
      const slot = to[entry]!
      const token = poolToken[slot]!
      if (component[token] !== -1) continue
      const own = from[entry]!
      const pool = poolOfSlot[own]!
      const first = poolStart[pool]!
      const clique = cliques[pool]
      // Log of what one unit of the known token is worth in the new one.
      const rate =
        clique !== undefined
          ? clique.getLogRate(own - first, slot - first)
          : (own === first ? 2 : -2) * middle[pool]!
      basePrice[token] = basePrice[poolToken[own]!]! - rate
      component[token] = components
      reach(token)
    }
    components++
  }
  return { basePrice, component, roots }
}
