import { divideUp } from '../math/integer.js'
import { divideFixedUp, multiplyUp, raiseUp } from '../math/logExpMath.js'
import type { WeightedPool } from './Pool.js'
import type { Swap } from './Swap.js'

const one = 10n ** 18n
// The vault refuses a swap of more than 30 % of either balance.
const maxRatio = 3n * 10n ** 17n

function getFee(pool: WeightedPool): bigint {
  return BigInt(pool.feePips) * 10n ** 12n
}

/** Sells into a weighted pool; takes no more than 30 % of its balance. */
export function swapWeightedExactIn(
  pool: WeightedPool,
  indexIn: number,
  indexOut: number,
  amountIn: bigint,
): Swap {
  const scaleIn = pool.scales[indexIn]!
  const balanceIn = pool.balances[indexIn]! * scaleIn
  const balanceOut = pool.balances[indexOut]! * pool.scales[indexOut]!
  const fee = getFee(pool)
  // The largest input whose part after the fee stays inside the limit.
  const cap = (((balanceIn * maxRatio) / one / scaleIn) * one) / (one - fee)
  const taken = amountIn < cap ? amountIn : cap
  const lessFee = (taken - multiplyUp(taken, fee)) * scaleIn
  const base = divideFixedUp(balanceIn, balanceIn + lessFee)
  const exponent = (pool.weights[indexIn]! * one) / pool.weights[indexOut]!
  const power = raiseUp(base, exponent) ?? one
  const share = power < one ? one - power : 0n
  const amountOut = (balanceOut * share) / one / pool.scales[indexOut]!
  return {
    amountIn: taken,
    amountOut,
    poolAfter: move(pool, indexIn, indexOut, taken, amountOut),
  }
}

/** Buys from a weighted pool; `undefined` past 30 % of what it holds. */
export function swapWeightedExactOut(
  pool: WeightedPool,
  indexIn: number,
  indexOut: number,
  amountOut: bigint,
): Swap | undefined {
  const scaleIn = pool.scales[indexIn]!
  const balanceIn = pool.balances[indexIn]! * scaleIn
  const balanceOut = pool.balances[indexOut]! * pool.scales[indexOut]!
  const wanted = amountOut * pool.scales[indexOut]!
  if (wanted > (balanceOut * maxRatio) / one) return undefined
  const base = divideFixedUp(balanceOut, balanceOut - wanted)
  const exponent = divideFixedUp(
    pool.weights[indexOut]!,
    pool.weights[indexIn]!,
  )
  const power = raiseUp(base, exponent)
  if (power === undefined) return undefined
  const lessFee = divideUp(multiplyUp(balanceIn, power - one), scaleIn)
  const amountIn = divideFixedUp(lessFee, one - getFee(pool))
  return {
    amountIn,
    amountOut,
    poolAfter: move(pool, indexIn, indexOut, amountIn, amountOut),
  }
}

function move(
  pool: WeightedPool,
  indexIn: number,
  indexOut: number,
  amountIn: bigint,
  amountOut: bigint,
): WeightedPool {
  const balances = [...pool.balances]
  balances[indexIn] = balances[indexIn]! + amountIn
  balances[indexOut] = balances[indexOut]! - amountOut
  return { ...pool, balances }
}
