import { getSqrtPriceAtTick, maxTick, minTick } from '../math/tickMath.js'
import type { ConcentratedPool } from '../pools/Pool.js'

/** Segments of one side, growing while a pool set is compiled. */
export type SegmentRows = {
  readonly start: number[]
  readonly input: number[]
  readonly output: number[]
  readonly priorIn: number[]
  readonly priorOut: number[]
}

const q96 = 2 ** 96
// log(1.0001) would lose four digits: 1.0001 itself is rounded.
const halfLogTick = Math.log1p(1e-4) / 2
// Below this tick the protocol's own rounding of prices is no longer far under
// the float's, so the exact table is used.
const roundedTick = -500_000

/** Gives the log of a Q64.96 square-root price. */
export function toLogSqrtPrice(sqrtPriceX96: bigint): number {
  return Math.log(Number(sqrtPriceX96) / q96)
}

function toLogSqrtPriceAtTick(tick: number): number {
  return tick < roundedTick
    ? toLogSqrtPrice(getSqrtPriceAtTick(tick))
    : tick * halfLogTick
}

/**
 * Appends the segments of one direction of a concentrated pool.
 *
 * In a segment that starts at square-root price `s`, selling moves the log
 * price by `d`, takes `input * (e^d - 1)` and pays `output * (1 - e^-d)`.
 */
export function appendConcentratedSide(
  pool: ConcentratedPool,
  direction: 'zero-for-one' | 'one-for-zero',
  rows: SegmentRows,
): void {
  const falls = direction === 'zero-for-one'
  const logNow = toLogSqrtPrice(pool.sqrtPriceX96)
  const { ticks, window } = pool
  const lowest = window?.lowest ?? minTick
  const highest = window?.highest ?? maxTick
  let position = 0
  while (position < ticks.length && ticks[position]!.index <= pool.tick)
    position++
  if (falls) position--

  let liquidity = pool.liquidity
  let start = 0
  let priorIn = 0
  let priorOut = 0
  for (;;) {
    const tick = ticks[position]
    const stop = tick === undefined ? (falls ? lowest : highest) : tick.index
    const logStop = toLogSqrtPriceAtTick(stop)
    const end = Math.max(start, falls ? logNow - logStop : logStop - logNow)
    // Square-root price at the segment's start, seen from the current one.
    const root = Math.exp(falls ? logNow - start : logNow + start)
    const amount = Number(liquidity)
    const input = falls ? amount / root : amount * root
    const output = falls ? amount * root : amount / root
    if (end > start) {
      push(rows, start, input, output, priorIn, priorOut)
      const move = Math.expm1(end - start)
      priorIn += input * move
      priorOut += (output * move) / (1 + move)
    }
    start = end
    if (tick === undefined) break
    liquidity += falls ? -tick.liquidityNet : tick.liquidityNet
    position += falls ? -1 : 1
  }
  // Past the last tick nothing is bought, however far the price moves.
  push(rows, start, 0, 0, priorIn, priorOut)
}

/** Appends the one endless segment of a constant-product pair. */
export function appendPairSide(
  reserveIn: bigint,
  reserveOut: bigint,
  rows: SegmentRows,
): void {
  push(rows, 0, Number(reserveIn), Number(reserveOut), 0, 0)
}

function push(
  rows: SegmentRows,
  start: number,
  input: number,
  output: number,
  priorIn: number,
  priorOut: number,
): void {
  rows.start.push(start)
  rows.input.push(input)
  rows.output.push(output)
  rows.priorIn.push(priorIn)
  rows.priorOut.push(priorOut)
}
