import type { CliquePool } from './CliquePool.js'
import { indexTokens, listStablePools } from './compileMarket.js'
import type { Market } from './Market.js'
import { peelMarket } from './peelMarket.js'

/** A few pools of a market as a market of their own. */
export type SubMarket = {
  readonly market: Market
  /** Positions of its pools and tokens within the whole market. */
  readonly poolOf: Int32Array
  readonly tokenOf: Int32Array
  /** Positions within it, -1 for tokens outside. */
  readonly toToken: (token: number) => number
}

/**
 * Cuts a few pools out of a market: many solves over them then cost what few
 * pools cost. Segments are shared, not copied.
 *
 * @param tokens - Tokens that take part whether a pool trades them or not.
 */
export function createSubMarket(
  market: Market,
  pools: readonly number[],
  tokens: readonly number[],
): SubMarket {
  const places = new Map<number, number>()
  const tokenOf: number[] = []
  const place = (token: number): number => {
    let found = places.get(token)
    if (found === undefined) {
      found = tokenOf.length
      places.set(token, found)
      tokenOf.push(token)
    }
    return found
  }
  for (const token of tokens) place(token)
  const count = pools.length
  const members = pools.map((pool) => market.pools[pool]!)
  const poolStart = new Int32Array(count + 1)
  const poolToken: number[] = []
  const sideIn = new Int32Array(2 * count)
  const sideOut = new Int32Array(2 * count)
  const sideOffset = new Float64Array(2 * count)
  const sideScale = new Float64Array(2 * count)
  const sideSegment = new Int32Array(2 * count)
  const sideSegmentEnd = new Int32Array(2 * count)
  const cliques: (CliquePool | undefined)[] = new Array(count)
  for (const [i, pool] of pools.entries()) {
    for (
      let at = market.poolStart[pool]!;
      at < market.poolStart[pool + 1]!;
      at++
    )
      poolToken.push(place(market.poolToken[at]!))
    poolStart[i + 1] = poolToken.length
    cliques[i] = market.cliques[pool]
    for (let side = 0; side < 2; side++) {
      const from = 2 * pool + side
      const to = 2 * i + side
      sideIn[to] = place(market.sideIn[from]!)
      sideOut[to] = place(market.sideOut[from]!)
      sideOffset[to] = market.sideOffset[from]!
      sideScale[to] = market.sideScale[from]!
      sideSegment[to] = market.sideSegment[from]!
      sideSegmentEnd[to] = market.sideSegmentEnd[from]!
    }
  }
  const rows = Int32Array.from(poolToken)
  const graph = {
    poolStart,
    poolToken: rows,
    ...indexTokens(tokenOf.length, poolStart, rows),
  }
  const { segmentStart, segmentIn, segmentOut, priorIn, priorOut } = market
  return {
    poolOf: Int32Array.from(pools),
    tokenOf: Int32Array.from(tokenOf),
    toToken: (token) => places.get(token) ?? -1,
    market: {
      pools: members,
      tokenIds: tokenOf.map((token) => market.tokenIds[token]!),
      tokenIndex: new Map(),
      sideIn,
      sideOut,
      sideOffset,
      sideScale,
      poolGas: Float64Array.from(pools, (pool) => market.poolGas[pool]!),
      sideSegment,
      sideSegmentEnd,
      segmentStart,
      segmentIn,
      segmentOut,
      priorIn,
      priorOut,
      cliques,
      ...graph,
      basePrice: Float64Array.from(
        tokenOf,
        (token) => market.basePrice[token]!,
      ),
      component: new Int32Array(tokenOf.length),
      stablePools: listStablePools(members),
      ...peelMarket(graph),
      elimination: undefined,
      rates: new Map(),
      hash: undefined,
    },
  }
}
