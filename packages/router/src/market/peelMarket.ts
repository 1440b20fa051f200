/** The bipartite graph of pools and tokens, as rows in both directions. */
export type PoolGraph = {
  readonly poolStart: Int32Array
  readonly poolToken: Int32Array
  readonly tokenStart: Int32Array
  readonly tokenPool: Int32Array
}

/**
 * Removes, again and again, the tokens that only one pool trades.
 *
 * Nothing can pass through such a token, so the best route stays the same as
 * long as the tokens of the request are brought back (`reviveTokens`).
 */
export function peelMarket(graph: PoolGraph): {
  readonly peeled: Int32Array
  readonly peeledPool: Int32Array
  readonly corePools: Int32Array
  readonly peelPosition: Int32Array
} {
  const { poolStart, poolToken, tokenStart, tokenPool } = graph
  const tokens = tokenStart.length - 1
  const pools = poolStart.length - 1
  const degree = new Int32Array(tokens)
  const size = new Int32Array(pools)
  for (let k = 0; k < tokens; k++)
    degree[k] = tokenStart[k + 1]! - tokenStart[k]!
  for (let i = 0; i < pools; i++) size[i] = poolStart[i + 1]! - poolStart[i]!
  const peelPosition = new Int32Array(tokens).fill(-1)
  const peeled: number[] = []
  const peeledPool: number[] = []
  const queue: number[] = []
  for (let k = 0; k < tokens; k++) if (degree[k] === 1) queue.push(k)

  for (let head = 0; head < queue.length; head++) {
    const token = queue[head]!
    if (degree[token] !== 1) continue
    let pool = -1
    for (let p = tokenStart[token]!; p < tokenStart[token + 1]!; p++)
      if (size[tokenPool[p]!]! > 1) pool = tokenPool[p]!
    if (pool < 0) continue
    peelPosition[token] = peeled.length
    peeled.push(token)
    peeledPool.push(pool)
    degree[token] = 0
    size[pool]!--
    if (size[pool] !== 1) continue
    // One token alone has nothing to be exchanged for: the pool goes too.
    size[pool] = 0
    for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
      const other = poolToken[slot]!
      if (peelPosition[other]! >= 0) continue
      degree[other]!--
      if (degree[other] === 1) queue.push(other)
    }
  }
  const corePools: number[] = []
  for (let i = 0; i < pools; i++) if (size[i]! > 1) corePools.push(i)
  return {
    peeled: Int32Array.from(peeled),
    peeledPool: Int32Array.from(peeledPool),
    corePools: Int32Array.from(corePools),
    peelPosition,
  }
}

/** Adds the removed pools that a request's own tokens hang on. */
export function revivePools(
  graph: PoolGraph & {
    readonly peeledPool: Int32Array
    readonly corePools: Int32Array
    readonly peelPosition: Int32Array
  },
  tokens: readonly number[],
): Int32Array {
  const { poolStart, poolToken, peelPosition, peeledPool, corePools } = graph
  const added = new Set<number>()
  const queue = tokens.filter((token) => peelPosition[token]! >= 0)
  const seen = new Set(queue)
  for (let head = 0; head < queue.length; head++) {
    const position = peelPosition[queue[head]!]!
    const pool = peeledPool[position]!
    added.add(pool)
    for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
      const other = poolToken[slot]!
      // Tokens removed earlier hang on this one and lead nowhere else.
      if (peelPosition[other]! > position && !seen.has(other)) {
        seen.add(other)
        queue.push(other)
      }
    }
  }
  if (added.size === 0) return corePools
  for (const pool of added) if (includes(corePools, pool)) added.delete(pool)
  const all = new Int32Array(corePools.length + added.size)
  all.set(corePools)
  let next = corePools.length
  for (const pool of added) all[next++] = pool
  return all
}

/** Looks a number up in an ascending list. */
function includes(ascending: Int32Array, wanted: number): boolean {
  let low = 0
  let high = ascending.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (ascending[middle]! <= wanted) low = middle
    else high = middle
  }
  return ascending[low] === wanted
}
