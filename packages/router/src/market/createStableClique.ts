import type { StablePool } from '../pools/Pool.js'
import type { CliquePool } from './CliquePool.js'

// Bisection halves a log range of about 100 down to the float's resolution.
const rounds = 70
// Relative move of a log price for the numeric conductance.
const probe = 1e-5

/**
 * Creates the float twin of a stable pool.
 *
 * With `x` the balances at one scale, `a = A * n` and
 * `p = D^(n+1) / (n^n * prod x)`, the marginal value of a token is
 * proportional to `a + p / x`. Given the scale of the prices, each balance
 * after the best trade follows from `p`, and `p` from the balances.
 */
export function createStableClique(pool: StablePool): CliquePool {
  const size = pool.tokens.length
  const balances = pool.balances.map(
    (balance, k) => (Number(balance) * Number(pool.rates[k]!)) / 1e18,
  )
  const logRates = pool.rates.map((rate) => Math.log(Number(rate) / 1e18))
  const amplified = Number(pool.amplification) * size
  const gamma = 1 - pool.feePips / 1e6
  const invariant = solveInvariant(balances, amplified)
  const constant = (size + 1) * Math.log(invariant) - size * Math.log(size)
  const after = new Float64Array(size)
  const prices = new Float64Array(size)
  const shifted = new Float64Array(size)
  const probed = new Float64Array(size)

  const getProduct = (values: ArrayLike<number>): number => {
    let log = constant
    for (let k = 0; k < size; k++) log -= Math.log(values[k]!)
    return Math.exp(log)
  }
  const productNow = getProduct(balances)

  /** Fills `after` for a price scale and a product term. */
  const fillAfter = (scale: number, product: number): void => {
    for (let k = 0; k < size; k++) {
      const held = balances[k]!
      const marginalIn = scale * prices[k]! - amplified
      const marginalOut = scale * gamma * prices[k]! - amplified
      // A marginal value at or under the linear part's has no finite balance.
      const levelIn = marginalIn > 0 ? product / marginalIn : 1e30 * invariant
      const levelOut =
        marginalOut > 0 ? product / marginalOut : 1e30 * invariant
      after[k] = levelIn > held ? levelIn : levelOut < held ? levelOut : held
    }
  }

  /** Settles the product term for a price scale; gives the invariant's error. */
  const settle = (scale: number): number => {
    let low = Math.log(productNow) - 120
    let high = Math.log(productNow) + 120
    for (let round = 0; round < rounds; round++) {
      const middle = (low + high) / 2
      const product = Math.exp(middle)
      fillAfter(scale, product)
      if (getProduct(after) > product) low = middle
      else high = middle
    }
    const product = Math.exp((low + high) / 2)
    fillAfter(scale, product)
    let sum = 0
    for (let k = 0; k < size; k++) sum += after[k]!
    return amplified * (sum - invariant) + invariant - product
  }

  /** Fills `flows` in value; false when no trade pays. */
  const solve = (logPrices: Float64Array, flows: Float64Array): number => {
    let most = Number.NEGATIVE_INFINITY
    for (let k = 0; k < size; k++)
      most = Math.max(most, logPrices[k]! - logRates[k]!)
    // Prices per scaled unit, the dearest token at 1.
    for (let k = 0; k < size; k++)
      prices[k] = Math.exp(logPrices[k]! - logRates[k]! - most)
    flows.fill(0)
    let lowest = Number.NEGATIVE_INFINITY
    let highest = Number.POSITIVE_INFINITY
    for (let k = 0; k < size; k++) {
      const marginal = Math.log(amplified + productNow / balances[k]!)
      const price = Math.log(prices[k]!)
      // No trade pays while `scale * price` can be within the fee of every
      // token's marginal value.
      lowest = Math.max(lowest, marginal - price)
      highest = Math.min(highest, marginal - price - Math.log(gamma))
    }
    const slack = highest - lowest
    if (slack >= 0) return slack
    let low = Math.min(lowest, highest) - 60
    let high = Math.max(lowest, highest) + 60
    for (let round = 0; round < rounds; round++) {
      const middle = (low + high) / 2
      if (settle(Math.exp(middle)) > 0) low = middle
      else high = middle
    }
    settle(Math.exp((low + high) / 2))
    const unit = Math.exp(most)
    for (let k = 0; k < size; k++) {
      const moved = balances[k]! - after[k]!
      flows[k] = unit * prices[k]! * (moved > 0 ? gamma * moved : moved)
    }
    return slack
  }

  return {
    size,
    getLogRate: (indexIn, indexOut) =>
      Math.log(amplified + productNow / balances[indexIn]!) -
      Math.log(amplified + productNow / balances[indexOut]!) +
      logRates[indexIn]! -
      logRates[indexOut]!,
    getConductance: (indexIn) =>
      (balances[indexIn]! / Math.exp(logRates[indexIn]!)) * amplified,
    getDepth: (index) =>
      (balances[index]! / Math.exp(logRates[index]!)) * amplified,
    evaluate: (logPrices, trade) => {
      trade.conductances.fill(0)
      trade.value = 0
      const slack = solve(logPrices, trade.flows)
      trade.slack = Math.max(0, slack)
      if (slack >= 0) return
      let value = 0
      for (let k = 0; k < size; k++) value += trade.flows[k]!
      trade.value = Math.max(0, value)
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < size; k++) shifted[k] = logPrices[k]!
        shifted[j] = shifted[j]! + probe
        solve(shifted, probed)
        for (let k = 0; k < size; k++)
          if (k !== j) {
            const slope = Math.max(0, (trade.flows[k]! - probed[k]!) / probe)
            trade.conductances[j * size + k] =
              trade.conductances[j * size + k]! + slope / 2
            trade.conductances[k * size + j] =
              trade.conductances[k * size + j]! + slope / 2
          }
      }
    },
  }
}

function solveInvariant(
  balances: readonly number[],
  amplified: number,
): number {
  const size = balances.length
  let sum = 0
  for (const balance of balances) sum += balance
  let invariant = sum
  for (let round = 0; round < 255; round++) {
    let product = invariant
    for (const balance of balances)
      product = (product * invariant) / (balance * size)
    const next =
      ((amplified * sum + product * size) * invariant) /
      ((amplified - 1) * invariant + (size + 1) * product)
    if (Math.abs(next - invariant) <= 1e-15 * invariant) return next
    invariant = next
  }
  return invariant
}
