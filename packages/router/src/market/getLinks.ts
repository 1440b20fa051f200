import { countEntries } from './countEntries.js'
import type { Market } from './Market.js'

/**
 * The swaps into or out of every token at size zero, without those that another
 * one between the same tokens beats in rate and in gas.
 */
export type Links = {
  /** Links of each token: `start[token] … start[token + 1]`. */
  readonly start: Int32Array
  readonly next: Int32Array
  /** Log rate over the base prices. */
  readonly rate: Float64Array
  /** Position of the link's gas among the market's `gasShares`. */
  readonly gasClass: Int32Array
}

/** The links of a market in both directions. */
export type MarketLinks = {
  /** From `next` into the token. */
  readonly into: Links
  /** From the token to `next`. */
  readonly outOf: Links
  /** Gas of one entry into a pool: each amount that occurs, once. */
  readonly gasShares: Float64Array
  /** Position in `gasShares`, by pool. */
  readonly poolClass: Int32Array
}

const known = new WeakMap<Market, MarketLinks>()

/** Gives the links of a market, built when they are first asked for. */
export function getLinks(market: Market): MarketLinks {
  let links = known.get(market)
  if (links === undefined) {
    const classes = new Map<number, number>()
    const poolClass = Int32Array.from(market.pools, ({ gas }, pool) => {
      const share = gas / countEntries(market, pool)
      let position = classes.get(share)
      if (position === undefined) {
        position = classes.size
        classes.set(share, position)
      }
      return position
    })
    const gasShares = Float64Array.from(classes.keys())
    links = {
      into: buildLinks(market, 'into', poolClass, gasShares),
      outOf: buildLinks(market, 'out-of', poolClass, gasShares),
      gasShares,
      poolClass,
    }
    known.set(market, links)
  }
  return links
}

/** Log rate of a swap at size zero over the base prices, by pool token. */
export function getZeroSizeRate(
  market: Market,
  pool: number,
  from: number,
  to: number,
): number {
  const { poolStart, poolToken, basePrice } = market
  const first = poolStart[pool]!
  const clique = market.cliques[pool]
  if (clique === undefined)
    return 2 * market.sideOffset[2 * pool + (from - first)]!
  return (
    clique.getLogRate(from - first, to - first) +
    Math.log1p(-market.pools[pool]!.feePips / 1e6) +
    basePrice[poolToken[to]!]! -
    basePrice[poolToken[from]!]!
  )
}

type Link = { readonly rate: number; readonly gasClass: number }

function buildLinks(
  market: Market,
  direction: 'into' | 'out-of',
  poolClass: Int32Array,
  gasShares: Float64Array,
): Links {
  const { tokenStart, tokenPool, poolStart, poolToken } = market
  const tokens = market.tokenIds.length
  const start = new Int32Array(tokens + 1)
  const next: number[] = []
  const rate: number[] = []
  const gasClass: number[] = []
  for (let at = 0; at < tokens; at++) {
    const found = new Map<number, Link[]>()
    for (let p = tokenStart[at]!; p < tokenStart[at + 1]!; p++) {
      const pool = tokenPool[p]!
      const first = poolStart[pool]!
      const here = poolToken.indexOf(at, first)
      for (let slot = first; slot < poolStart[pool + 1]!; slot++) {
        if (slot === here) continue
        const link = {
          rate:
            direction === 'into'
              ? getZeroSizeRate(market, pool, slot, here)
              : getZeroSizeRate(market, pool, here, slot),
          gasClass: poolClass[pool]!,
        }
        const others = found.get(poolToken[slot]!)
        if (others === undefined) found.set(poolToken[slot]!, [link])
        else others.push(link)
      }
    }
    for (const [token, links] of found) {
      links.sort((left, right) => right.rate - left.rate)
      let least = Number.POSITIVE_INFINITY
      for (const link of links) {
        const share = gasShares[link.gasClass]!
        if (share >= least) continue
        least = share
        next.push(token)
        rate.push(link.rate)
        gasClass.push(link.gasClass)
      }
    }
    start[at + 1] = next.length
  }
  return {
    start,
    next: Int32Array.from(next),
    rate: Float64Array.from(rate),
    gasClass: Int32Array.from(gasClass),
  }
}
