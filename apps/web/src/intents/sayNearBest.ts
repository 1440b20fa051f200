import type { PlanStep } from '@behest/spec'
import type { Words } from '../words/english.js'

/**
 * Says how near to the best possible a step is, in its agent's figures.
 *
 * Where the pools' prices are out of line with each other, the bound counts
 * gains that no swap can take: the number alone would blame the route for them.
 */
export function sayNearBest(
  certificate: NonNullable<PlanStep['certificate']>,
  words: Words,
): string {
  const { gapBps, pools, arbitrage } = certificate
  const gap = words.basisPoints(gapBps)
  if (arbitrage !== undefined)
    return words.underCircles(
      gap,
      pools,
      isNone(arbitrage.gapBps)
        ? words.noLessInLine
        : words.nearInLine(words.basisPoints(arbitrage.gapBps)),
    )
  return isNone(gapBps)
    ? words.exactlyBest(pools)
    : words.nearBestSays(gap, pools)
}

function isNone(gapBps: string): boolean {
  return /^0(?:\.0*)?$/.test(gapBps)
}
