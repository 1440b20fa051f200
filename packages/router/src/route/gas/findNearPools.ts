import type { Market } from '../../market/Market.js'
import { createHeap } from '../../solve/heap.js'
import type { Request } from '../solveRequest.js'
import { countEntries } from './createCaps.js'
import type { GasCosts } from './GasCosts.js'

type Charges = {
  readonly pools: Int32Array
  readonly cost: GasCosts
  /** What the trade is worth: gas counts as a share of it. */
  readonly bound: number
}

/**
 * Finds the pools on chains that lose at most `width` (in log terms) over the
 * cheapest chain, with every swap charged its gas as a share of the trade.
 *
 * @param options.most - Most pools to return, those that lose least.
 */
export function findNearPools(
  request: Request,
  options: Charges & { readonly width: number; readonly most: number },
): readonly number[] {
  const { market, sell, buy } = request
  const { width } = options
  const { poolStart, poolToken } = market
  const surplus = createSurplus(market, options)
  const into = searchChains(market, options, {
    starts: [[buy, 0]],
    direction: 'into',
    limit: { type: 'past', token: sell, width },
  })
  const outOf = searchChains(market, options, {
    starts: [[sell, 0]],
    direction: 'out-of',
    limit: { type: 'past', token: buy, width },
  })
  const least = into[sell]! - width
  const found: { pool: number; rest: number }[] = []
  for (const pool of options.pools) {
    const first = poolStart[pool]!
    const past = poolStart[pool + 1]!
    let rest = Number.NEGATIVE_INFINITY
    for (let from = first; from < past; from++) {
      const before = outOf[poolToken[from]!]!
      if (before < least) continue
      for (let to = first; to < past; to++) {
        if (to === from) continue
        const after = into[poolToken[to]!]!
        if (before + after >= least)
          rest = Math.max(rest, before + after + surplus(pool, from, to))
      }
    }
    if (rest >= least) found.push({ pool, rest })
  }
  found.sort((left, right) => right.rest - left.rest)
  return found.slice(0, options.most).map(({ pool }) => pool)
}

/**
 * Prices all tokens from those of a part: each at what it can be sold for along
 * a chain into that part, and none so low that selling it would matter.
 */
export function priceAround(
  request: Request,
  options: Charges & {
    readonly starts: readonly (readonly [token: number, shift: number])[]
    readonly floor: number
  },
): Float64Array {
  const { market, buy } = request
  const { starts, floor } = options
  const shift = searchChains(market, options, {
    starts,
    direction: 'into',
    limit: { type: 'floor', value: floor },
  })
  for (let token = 0; token < shift.length; token++)
    shift[token] = Math.max(shift[token]!, floor)
  for (const [token, own] of starts)
    shift[token] = token === buy ? 0 : Math.max(own, floor)
  return shift
}

/** Log rate of a swap at size zero, less its charge, by pool token. */
function createSurplus(
  market: Market,
  { cost, bound }: Charges,
): (pool: number, from: number, to: number) => number {
  const { poolStart, poolToken, sideOffset, cliques, basePrice } = market
  return (pool, from, to) => {
    const charge = Math.log1p(cost(pool) / countEntries(market, pool) / bound)
    const first = poolStart[pool]!
    const clique = cliques[pool]
    return clique === undefined
      ? 2 * sideOffset[2 * pool + (from - first)]! - charge
      : clique.getLogRate(from - first, to - first) +
          Math.log1p(-market.pools[pool]!.feePips / 1e6) +
          basePrice[poolToken[to]!]! -
          basePrice[poolToken[from]!]! -
          charge
  }
}

// Around an arbitrage cycle rates would improve for ever.
const mostImprovements = 24

/** Best log rates into, or out of, some tokens; minus infinity past the limit. */
function searchChains(
  market: Market,
  charges: Charges,
  options: {
    readonly starts: readonly (readonly [token: number, label: number])[]
    readonly direction: 'into' | 'out-of'
    readonly limit:
      | { readonly type: 'floor'; readonly value: number }
      /** So much under the label of a token, once that is known. */
      | {
          readonly type: 'past'
          readonly token: number
          readonly width: number
        }
  },
): Float64Array {
  const { tokenStart, tokenPool, poolStart, poolToken } = market
  const { direction, limit } = options
  const surplus = createSurplus(market, charges)
  const isUsed = new Uint8Array(market.pools.length)
  for (const pool of charges.pools) isUsed[pool] = 1
  const tokens = market.tokenIds.length
  const label = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY)
  const improvements = new Uint8Array(tokens)
  const heap = createHeap()
  let floor = limit.type === 'floor' ? limit.value : Number.NEGATIVE_INFINITY
  for (const [start, own] of options.starts) {
    label[start] = own
    improvements[start] = mostImprovements
    heap.push(-own, start)
  }
  for (let at = heap.pop(); at >= 0; at = heap.pop()) {
    const own = -heap.lastKey()
    if (own < floor) break
    if (own < label[at]!) continue
    if (limit.type === 'past' && at === limit.token) floor = own - limit.width
    for (let p = tokenStart[at]!; p < tokenStart[at + 1]!; p++) {
      const pool = tokenPool[p]!
      if (isUsed[pool] === 0) continue
      const first = poolStart[pool]!
      const past = poolStart[pool + 1]!
      let here = first
      while (poolToken[here] !== at) here++
      for (let slot = first; slot < past; slot++) {
        const next = poolToken[slot]!
        if (slot === here || improvements[next] === mostImprovements) continue
        const rate =
          own +
          (direction === 'into'
            ? surplus(pool, slot, here)
            : surplus(pool, here, slot))
        if (!(rate > label[next]! + 1e-15) || rate < floor) continue
        if (label[next]! > Number.NEGATIVE_INFINITY) improvements[next]!++
        label[next] = rate
        heap.push(-rate, next)
      }
    }
  }
  return label
}
