import type { AgentDecline } from '@behest/sdk'
import { toDecimal } from '@behest/spec'
import type { SwapHop, SwapLeg } from '../calls/SwapLeg.js'
import { getLeastUnits, getMostUnits, shareOut } from './bounds.js'
import type { Trade } from './readTrade.js'

/** A way through pools with what it takes and gives on unchanged state. */
export type SwapPart = {
  readonly hops: readonly SwapHop[]
  readonly amountInUnits: bigint
  /** What is asked of the last pool, where the output is fixed. */
  readonly amountOutUnits: bigint
  /** What arrives: `amountOutUnits`, or a little more. */
  readonly paidUnits: bigint
}

/**
 * Puts bounds on the parts of a trade.
 *
 * The bound is computed once, for the whole, and shared out: rounding each part
 * by itself would let more slip than was allowed.
 *
 * @param options.parts - At least one, in the order in which they run.
 * @returns Legs ready to encode, or a decline where the user wants more.
 */
export function boundLegs(options: {
  readonly trade: Trade
  readonly parts: readonly SwapPart[]
}): readonly SwapLeg[] | AgentDecline {
  const { trade, parts } = options
  const { maxSlippageBps } = trade
  if (trade.type === 'exact-out') {
    const expectedUnits = sum(parts.map(({ amountInUnits }) => amountInUnits))
    const room = getMostUnits({ expectedUnits, maxSlippageBps }) - expectedUnits
    const rooms = shareOut(
      room,
      parts.map(({ amountInUnits }) =>
        getRoomCeiling(amountInUnits, maxSlippageBps),
      ),
    )
    return parts.map((part, index) => ({
      type: 'exact-out',
      hops: part.hops,
      amountOutUnits: part.amountOutUnits,
      expectedOutUnits: part.paidUnits,
      expectedInUnits: part.amountInUnits,
      mostInUnits: part.amountInUnits + (rooms[index] ?? 0n),
    }))
  }

  const outs = parts.map(({ paidUnits }) => paidUnits)
  const expectedUnits = sum(outs)
  const { wantedUnits, buy } = trade
  if (wantedUnits > expectedUnits)
    return {
      declined: 'GIVES_TOO_LITTLE',
      message: `It gives ${toDecimal(expectedUnits, buy.decimals)} ${buy.symbol} and ${toDecimal(wantedUnits, buy.decimals)} are wanted. Ask for less, or sell more.`,
    }
  const leastUnits = getLeastUnits({ expectedUnits, maxSlippageBps })
  const leasts = shareOut(
    leastUnits > wantedUnits ? leastUnits : wantedUnits,
    outs,
  )
  return parts.map(({ hops, amountInUnits, paidUnits }, index) => ({
    type: 'exact-in',
    hops,
    amountInUnits,
    expectedOutUnits: paidUnits,
    leastOutUnits: leasts[index] ?? 0n,
  }))
}

/** Rounded up, so that the ceilings together hold the whole room. */
function getRoomCeiling(units: bigint, maxSlippageBps: number): bigint {
  return (units * BigInt(maxSlippageBps) + 9_999n) / 10_000n
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
