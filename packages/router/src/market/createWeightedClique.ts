import type { WeightedPool } from '../pools/Pool.js'
import type { CliquePool } from './CliquePool.js'

/** Creates the float twin of a weighted pool. */
export function createWeightedClique(pool: WeightedPool): CliquePool {
  const size = pool.tokens.length
  const weights = pool.weights.map((weight) => Number(weight) / 1e18)
  const balances = pool.balances.map(Number)
  const logBalances = balances.map(Math.log)
  const logWeights = weights.map(Math.log)
  const logGamma = Math.log1p(-pool.feePips / 1e6)
  const gamma = 1 - pool.feePips / 1e6
  const levels = new Float64Array(size)
  const moves = new Float64Array(size)
  const entries = new Float64Array(size)
  const breaks = new Float64Array(2 * size)

  const sumAt = (x: number): number => {
    let sum = 0
    for (let k = 0; k < size; k++) {
      const received = x + levels[k]!
      const tendered = received + entries[k]!
      if (tendered > 0) sum += weights[k]! * tendered
      else if (received < 0) sum += weights[k]! * received
    }
    return sum
  }

  return {
    size,
    getLogRate: (indexIn, indexOut) =>
      logBalances[indexOut]! -
      logWeights[indexOut]! -
      (logBalances[indexIn]! - logWeights[indexIn]!),
    getConductance: (indexIn, indexOut) =>
      (balances[indexIn]! * weights[indexOut]!) /
      (weights[indexIn]! + weights[indexOut]!) /
      gamma,
    getDepth: (index) => balances[index]!,
    evaluate: (logPrices, trade, logCharges) => {
      trade.value = 0
      trade.margin = 0
      trade.flows.fill(0)
      trade.conductances.fill(0)
      let lowest = Number.NEGATIVE_INFINITY
      let highest = Number.POSITIVE_INFINITY
      for (let k = 0; k < size; k++) {
        levels[k] = logWeights[k]! - logPrices[k]! - logBalances[k]!
        breaks[2 * k] = -levels[k]!
        entries[k] = logGamma - (logCharges?.[k] ?? 0)
        breaks[2 * k + 1] = -levels[k]! - entries[k]!
        lowest = Math.max(lowest, breaks[2 * k]!)
        highest = Math.min(highest, breaks[2 * k + 1]!)
      }
      // Between the two no token is worth moving.
      trade.slack = highest - lowest
      if (trade.slack >= 0) return
      trade.slack = 0
      breaks.sort()
      // The sum is linear between breaks: find the pair around its root.
      let low = breaks[0]!
      let lowSum = sumAt(low)
      let high = low
      let highSum = lowSum
      for (let i = 1; i < breaks.length && highSum < 0; i++) {
        low = high
        lowSum = highSum
        high = breaks[i]!
        highSum = sumAt(high)
      }
      const root =
        highSum === lowSum
          ? high
          : low - (lowSum * (high - low)) / (highSum - lowSum)
      let active = 0
      let excess = 0
      for (let k = 0; k < size; k++) {
        const received = root + levels[k]!
        const tendered = received + entries[k]!
        moves[k] = tendered > 0 ? tendered : received < 0 ? received : 0
        if (moves[k] === 0) continue
        active += weights[k]!
        excess += weights[k]! * moves[k]!
      }
      if (active === 0) return
      // The levels are coarse against a small move of a deep pool. Moves that keep
      // the product are the best trade at prices as near as the levels are fine.
      const correction = excess / active
      for (let k = 0; k < size; k++) {
        if (moves[k] === 0) continue
        const isPaid = moves[k]! > 0
        const held = Math.exp(logPrices[k]! + logBalances[k]!)
        const change = -held * Math.expm1(moves[k]! - correction)
        trade.flows[k] = isPaid ? change * Math.exp(-entries[k]!) : change
        trade.value += trade.flows[k]!
      }
      trade.value = Math.max(0, trade.value)
      const scale = Math.exp(root) / active
      for (let j = 0; j < size; j++)
        for (let k = 0; k < size; k++)
          if (j !== k && moves[j] !== 0 && moves[k] !== 0)
            trade.conductances[j * size + k] = scale * weights[j]! * weights[k]!
    },
  }
}
