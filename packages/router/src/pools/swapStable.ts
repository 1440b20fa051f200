import type { StablePool } from './Pool.js'
import type { Swap } from './Swap.js'

const one = 10n ** 18n
const million = 1_000_000n
// The contract stores A with two extra digits.
const precision = 100n
// Newton's rounds before the contract gives up; it needs about four.
const maxRounds = 255

/** Gives the stable invariant of balances at 18 decimals, as the contract does. */
export function getStableInvariant(
  balances: readonly bigint[],
  amplification: bigint,
): bigint | undefined {
  const count = BigInt(balances.length)
  let sum = 0n
  for (const balance of balances) sum += balance
  if (sum === 0n) return 0n
  const ann = amplification * precision * count
  const powered = count ** count
  let invariant = sum
  for (let round = 0; round < maxRounds; round++) {
    let product = invariant
    for (const balance of balances) product = (product * invariant) / balance
    product /= powered
    const previous = invariant
    invariant =
      (((ann * sum) / precision + product * count) * invariant) /
      (((ann - precision) * invariant) / precision + (count + 1n) * product)
    if (isWithinOne(invariant, previous)) return invariant
  }
  return undefined
}

function getBalanceAfter(
  balances: readonly bigint[],
  solvedIndex: number,
  amplification: bigint,
  invariant: bigint,
): bigint | undefined {
  const count = BigInt(balances.length)
  const ann = amplification * precision * count
  let sum = 0n
  let c = invariant
  for (let index = 0; index < balances.length; index++) {
    if (index === solvedIndex) continue
    const balance = balances[index]!
    sum += balance
    c = (c * invariant) / (balance * count)
  }
  c = (c * invariant * precision) / (ann * count)
  const b = sum + (invariant * precision) / ann
  let balance = invariant
  for (let round = 0; round < maxRounds; round++) {
    const previous = balance
    balance = (balance * balance + c) / (2n * balance + b - invariant)
    if (isWithinOne(balance, previous)) return balance
  }
  return undefined
}

function isWithinOne(left: bigint, right: bigint): boolean {
  const difference = left - right
  return difference <= 1n && difference >= -1n
}

/** Sells into a stable pool; `undefined` where the contract would revert. */
export function swapStableExactIn(
  pool: StablePool,
  indexIn: number,
  indexOut: number,
  amountIn: bigint,
): Swap | undefined {
  const balances = pool.balances.map(
    (balance, index) => (balance * pool.rates[index]!) / one,
  )
  const invariant = getStableInvariant(balances, pool.amplification)
  if (invariant === undefined) return undefined
  const before = balances[indexOut]!
  balances[indexIn] =
    balances[indexIn]! + (amountIn * pool.rates[indexIn]!) / one
  const after = getBalanceAfter(
    balances,
    indexOut,
    pool.amplification,
    invariant,
  )
  if (after === undefined) return undefined
  const gross = before - after - 1n
  const net = gross - (gross * BigInt(pool.feePips)) / million
  const amountOut = net > 0n ? (net * one) / pool.rates[indexOut]! : 0n
  const moved = [...pool.balances]
  moved[indexIn] = moved[indexIn]! + amountIn
  moved[indexOut] = moved[indexOut]! - amountOut
  return { amountIn, amountOut, poolAfter: { ...pool, balances: moved } }
}

/**
 * Buys from a stable pool: the least input whose exact sale pays the output.
 * `undefined` when the pool holds too little.
 */
export function swapStableExactOut(
  pool: StablePool,
  indexIn: number,
  indexOut: number,
  amountOut: bigint,
): Swap | undefined {
  if (amountOut >= pool.balances[indexOut]!) return undefined
  let high = 1n
  let found = swapStableExactIn(pool, indexIn, indexOut, high)
  while (found !== undefined && found.amountOut < amountOut) {
    if (high > 1n << 128n) return undefined
    high *= 2n
    found = swapStableExactIn(pool, indexIn, indexOut, high)
  }
  if (found === undefined) return undefined
  let low = high / 2n
  while (low + 1n < high) {
    const middle = (low + high) / 2n
    const swap = swapStableExactIn(pool, indexIn, indexOut, middle)
    if (swap !== undefined && swap.amountOut >= amountOut) {
      high = middle
      found = swap
    } else low = middle
  }
  return found
}
