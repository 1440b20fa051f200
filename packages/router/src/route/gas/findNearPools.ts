import { getLinks, getZeroSizeRate, type Links } from '../../market/getLinks.js'
import { createHeap } from '../../solve/heap.js'
import type { Request } from '../solveRequest.js'

type Charges = {
  /** Smallest units of the bought token that one unit of gas costs. */
  readonly unitsPerGas: number
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
  options: Charges & {
    readonly pools: Int32Array
    readonly width: number
    readonly most: number
  },
): readonly number[] {
  const { market, sell, buy } = request
  const { width } = options
  const { poolStart, poolToken, sideOffset, cliques } = market
  const links = getLinks(market)
  const charges = chargeGas(links.gasShares, options)
  const into = searchChains(links.into, charges, {
    starts: [[buy, 0]],
    limit: { type: 'past', token: sell, width },
  })
  const least = into[sell]! - width
  const outOf = searchChains(links.outOf, charges, {
    starts: [[sell, 0]],
    limit: { type: 'rest', rest: into, least },
  })
  const found: { readonly pool: number; readonly rest: number }[] = []
  for (const pool of options.pools) {
    const first = poolStart[pool]!
    const charge = charges[links.poolClass[pool]!]!
    let rest = Number.NEGATIVE_INFINITY
    if (cliques[pool] === undefined) {
      const left = poolToken[first]!
      const right = poolToken[first + 1]!
      rest =
        Math.max(
          outOf[left]! + into[right]! + 2 * sideOffset[2 * pool]!,
          outOf[right]! + into[left]! + 2 * sideOffset[2 * pool + 1]!,
        ) - charge
    } else {
      const past = poolStart[pool + 1]!
      for (let from = first; from < past; from++)
        for (let to = first; to < past; to++)
          if (to !== from)
            rest = Math.max(
              rest,
              outOf[poolToken[from]!]! +
                into[poolToken[to]!]! +
                getZeroSizeRate(market, pool, from, to) -
                charge,
            )
    }
    if (!(rest >= least)) continue
    found.push({ pool, rest })
  }
  return takeBest(found, options.most).map(({ pool }) => pool)
}

/** Sorts only what is left: thousands of pools can lie near a large trade. */
function takeBest<T extends { readonly rest: number }>(
  found: readonly T[],
  most: number,
): T[] {
  const rests = Float64Array.from(found, ({ rest }) => rest).sort()
  const enough = rests[found.length - most] ?? Number.NEGATIVE_INFINITY
  return found
    .filter(({ rest }) => rest >= enough)
    .sort((left, right) => right.rest - left.rest)
    .slice(0, most)
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
  const links = getLinks(market)
  const shift = searchChains(links.into, chargeGas(links.gasShares, options), {
    starts,
    limit: { type: 'floor', value: floor },
  })
  for (let token = 0; token < shift.length; token++)
    shift[token] = Math.max(shift[token]!, floor)
  for (const [token, own] of starts)
    shift[token] = token === buy ? 0 : Math.max(own, floor)
  return shift
}

function chargeGas(
  gasShares: Float64Array,
  { unitsPerGas, bound }: Charges,
): Float64Array {
  return gasShares.map((share) => Math.log1p((share * unitsPerGas) / bound))
}

// Around an arbitrage cycle rates would improve for ever.
const mostImprovements = 24

/** Best log rates along chains of links; minus infinity past the limit. */
function searchChains(
  links: Links,
  charges: Float64Array,
  options: {
    readonly starts: readonly (readonly [token: number, label: number])[]
    readonly limit:
      | { readonly type: 'floor'; readonly value: number }
      /** So much under the label of a token, once that is known. */
      | {
          readonly type: 'past'
          readonly token: number
          readonly width: number
        }
      /** As much as is lost together with the rest of the way. */
      | {
          readonly type: 'rest'
          readonly rest: Float64Array
          readonly least: number
        }
  },
): Float64Array {
  const { start, next, rate, gasClass } = links
  const { limit } = options
  const tokens = start.length - 1
  const label = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY)
  const improvements = new Uint8Array(tokens)
  const heap = createHeap()
  const rest = limit.type === 'rest' ? limit.rest : undefined
  let floor = Number.NEGATIVE_INFINITY
  if (limit.type === 'floor') floor = limit.value
  if (limit.type === 'rest') floor = limit.least
  for (const [token, own] of options.starts) {
    label[token] = own
    improvements[token] = mostImprovements
    heap.push(-own, token)
  }
  for (let at = heap.pop(); at >= 0; at = heap.pop()) {
    const own = -heap.lastKey()
    if (own < floor && rest === undefined) break
    if (own < label[at]!) continue
    if (limit.type === 'past' && at === limit.token) floor = own - limit.width
    for (let link = start[at]!; link < start[at + 1]!; link++) {
      const token = next[link]!
      if (improvements[token] === mostImprovements) continue
      const reached = own + rate[link]! - charges[gasClass[link]!]!
      if (!(reached > label[token]! + 1e-15)) continue
      if (reached + (rest === undefined ? 0 : rest[token]!) < floor) continue
      if (label[token]! > Number.NEGATIVE_INFINITY) improvements[token]!++
      label[token] = reached
      heap.push(-reached, token)
    }
  }
  return label
}
