import {
  describeFilling,
  type Filling,
  fillCurves,
  type Sides,
} from './fillCurves.js'
import type { IncomeCurve } from './incomeCurve.js'

/** A limit on the weighted sum of all amounts: the collateral there is. */
export type Weights = {
  /** What a whole in each market weighs. */
  readonly each: readonly number[]
  readonly limit: number
}

/**
 * Fills the markets as {@link fillCurves} does, within a weight limit.
 *
 * The limit gets a price of its own, charged on each market by its weight. For
 * any such price the filling's bound plus the price of the limit still bounds
 * every filling that keeps the limit.
 *
 * @returns The filling, or `undefined` when the sides cannot hold the whole
 *   within the limit.
 */
export function fillWithin(
  curves: readonly IncomeCurve[],
  sides: Sides,
  weights: Weights,
): Filling | undefined {
  const { each, limit } = weights
  const weigh = (amounts: readonly number[]) =>
    amounts.reduce((sum, amount, market) => sum + amount * each[market]!, 0)
  let bound = Number.POSITIVE_INFINITY
  const fill = (price: number) => {
    const filling = fillCurves(
      curves,
      sides,
      each.map((weight) => weight * price),
    )
    if (filling === undefined) return undefined
    bound = Math.min(bound, filling.bound + price * limit)
    return { filling, weight: weigh(filling.amounts) }
  }

  let light = fill(0)
  if (light === undefined) return undefined
  if (light.weight <= limit) return light.filling

  const lightest = fillLightest(sides, each)
  if (weigh(lightest) > limit) return undefined
  let heavy = light
  let low = 0
  let high = 1e-3
  for (let step = 0; step < 60; step += 1) {
    light = fill(high)
    if (light === undefined || light.weight <= limit) break
    heavy = light
    low = high
    high *= 4
  }
  // Next to the very limit of the limit no price gets there: take what does.
  if (light === undefined || light.weight > limit)
    return describeFilling(curves, {
      bound,
      prices: each.map(() => 0),
      amounts: lightest,
      low: lightest,
      high: lightest,
    })

  for (let step = 0; step < 80 && high - low > 1e-13 * high; step += 1) {
    const price = (low + high) / 2
    const found = fill(price)
    if (found === undefined) break
    if (found.weight <= limit) {
      light = found
      high = price
    } else {
      heavy = found
      low = price
    }
    if (heavy.weight - light.weight <= 1e-14 * limit) break
  }

  // Between the two the limit is met to the last unit.
  const part =
    heavy.weight > light.weight
      ? (limit - light.weight) / (heavy.weight - light.weight)
      : 0
  const [lighter, heavier] = [light.filling, heavy.filling]
  return describeFilling(curves, {
    bound,
    prices: lighter.prices,
    amounts: lighter.amounts.map(
      (amount, market) => amount + part * (heavier.amounts[market]! - amount),
    ),
    low: lighter.low.map((end, market) => Math.min(end, heavier.low[market]!)),
    high: lighter.high.map((end, market) =>
      Math.max(end, heavier.high[market]!),
    ),
  })
}

/** The filling of the least weight: the lightest markets first. */
function fillLightest(sides: Sides, each: readonly number[]): number[] {
  const amounts = [...sides.from]
  let rest = 1 - amounts.reduce((sum, amount) => sum + amount, 0)
  const order = each
    .map((weight, market) => ({ weight, market }))
    .sort((a, b) => a.weight - b.weight || a.market - b.market)
  for (const { market } of order) {
    const added = Math.min(rest, sides.to[market]! - amounts[market]!)
    if (added <= 0) continue
    amounts[market]! += added
    rest -= added
  }
  return amounts
}
