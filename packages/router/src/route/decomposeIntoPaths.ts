import { getMarket } from '../market/getMarket.js'
import { getPoolIndex } from '../market/getPoolIndex.js'
import { minimum } from '../math/integer.js'
import type { Pool, TokenId } from '../pools/Pool.js'
import { swapExactIn, swapExactOut } from '../pools/quote.js'
import type { Swap } from '../pools/Swap.js'
import type { Fill, Path, PathPlan } from './Route.js'

type Hop = Path['hops'][number]

/** One edge of a route: a pool's total over all of its fills. */
type Edge = Hop & {
  /** What it is still to take, in smallest units of its own input. */
  left: bigint
  readonly amountIn: bigint
  /** The part of the route's input that passes through it. */
  readonly share: number
}

// A part of the input too small to be worth a path of its own.
const negligibleShare = 1e-9
// Moves of input between paths after some were left out: from a quarter of a
// path down to a thousandth.
const firstDivisor = 4n
const lastDivisor = 1024n
// Parts of one path: each takes 30 % of a weighted pool's balance at most.
const mostSplits = 16

/**
 * Splits a route into separate paths, largest first, and simulates them in that
 * order with exact integers.
 *
 * A path that meets a pool which an earlier path has used gets what the pool
 * pays by then, so the sum is what the chain pays.
 *
 * @param options.fills - A route's fills in order.
 * @param options.pools - The pools that the route was found over.
 * @param options.sell - The token sold.
 * @param options.buy - The token bought.
 * @param options.amountIn - What is sold, in smallest units.
 * @param options.maxPaths - Most paths wanted; the largest are kept and the
 * rest of the input is spread over them.
 * @returns Paths whose inputs add up to `amountIn`, and what they pay together;
 * `undefined` when so few paths cannot take the amount.
 */
export function decomposeIntoPaths(options: {
  readonly fills: readonly Fill[]
  readonly pools: readonly Pool[]
  readonly sell: TokenId
  readonly buy: TokenId
  readonly amountIn: bigint
  readonly maxPaths?: number | undefined
}): PathPlan | undefined {
  const { sell, buy, amountIn } = options
  const index = getPoolIndex(getMarket(options.pools))
  const states = new Map<string, Pool>()
  for (const { pool } of options.fills) {
    const place = index.get(pool)
    if (place !== undefined) states.set(pool, options.pools[place]!)
  }

  // Found largest first, and carried out in this order.
  let routes = findPaths(readEdges(options.fills, sell), sell, buy, states)
  const all = routes.length
  const most = Math.max(1, options.maxPaths ?? all)
  routes = routes.slice(0, most)
  if (routes.length === 0) return undefined
  let parts = routes.map(({ input }) => input)
  if (all > routes.length) {
    const kept = parts.reduce((sum, part) => sum + part, 0n)
    parts = parts.map((part) => (part * amountIn) / kept)
  }
  let best = simulateAll(routes, parts, states, amountIn)
  if (all > routes.length && routes.length > 1)
    for (let divisor = firstDivisor; divisor < lastDivisor; divisor *= 2n)
      for (let from = 0; from < routes.length; from++)
        for (let to = 0; to < routes.length; to++) {
          if (from === to) continue
          const moved = parts.slice()
          moved[to]! += parts[from]! / divisor
          moved[from]! -= parts[from]! / divisor
          const plan = simulateAll(routes, moved, states, amountIn)
          if (plan === undefined) continue
          if (best !== undefined && plan.amountOut <= best.amountOut) continue
          best = plan
          parts = moved
        }
  return best
}

/** Simulates with the units that rounding left over on the first path to fit. */
function simulateAll(
  routes: readonly { readonly hops: readonly Hop[] }[],
  parts: readonly bigint[],
  states: ReadonlyMap<string, Pool>,
  amountIn: bigint,
): PathPlan | undefined {
  const rest = parts.reduce((left, part) => left - part, amountIn)
  for (let taker = 0; taker < (rest === 0n ? 1 : parts.length); taker++) {
    const inputs = parts.map((part, i) => (i === taker ? part + rest : part))
    const plan = simulatePaths(routes, inputs, states)
    if (plan !== undefined) return plan
  }
  return undefined
}

