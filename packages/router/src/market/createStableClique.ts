import type { StablePool } from '../pools/Pool.js'
import type { CliquePool, CliqueTrade } from './CliquePool.js'

// Newton's method takes about five rounds; the rest is for hostile prices.
const rounds = 80
const precise = 1e-15
// Rounds after which the interval is halved instead, where there is a kink.
const patience = 12
const settlings = 20
// Stands for a marginal value at which a balance would be without end.
const tiny = 1e-30
const farthest = 1e30
const resolution = 4e-15

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
  // What a level moves each marginal value by, and their logs' conductance.
  const weights = new Float64Array(size)
  const ratios = new Float64Array(size)

  const getProduct = (values: ArrayLike<number>): number => {
    let log = constant
    for (let k = 0; k < size; k++) log -= Math.log(values[k]!)
    return Math.exp(log)
  }
  const productNow = getProduct(balances)
  const logNow = Float64Array.from(balances, Math.log)
  let productAfter = productNow
  let levelAfter = 0
  let slopeAfter = 0

  /**
   * Fills `after` for a price scale; gives the invariant's error.
   *
   * The scale is given as the dearest token's marginal value over the linear
   * part: as a sum, the small part would lose its last digits to the large one.
   *
   * For a fixed set of moving tokens the product term has a closed form; the
   * set follows from it, and settles within a few rounds.
   */
  const settle = (level: number, guess: number): number => {
    let product = guess
    let moving = 0
    let drift = 0
    for (let round = 0; round < settlings; round++) {
      moving = 0
      drift = 0
      let log = constant
      let changed = false
      for (let k = 0; k < size; k++) {
        const held = balances[k]!
        const marginalIn = level * entryPrices[k]! - amplified * shortIn[k]!
        const marginalOut =
          level * gamma * prices[k]! - amplified * shortOut[k]!
        // A marginal value under the linear part's has no finite balance.
        let marginal = 0
        if (marginalIn <= 0 || product > held * marginalIn) {
          marginal = Math.max(marginalIn, tiny)
          weights[k] = marginalIn > tiny ? entryPrices[k]! : 0
        } else if (marginalOut > 0 && product < held * marginalOut) {
          marginal = marginalOut
          weights[k] = gamma * prices[k]!
        }
        if (marginal !== levels[k]) changed = true
        levels[k] = marginal
        if (marginal > 0) {
          moving++
          log += Math.log(marginal)
          drift += weights[k]! / marginal
        } else log -= logNow[k]!
      }
      product = Math.exp(log / (1 + moving))
      if (!changed && round > 0) break
    }
    drift /= 1 + moving
    let sum = 0
    let slope = 0
    for (let k = 0; k < size; k++) {
      if (levels[k]! > 0) {
        after[k] = product / levels[k]!
        slope += after[k]! * (drift - weights[k]! / levels[k]!)
      } else after[k] = balances[k]!
      sum += after[k]!
    }
    productAfter = product
    levelAfter = level
    slopeAfter = amplified * slope - product * drift
    return amplified * (sum - invariant) + invariant - product
  }

  /** Finds the scale by Newton's method, kept inside what is known. */
  const findRoot = (from: number, to: number): void => {
    const floor = -0.999999 * amplified
    const noise = 1e-16 * amplified * invariant
    let low = floor
    let high = farthest
    let width = to - from
    let level = (from + to) / 2
    let product = productNow
    for (let round = 0; round < rounds; round++) {
      const at = settle(level, product)
      product = productAfter
      if (at > 0) low = level
      else high = level
      if (Math.abs(at) <= noise) return
      let next = level - at / slopeAfter
      if (!(next > low && next < high) || round % patience === patience - 1) {
        // Moving tokens move the product term too, so the root can lie outside.
        width *= 2
        if (high === farthest) next = low + width
        else if (low === floor) next = Math.max(high - width, (low + high) / 2)
        else next = (low + high) / 2
      }
      if (Math.abs(next - level) <= precise * Math.abs(level)) return
      level = next
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

  /**
   * How the best trade moves with each log price, in closed form.
   *
   * With `r = 1 + a x / p` of each moving token, its balance follows the product
   * term and the price scale by `dlog x = dlog p - r (dlog scale + dlog price)`,
   * and what is paid for is what is received: `sum of r x dlog x = 0`.
   */
  const fillConductances = (
    logPrices: Float64Array,
    trade: CliqueTrade,
  ): void => {
    let most = Number.NEGATIVE_INFINITY
    let moving = 0
    let sum = 0
    let squares = 0
    for (let k = 0; k < size; k++) {
      most = Math.max(most, logPrices[k]! - logRates[k]!)
      ratios[k] = 0
      if (!(levels[k]! > 0)) continue
      const ratio = 1 + (amplified * after[k]!) / productAfter
      ratios[k] = ratio
      moving++
      sum += ratio
      squares += ratio * ratio
    }
    const perValue = (Math.exp(most) * productAfter) / (levelAfter + amplified)
    const spread = (sum * sum) / (1 + moving) - squares
    for (let j = 0; j < size; j++) {
      const own = ratios[j]!
      if (own === 0) continue
      const scale = (own * own - (own * sum) / (1 + moving)) / spread
      const product = (sum * scale + own) / (1 + moving)
      for (let k = 0; k < size; k++) {
        const other = ratios[k]!
        if (k === j || other === 0) continue
        const slope = perValue * other * (product - other * scale)
        trade.conductances[j * size + k] = Math.max(0, slope)
      }
    }
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
      fillConductances(logPrices, trade)
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
