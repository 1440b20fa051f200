import { DuplicatePoolError } from '../errors/DuplicatePoolError.js'
import type { Pool, TokenId } from '../pools/Pool.js'
import { computeRates } from '../solve/getRates.js'
import type { CliquePool } from './CliquePool.js'
import {
  appendConcentratedSide,
  appendPairSide,
  type SegmentRows,
  toLogSqrtPrice,
} from './compileSegments.js'
import { createStableClique } from './createStableClique.js'
import { createWeightedClique } from './createWeightedClique.js'
import type { Market } from './Market.js'
import { peelMarket } from './peelMarket.js'
import { spanPrices } from './spanPrices.js'

/**
 * Compiles a pool set for the solver.
 *
 * @throws {DuplicatePoolError} when two pools have one id
 */
export function compileMarket(pools: readonly Pool[]): Market {
  const tokenIndex = new Map<TokenId, number>()
  const tokenIds: TokenId[] = []
  const ids = new Set<string>()
  const poolStart = new Int32Array(pools.length + 1)
  let tokenSlots = 0
  for (const [i, pool] of pools.entries()) {
    if (ids.has(pool.id)) throw new DuplicatePoolError({ pool: pool.id })
    ids.add(pool.id)
    tokenSlots += pool.tokens.length
    poolStart[i + 1] = tokenSlots
  }
  const poolToken = new Int32Array(tokenSlots)
  let slot = 0
  for (const pool of pools)
    for (const id of pool.tokens) {
      let token = tokenIndex.get(id)
      if (token === undefined) {
        token = tokenIds.length
        tokenIndex.set(id, token)
        tokenIds.push(id)
      }
      poolToken[slot++] = token
    }

  const count = pools.length
  const sideIn = new Int32Array(2 * count)
  const sideOut = new Int32Array(2 * count)
  const sideSegment = new Int32Array(2 * count)
  const sideSegmentEnd = new Int32Array(2 * count)
  const middle = new Float64Array(count)
  const sideScale = new Float64Array(2 * count)
  const halfLogGamma = new Float64Array(count)
  const cliques: (CliquePool | undefined)[] = new Array(count)
  const rows: SegmentRows = {
    start: [],
    input: [],
    output: [],
    priorIn: [],
    priorOut: [],
  }
  for (const [i, pool] of pools.entries()) {
    const first = poolStart[i]!
    sideIn[2 * i] = sideOut[2 * i + 1] = poolToken[first]!
    sideOut[2 * i] = sideIn[2 * i + 1] = poolToken[first + 1]!
    const scale = 1e6 / (1e6 - pool.feePips)
    sideScale[2 * i] = sideScale[2 * i + 1] = scale
    sideSegment[2 * i] = rows.start.length
    halfLogGamma[i] = Math.log1p(-pool.feePips / 1e6) / 2
    switch (pool.kind) {
      case 'constant-product': {
        const [reserve0, reserve1] = pool.reserves
        middle[i] =
          (Math.log(Number(reserve1)) - Math.log(Number(reserve0))) / 2
        appendPairSide(reserve0, reserve1, rows)
        sideSegment[2 * i + 1] = rows.start.length
        appendPairSide(reserve1, reserve0, rows)
        break
      }
      case 'concentrated':
        middle[i] = toLogSqrtPrice(pool.sqrtPriceX96)
        appendConcentratedSide(pool, 'zero-for-one', rows)
        sideSegment[2 * i + 1] = rows.start.length
        appendConcentratedSide(pool, 'one-for-zero', rows)
        break
      case 'weighted':
        cliques[i] = createWeightedClique(pool)
        sideSegment[2 * i + 1] = rows.start.length
        break
      case 'stable':
        cliques[i] = createStableClique(pool)
        sideSegment[2 * i + 1] = rows.start.length
        break
    }
    sideSegmentEnd[2 * i] = sideSegment[2 * i + 1]!
    sideSegmentEnd[2 * i + 1] = rows.start.length
  }

  const { tokenStart, tokenPool } = indexTokens(
    tokenIds.length,
    poolStart,
    poolToken,
  )
  const graph = {
    poolStart,
    poolToken,
    tokenStart,
    tokenPool,
  }
  const segmentIn = Float64Array.from(rows.input)
  const { basePrice, component, roots } = spanPrices({
    ...graph,
    middle,
    cliques,
    // Depth of the first segments tells which of two pools to trust.
    getDepth: (pool, indexIn) =>
      cliques[pool]?.getDepth(indexIn) ??
      segmentIn[sideSegment[2 * pool + indexIn]!]!,
  })

  const sideOffset = new Float64Array(2 * count)
  const place = (): void => {
    for (let i = 0; i < count; i++) {
      const half =
        (basePrice[sideOut[2 * i]!]! - basePrice[sideIn[2 * i]!]!) / 2
      sideOffset[2 * i] = half + middle[i]! + halfLogGamma[i]!
      sideOffset[2 * i + 1] = -half - middle[i]! + halfLogGamma[i]!
    }
  }
  place()
  // Prices along the deepest pools leave others out of line by their fees. The
  // best rates into one token leave none, so that later searches meet only
  // losses, and pools that trade at them are arbitrage.
  const { potential } = computeRates(
    { pools, ...graph, sideOffset, cliques, basePrice },
    roots,
  )
  for (let token = 0; token < tokenIds.length; token++)
    basePrice[token]! += potential[token]!
  place()

  return {
    pools,
    tokenIds,
    tokenIndex,
    sideIn,
    sideOut,
    sideOffset,
    sideSegment,
    sideSegmentEnd,
    segmentStart: Float64Array.from(rows.start),
    segmentIn,
    segmentOut: Float64Array.from(rows.output),
    priorIn: Float64Array.from(rows.priorIn),
    priorOut: Float64Array.from(rows.priorOut),
    sideScale,
    poolGas: Float64Array.from(pools, ({ gas }) => gas),
    cliques,
    ...graph,
    basePrice,
    component,
    stablePools: listStablePools(pools),
    ...peelMarket(graph),
    elimination: undefined,
    rates: new Map(),
    hash: undefined,
  }
}

/** Lists the pools of every token. */
export function indexTokens(
  tokens: number,
  poolStart: Int32Array,
  poolToken: Int32Array,
): { tokenStart: Int32Array; tokenPool: Int32Array } {
  const tokenStart = new Int32Array(tokens + 1)
  for (const token of poolToken) tokenStart[token + 1]!++
  for (let k = 0; k < tokens; k++) tokenStart[k + 1]! += tokenStart[k]!
  const next = tokenStart.slice(0, tokens)
  const tokenPool = new Int32Array(poolToken.length)
  for (let i = 0; i + 1 < poolStart.length; i++)
    for (let slot = poolStart[i]!; slot < poolStart[i + 1]!; slot++)
      tokenPool[next[poolToken[slot]!]!++] = i
  return { tokenStart, tokenPool }
}

/** Lists where the stable pools are. */
export function listStablePools(pools: readonly Pool[]): number[] {
  const found: number[] = []
  for (const [i, { kind }] of pools.entries())
    if (kind === 'stable') found.push(i)
  return found
}