/** Adds the fills up by pool and follows the input through them. */
function readEdges(fills: readonly Fill[], sell: TokenId): Edge[] {
  const held = new Map<TokenId, bigint>()
  for (const { tokenIn, amountIn } of fills)
    held.set(tokenIn, (held.get(tokenIn) ?? 0n) + amountIn)
  const part = new Map<TokenId, number>([[sell, 1]])
  const edges = new Map<string, Edge>()
  for (const { pool, tokenIn, tokenOut, amountIn } of fills) {
    const total = held.get(tokenIn)!
    const share =
      ((part.get(tokenIn) ?? 0) * Number((amountIn << 60n) / total)) / 2 ** 60
    part.set(tokenOut, (part.get(tokenOut) ?? 0) + share)
    const key = JSON.stringify([pool, tokenIn, tokenOut])
    const known = edges.get(key)
    const sum = (known?.amountIn ?? 0n) + amountIn
    edges.set(key, {
      pool,
      tokenIn,
      tokenOut,
      left: sum,
      amountIn: sum,
      share: (known?.share ?? 0) + share,
    })
  }
  return [...edges.values()]
}

/**
 * Takes the widest path off the edges, again and again.
 *
 * A path takes as much as its narrowest edge has left. Amounts are followed
 * through the pools as they stand after the paths before, because the first path
 * through a pool gets a better price than the next.
 */
function findPaths(
  edges: readonly Edge[],
  sell: TokenId,
  buy: TokenId,
  pools: ReadonlyMap<string, Pool>,
): { readonly hops: readonly Hop[]; readonly input: bigint }[] {
  const states = new Map(pools)
  const paths: { hops: readonly Hop[]; input: bigint }[] = []
  const leaving = new Map<TokenId, Edge[]>()
  for (const edge of edges) {
    const group = leaving.get(edge.tokenIn)
    if (group === undefined) leaving.set(edge.tokenIn, [edge])
    else group.push(edge)
  }
  const order = sortTokens(edges, sell)
  for (let count = 0; count < edges.length; count++) {
    const width = new Map<TokenId, number>([[sell, Number.POSITIVE_INFINITY]])
    const via = new Map<TokenId, Edge>()
    for (const token of order)
      for (const edge of leaving.get(token) ?? []) {
        const rest = (edge.share * Number(edge.left)) / Number(edge.amountIn)
        const through = Math.min(width.get(token) ?? 0, rest)
        if (through > (width.get(edge.tokenOut) ?? 0)) {
          width.set(edge.tokenOut, through)
          via.set(edge.tokenOut, edge)
        }
      }
    if ((width.get(buy) ?? 0) < negligibleShare) break
    const path: Edge[] = []
    for (let token = buy; token !== sell; token = path[0]!.tokenIn)
      path.unshift(via.get(token)!)
    const input = takePath(path, states)
    const hops = path.map(({ pool, tokenIn, tokenOut }) => ({
      pool,
      tokenIn,
      tokenOut,
    }))
    if (input > 0n) paths.push({ hops, input })
  }
  return paths
}

