import type { Market } from '../market/Market.js'
import { createHeap } from './heap.js'

/**
 * The best zero-size rate of every token into one token.
 *
 * As a price vector it makes no pool worth trading and prices the first unit
 * exactly: the solver starts there.
 */
export type Rates = {
  /** Log of the rate over the base prices; minus infinity without a path. */
  readonly potential: Float64Array
  /** Pool and next token of the best path, -1 where there is none. */
  readonly viaPool: Int32Array
  readonly viaToken: Int32Array
  /** Tokens whose path begins at a token: `child[childStart[k] … ]`. */
  readonly childStart: Int32Array
  readonly child: Int32Array
  /** Set where chains in a circle gain: rates are then no bound. */
  readonly hasCircle: boolean
}

/** The parts of a market that rates are computed from. */
export type RateGraph = Pick<
  Market,
  | 'pools'
  | 'tokenStart'
  | 'tokenPool'
  | 'poolStart'
  | 'poolToken'
  | 'sideOffset'
  | 'cliques'
  | 'basePrice'
>

// Around an arbitrage cycle rates would improve for ever. A path this often
// improved is running around one.
const mostImprovements = 24

/** Gives the rates into a token, from the market's cache after the first time. */
export function getRates(market: Market, buy: number): Rates {
  const known = market.rates.get(buy)
  if (known !== undefined) return known
  const rates = computeRates(market, [buy])
  // Each entry is three numbers a token; a market is asked for few tokens.
  if (market.rates.size >= 64) market.rates.clear()
  market.rates.set(buy, rates)
  return rates
}

/**
 * Computes the rates into the nearest of some tokens by label correction.
 *
 * @param options.labels - Log of each target's own worth; zero when left out.
 * @param options.pools - Positions of the pools to use; all when left out.
 * @param options.allowed - By pool: bit 1 allows side 0, bit 2 allows side 1.
 */
export function computeRates(
  market: RateGraph,
  targets: readonly number[],
  options: {
    readonly labels?: readonly number[]
    readonly pools?: Int32Array
    readonly allowed?: Uint8Array | undefined
  } = {},
): Rates {
  const { tokenStart, tokenPool, poolStart, poolToken, sideOffset, cliques } =
    market
  const tokens = tokenStart.length - 1
  const potential = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY)
  const viaPool = new Int32Array(tokens).fill(-1)
  const viaToken = new Int32Array(tokens).fill(-1)
  const improvements = new Uint8Array(tokens)
  const heap = createHeap()
  const { allowed } = options
  let hasCircle = false
  let isUsed: Uint8Array | undefined
  if (options.pools !== undefined) {
    isUsed = new Uint8Array(market.pools.length)
    for (const pool of options.pools) isUsed[pool] = 1
  }
  for (const [i, target] of targets.entries()) {
    const label = options.labels?.[i] ?? 0
    potential[target] = label
    improvements[target] = mostImprovements
    heap.push(-label, target)
  }
  for (let to = heap.pop(); to >= 0; to = heap.pop()) {
    if (-heap.lastKey() < potential[to]!) continue
    for (let p = tokenStart[to]!; p < tokenStart[to + 1]!; p++) {
      const pool = tokenPool[p]!
      if (isUsed !== undefined && isUsed[pool] === 0) continue
      const first = poolStart[pool]!
      const clique = cliques[pool]
      for (let slot = first; slot < poolStart[pool + 1]!; slot++) {
        const from = poolToken[slot]!
        if (from === to || improvements[from] === mostImprovements) continue
        let surplus: number
        if (clique === undefined) {
          const side = slot - first
          if (allowed !== undefined && (allowed[pool]! & (1 << side)) === 0)
            continue
          surplus = 2 * sideOffset[2 * pool + side]!
        } else
          surplus =
            clique.getLogRate(
              slot - first,
              poolToken.indexOf(to, first) - first,
            ) +
            Math.log1p(-market.pools[pool]!.feePips / 1e6) +
            market.basePrice[to]! -
            market.basePrice[from]!
        const rate = potential[to]! + surplus
        if (!(rate > potential[from]! + 1e-15)) continue
        // Changing a token on its own path would close a circle.
        if (potential[from]! > Number.NEGATIVE_INFINITY) {
          improvements[from]!++
          if (improvements[from] === mostImprovements) hasCircle = true
          let token = to
          while (token >= 0 && token !== from) token = viaToken[token]!
          if (token === from) {
            improvements[from] = mostImprovements
            hasCircle = true
            continue
          }
        }
        potential[from] = rate
        viaPool[from] = pool
        viaToken[from] = to
        heap.push(-rate, from)
      }
    }
  }
  const childStart = new Int32Array(tokens + 1)
  for (const next of viaToken) if (next >= 0) childStart[next + 1]!++
  for (let k = 0; k < tokens; k++) childStart[k + 1]! += childStart[k]!
  const child = new Int32Array(childStart[tokens]!)
  const place = childStart.slice(0, tokens)
  for (let k = 0; k < tokens; k++) {
    const next = viaToken[k]!
    if (next >= 0) child[place[next]!++] = k
  }
  return { potential, viaPool, viaToken, childStart, child, hasCircle }
}
