import type { Address } from '@behest/spec'
import type { SwapHop, SwapLeg, SwapVenue } from '../SwapLeg.js'

/** The account that legs of tests are carried out for. */
export const account: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
export const deadlineUnixSeconds = 1_800_000_000

/** The token at a place of a path; the one that is bought is at 99. */
export const toAddress = (index: number): Address =>
  `0x${(0xabc0000 + index).toString(16).padStart(40, '1')}`

/** A path over tokens 0, 1, 2 … with one venue per hop. */
export const toHops = (venues: readonly SwapVenue[]): readonly SwapHop[] =>
  venues.map((venue, index) => ({
    venue,
    pool: toAddress(100 + index),
    feePips: venue === 'uniswap-v2' ? 3000 : 500,
    tokenIn: toAddress(index),
    tokenOut:
      index === venues.length - 1 ? toAddress(99) : toAddress(index + 1),
    amountInUnits: 1n,
    amountOutUnits: 1n,
  }))

export const exactIn = (
  venues: readonly SwapVenue[],
  amountInUnits: bigint,
  leastOutUnits = 5n,
): SwapLeg => ({
  type: 'exact-in',
  hops: toHops(venues),
  amountInUnits,
  expectedOutUnits: leastOutUnits + 1n,
  leastOutUnits,
})

export const exactOut = (
  venues: readonly SwapVenue[],
  amountOutUnits: bigint,
  mostInUnits: bigint,
): SwapLeg => ({
  type: 'exact-out',
  hops: toHops(venues),
  amountOutUnits,
  expectedOutUnits: amountOutUnits,
  expectedInUnits: mostInUnits,
  mostInUnits,
})