/** Sends as much through a path as its edges have left; gives its input. */
function takePath(path: readonly Edge[], states: Map<string, Pool>): bigint {
  const simulate = (input: bigint): bigint[] => {
    const inputs: bigint[] = []
    let units = input
    for (const edge of path) {
      inputs.push(units)
      if (units > 0n) units = swapHop(edge, units, states).amountOut
    }
    return inputs
  }
  let input = path[0]!.left
  let narrow = 0
  for (const [hop, units] of simulate(input).entries())
    if (hop > 0 && units > path[hop]!.left) {
      narrow = hop
      break
    }
  // Go back from the edge that would overflow to the input that fills it. A
  // later edge may be narrower still, so look again.
  for (; narrow > 0; ) {
    let wanted = path[narrow]!.left
    for (let hop = narrow - 1; hop >= 0 && wanted > 0n; hop--) {
      const edge = path[hop]!
      const pool = states.get(edge.pool)!
      const swap = swapExactOut(
        pool,
        pool.tokens.indexOf(edge.tokenIn),
        pool.tokens.indexOf(edge.tokenOut),
        wanted,
      )
      wanted = swap === undefined ? 0n : swap.amountIn
    }
    input = minimum(input, wanted)
    const inputs = simulate(input)
    const from = narrow
    narrow = 0
    for (let hop = from + 1; hop < path.length && narrow === 0; hop++)
      if (inputs[hop]! > path[hop]!.left) narrow = hop
    // What is left of the edge now is rounding.
    path[from]!.left = narrow === 0 ? inputs[from]! : path[from]!.left
  }
  const inputs = simulate(input)
  let isFull = false
  for (const [hop, edge] of path.entries()) {
    edge.left -= minimum(edge.left, inputs[hop]!)
    if (edge.left === 0n) isFull = true
    const units = inputs[hop]!
    if (units > 0n)
      states.set(edge.pool, swapHop(edge, units, states).poolAfter)
  }
  // Without progress the same path would be taken for ever.
  if (!isFull) path[0]!.left = 0n
  return input
}

function swapHop(
  hop: Hop,
  units: bigint,
  states: ReadonlyMap<string, Pool>,
): Swap {
  const pool = states.get(hop.pool)!
  return swapExactIn(
    pool,
    pool.tokens.indexOf(hop.tokenIn),
    pool.tokens.indexOf(hop.tokenOut),
    units,
  )
}

function sortTokens(edges: readonly Edge[], sell: TokenId): TokenId[] {
  const waiting = new Map<TokenId, number>()
  for (const { tokenOut } of edges)
    waiting.set(tokenOut, (waiting.get(tokenOut) ?? 0) + 1)
  const order = [sell]
  for (let head = 0; head < order.length; head++)
    for (const edge of edges) {
      if (edge.tokenIn !== order[head]) continue
      const left = waiting.get(edge.tokenOut)! - 1
      waiting.set(edge.tokenOut, left)
      if (left === 0) order.push(edge.tokenOut)
    }
  return order
}

/**
 * Carries paths out one after the other; `undefined` if one takes too little.
 *
 * A weighted pool takes a part of its balance at a time, so a path that it cuts
 * short goes through it again with the rest, as another path.
 */
function simulatePaths(
  routes: readonly { readonly hops: readonly Hop[] }[],
  inputs: readonly bigint[],
  pools: ReadonlyMap<string, Pool>,
): PathPlan | undefined {
  let states = new Map(pools)
  const paths: Path[] = []
  const run = (
    hops: readonly Hop[],
    amountIn: bigint,
    split: number,
  ): boolean => {
    const after = new Map(states)
    let units = amountIn
    for (const hop of hops) {
      const swap = swapHop(hop, units, after)
      if (swap.amountOut === 0n) return false
      if (swap.amountIn !== units) {
        if (split === 0 || after.get(hop.pool)!.kind !== 'weighted')
          return false
        // A little under what it took, as the hops before round as well.
        const fit = (amountIn * swap.amountIn * 999n) / (units * 1000n)
        return (
          fit > 0n &&
          run(hops, fit, split - 1) &&
          run(hops, amountIn - fit, split - 1)
        )
      }
      after.set(hop.pool, swap.poolAfter)
      units = swap.amountOut
    }
    states = after
    paths.push({ amountIn, hops, amountOut: units })
    return true
  }
  for (const [i, { hops }] of routes.entries())
    if (inputs[i]! > 0n && !run(hops, inputs[i]!, mostSplits)) return undefined
  let amountIn = 0n
  let amountOut = 0n
  for (const path of paths) {
    amountIn += path.amountIn
    amountOut += path.amountOut
  }
  return { paths, amountIn, amountOut }
}
