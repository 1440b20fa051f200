import type { Market } from '../market/Market.js'
import { swapExactIn } from '../pools/quote.js'

/** Sells in one pool in floating point; 0 when the pool cannot take it all. */
export function sellInPool(
  market: Market,
  pool: number,
  indexIn: number,
  indexOut: number,
  amount: number,
): number {
  if (market.cliques[pool] !== undefined) {
    if (!(amount >= 1)) return 0
    const units = BigInt(Math.floor(amount))
    const swap = swapExactIn(market.pools[pool]!, indexIn, indexOut, units)
    return swap.amountIn === units ? Number(swap.amountOut) : 0
  }
  const side = 2 * pool + indexIn
  const { priorIn, priorOut, segmentIn, segmentOut } = market
  const lessFee = amount / market.sideScale[2 * pool + indexIn]!
  let low = market.sideSegment[side]!
  let high = market.sideSegmentEnd[side]!
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (priorIn[middle]! <= lessFee) low = middle
    else high = middle
  }
  // Ranges without liquidity take nothing: step back to one that does.
  while (segmentIn[low] === 0 && low > market.sideSegment[side]!) {
    if (lessFee > priorIn[low]!) return 0
    low--
  }
  if (!(segmentIn[low]! > 0)) return 0
  const move = (lessFee - priorIn[low]!) / segmentIn[low]!
  return priorOut[low]! + (segmentOut[low]! * move) / (1 + move)
}
