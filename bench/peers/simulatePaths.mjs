/** Carries paths out one after the other in the contracts' own integers. */
export function simulatePaths(network, paths, quoteExactIn) {
  const states = new Map(network.pools.map((pool) => [pool.id, pool]))
  const used = []
  let amountOut = 0n
  for (const { amountIn, hops } of paths) {
    let units = amountIn
    for (const { pool, tokenIn, tokenOut } of hops) {
      const swap = quoteExactIn(states.get(pool), {
        tokenIn,
        tokenOut,
        amountIn: units,
      })
      // A pool that takes less would revert.
      if (swap.amountIn !== units) return { amountOut: 0n, used: [] }
      states.set(pool, swap.poolAfter)
      used.push(pool)
      units = swap.amountOut
    }
    amountOut += units
  }
  return { amountOut, used }
}
