import type { Dual } from '../../solve/createDual.js'

/** The most of each token that a request's amount can ever become. */
export type Caps = {
  /** The bound without gas, in the bought token's smallest unit. */
  readonly bound: number
  /** Natural log of the most of each token, in smallest units. */
  readonly logUnits: Float64Array
}

/**
 * Bounds how much of every token a request can get hold of, whatever its route.
 *
 * At a dual's prices no chain of swaps makes more of the input than the dual's
 * value, so neither does one that has come as far as a token: it holds no more
 * of that than the value buys at its price.
 */
export function createCaps(dual: Dual, bound: number): Caps {
  const { market, buy, shift } = dual
  const { basePrice } = market
  const logBound = Math.log(bound)
  const logUnits = new Float64Array(shift.length)
  for (let token = 0; token < shift.length; token++)
    logUnits[token] =
      logBound - (basePrice[token]! - basePrice[buy]! + shift[token]!)
  return { bound, logUnits }
}
