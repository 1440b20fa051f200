import type { StablePool } from '../pools/Pool.js'
import type { CliquePool } from './CliquePool.js'

// The search takes about ten rounds; the rest is for hostile prices.
const rounds = 80
const settlings = 20
// Stands for a marginal value at which a balance would be without end.
const tiny = 1e-30
const farthest = 1e30
const resolution = 4e-15
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
  const logGamma = Math.log1p(-pool.feePips / 1e6)
  const invariant = solveInvariant(balances, amplified)
  const constant = (size + 1) * Math.log(invariant) - size * Math.log(size)
  const after = new Float64Array(size)
  const levels = new Float64Array(size)
  const prices = new Float64Array(size)
  const entryPrices = new Float64Array(size)
  // How far each price is under the dearest one, without and with the fee.
  const shortIn = new Float64Array(size)
  const shortOut = new Float64Array(size)
  const shifted = new Float64Array(size)
  const probed = new Float64Array(size)

  const getProduct = (values: ArrayLike<number>): number => {
    let log = constant
    for (let k = 0; k < size; k++) log -= Math.log(values[k]!)
    return Math.exp(log)
  }
  const productNow = getProduct(balances)
  let productAfter = productNow

  /**
   * Fills `after` for a price scale; gives the invariant's error.
   *
   * The scale is given as the dearest token's marginal value over the linear
   * part: as a sum, the small part would lose its last digits to the large one.
   *
   * For a fixed set of moving tokens the product term has a closed form; the
   * set follows from it, and settles within a few rounds.
   */
  const settle = (level: number): number => {
    let product = productNow
    for (let round = 0; round < settlings; round++) {
      let moving = 0
      let log = constant
      let changed = false
      for (let k = 0; k < size; k++) {
        const held = balances[k]!
        const marginalIn = level * entryPrices[k]! - amplified * shortIn[k]!
        const marginalOut =
          level * gamma * prices[k]! - amplified * shortOut[k]!
        // A marginal value under the linear part's has no finite balance.
        let marginal = 0
        if (marginalIn <= 0 || product > held * marginalIn)
          marginal = Math.max(marginalIn, tiny)
        else if (marginalOut > 0 && product < held * marginalOut)
          marginal = marginalOut
        if (marginal !== levels[k]) changed = true
        levels[k] = marginal
        if (marginal > 0) {
          moving++
          log += Math.log(marginal)
        } else log -= Math.log(held)
      }
      product = Math.exp(log / (1 + moving))
      if (!changed && round > 0) break
    }
    let sum = 0
    productAfter = product
    for (let k = 0; k < size; k++) {
      after[k] = levels[k]! > 0 ? product / levels[k]! : balances[k]!
      sum += after[k]!
    }
    return amplified * (sum - invariant) + invariant - product
  }

  /** Narrows the scale between two ends by the Illinois form of regula falsi. */
  const findRoot = (from: number, to: number): void => {
    let low = from
    let high = to
    // Moving tokens move the product term too, so the root can lie outside.
    let atLow = settle(low)
    for (let width = high - low; atLow < 0 && width < farthest; width *= 2) {
      low = Math.max(low - width, -0.999999 * amplified)
      atLow = settle(low)
    }
    let atHigh = settle(high)
    for (let width = high - low; atHigh > 0 && width < farthest; width *= 2) {
      high += width
      atHigh = settle(high)
    }
    let side = 0
    for (let round = 0; round < rounds; round++) {
      const middle =
        atLow === atHigh
          ? (low + high) / 2
          : high - (atHigh * (high - low)) / (atHigh - atLow)
      const next = middle > low && middle < high ? middle : (low + high) / 2
      const at = settle(next)
      if (at === 0 || high - low <= 1e-16 * Math.abs(high)) return
      if (at > 0) {
        low = next
        atLow = at
        if (side === -1) atHigh /= 2
        side = -1
      } else {
        high = next
        atHigh = at
        if (side === 1) atLow /= 2
        side = 1
      }
      if (Math.abs(at) <= 1e-16 * amplified * invariant) return
    }
  }

  /** Fills `flows` in value; the slack is negative when a trade pays. */
  const solve = (
    logPrices: Float64Array,
    flows: Float64Array,
    logCharges: Float64Array | undefined,
  ): number => {
    let most = Number.NEGATIVE_INFINITY
    for (let k = 0; k < size; k++)
      most = Math.max(most, logPrices[k]! - logRates[k]!)
    // Prices per scaled unit, the dearest token at 1.
    for (let k = 0; k < size; k++) {
      const log = logPrices[k]! - logRates[k]! - most
      const charge = logCharges?.[k] ?? 0
      prices[k] = Math.exp(log)
      entryPrices[k] = Math.exp(log + charge)
      shortIn[k] = -Math.expm1(log + charge)
      shortOut[k] = -Math.expm1(log + logGamma)
    }
    flows.fill(0)
    let lowest = Number.NEGATIVE_INFINITY
    let highest = Number.POSITIVE_INFINITY
    for (let k = 0; k < size; k++) {
      const marginal = Math.log(amplified + productNow / balances[k]!)
      const price = Math.log(prices[k]!)
      // No trade pays while `scale * price` can be within the fee of every
      // token's marginal value.
      lowest = Math.max(lowest, marginal - price - (logCharges?.[k] ?? 0))
      highest = Math.min(highest, marginal - price - logGamma)
    }
    const slack = highest - lowest
    if (slack >= 0) return slack
    // About here all that moves goes in, and there all comes out.
    findRoot(Math.exp(highest) - amplified, Math.exp(lowest) - amplified)
    const unit = Math.exp(most)
    for (let k = 0; k < size; k++) {
      const moved = balances[k]! - after[k]!
      flows[k] =
        unit *
        (moved > 0 ? prices[k]! * gamma * moved : entryPrices[k]! * moved)
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
      ((balances[indexIn]! / Math.exp(logRates[indexIn]!)) *
        (amplified + size)) /
      (2 * size),
    getDepth: (index) =>
      (balances[index]! / Math.exp(logRates[index]!)) * amplified,
    evaluate: (logPrices, trade, logCharges) => {
      trade.conductances.fill(0)
      trade.value = 0
      trade.margin = 0
      const slack = solve(logPrices, trade.flows, logCharges)
      trade.slack = Math.max(0, slack)
      if (slack >= 0) return
      let value = 0
      trade.margin = 0
      for (let k = 0; k < size; k++) {
        const flow = trade.flows[k]!
        value += flow
        // A flow is the difference of two balances and as coarse as they are.
        trade.margin +=
          resolution * balances[k]! * Math.exp(logPrices[k]! - logRates[k]!)
        if (flow <= 0) continue
        // The fee on what was received stays in the pool and makes that token
        // cheaper, by at most this share.
        const kept = (1 - gamma) * (balances[k]! - after[k]!)
        const linear = (amplified * after[k]!) / productAfter
        trade.margin += (flow * kept) / after[k]! / (1 + linear)
      }
      trade.value = Math.max(0, value)
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < size; k++) shifted[k] = logPrices[k]!
        shifted[j] = shifted[j]! + probe
        solve(shifted, probed, logCharges)
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
