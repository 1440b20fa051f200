import type { Market } from '../market/Market.js'
import { orderByMinimumDegree } from './minimumDegree.js'

/** Orders all tokens for elimination, once per market. */
export function getElimination(market: Market): Int32Array {
  if (market.elimination !== undefined) return market.elimination
  const { corePools, poolStart, poolToken, peelPosition } = market
  const edges: number[] = []
  for (const pool of corePools)
    for (let i = poolStart[pool]!; i < poolStart[pool + 1]!; i++)
      for (let j = i + 1; j < poolStart[pool + 1]!; j++) {
        const left = poolToken[i]!
        const right = poolToken[j]!
        if (peelPosition[left]! < 0 && peelPosition[right]! < 0)
          edges.push(left, right)
      }
  const core = orderByMinimumDegree(market.tokenIds.length, edges)
  // Tokens that hang on one pool are eliminated first: they fill nothing in.
  const { peeled } = market
  for (let token = 0; token < core.length; token++)
    core[token] =
      peelPosition[token]! >= 0
        ? peelPosition[token]!
        : core[token]! + peeled.length
  market.elimination = core
  return core
}
