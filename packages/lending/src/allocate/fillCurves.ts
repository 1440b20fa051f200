import {
  findAmount,
  getBend,
  getIncome,
  getPieceIncome,
  type IncomeCurve,
} from './incomeCurve.js'

/** Between which amounts each market is to stay: one choice of sides. */
export type Sides = {
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** Whether the market is decided to be used, so that its fixed cost is paid. */
  readonly isUsed: readonly boolean[]
}

/** The best filling within one choice of sides, and a bound on all of them. */
export type Filling = {
  /** No filling within these sides brings more. */
  readonly bound: number
  /** What this filling brings, fixed costs paid. */
  readonly income: number
  /** Shares of the whole, one for each curve. */
  readonly amounts: readonly number[]
  /** The best amounts on both sides of the price that this filling is at. */
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** The price of a unit in each market, tilts included. */
  readonly prices: readonly number[]
  /** Where bound and income part, absent when they meet. */
  readonly doubt?: {
    readonly market: number
    readonly loss: number
    readonly low: number
    readonly high: number
  }
}

/** Below this a difference in the total is rounding. */
const roundingSlack = 1e-12
const totalTolerance = 1e-13
/** How far the bound may lie above the least one: a 1e-8th of a basis point. */
const boundTolerance = 1e-12

/**
 * Fills the markets like water up to one price of money.
 *
 * For any price `p` the sum of each market's largest `income(x) - p·x`, plus
 * `p` times the whole, is at least the best possible income (weak duality), so
 * every price tried gives a bound; the price at which the amounts add up to the
 * whole gives the least one.
 *
 * @param curves - One for each market, amounts as shares of the whole.
 * @param sides - Where each amount is to stay.
 * @param tilts - What a unit costs beside the price, market by market.
 * @returns The filling, or `undefined` when the sides cannot hold the whole.
 */
export function fillCurves(
  curves: readonly IncomeCurve[],
  sides: Sides,
  tilts?: readonly number[],
): Filling | undefined {
  const least = sides.from.reduce((sum, from) => sum + from, 0)
  const most = sides.to.reduce((sum, to) => sum + to, 0)
  if (least > 1 + roundingSlack || most < 1 - roundingSlack) return undefined

  let bound = Number.POSITIVE_INFINITY
  const answer = (price: number): Answer => {
    const amounts: number[] = []
    let total = 0
    let yielding = 0
    let surplus = price
    for (let market = 0; market < curves.length; market += 1) {
      const own = price + (tilts?.[market] ?? 0)
      const best = findBestAmount(curves[market]!, sides, market, own)
      amounts.push(best.amount)
      total += best.amount
      yielding += best.yielding
      surplus += best.surplus
    }
    if (surplus < bound) bound = surplus
    return { price, amounts, total, yielding }
  }

  const [cheapest, dearest] = getPriceRange(curves, sides, tilts)
  let cheap = answer(cheapest)
  let dear = answer(dearest)
  let last = cheap
  let stale = 0
  for (let step = 0; step < 200; step += 1) {
    const width = dear.price - cheap.price
    const excess = Math.max(cheap.total - 1, 1 - dear.total)
    if (
      cheap.total - 1 <= totalTolerance ||
      1 - dear.total <= totalTolerance ||
      width * excess <= boundTolerance ||
      width <= 1e-15 * Math.max(Math.abs(cheap.price), Math.abs(dear.price))
    )
      break
    // Newton while it pays, halving where a jump makes it crawl.
    const isCrawling = stale >= 3
    const guess = last.price - (last.total - 1) / last.yielding
    const price =
      !isCrawling && guess > cheap.price && guess < dear.price
        ? guess
        : (cheap.price + dear.price) / 2
    last = answer(price)
    if (last.total >= 1) cheap = last
    else dear = last
    const isShrinking = dear.price - cheap.price <= width / 2
    stale = isCrawling || isShrinking ? 0 : stale + 1
  }

  // Where one end of the range holds the whole already, its price is the one.
  const price =
    cheap.total - 1 <= totalTolerance
      ? cheap.price
      : 1 - dear.total <= totalTolerance
        ? dear.price
        : (cheap.price + dear.price) / 2
  return describeFilling(curves, {
    bound,
    prices: curves.map((_, market) => price + (tilts?.[market] ?? 0)),
    amounts: mergeAmounts(dear, cheap.amounts, sides),
    low: dear.amounts,
    high: cheap.amounts,
  })
}

/** What all markets take at one price. */
type Answer = {
  readonly price: number
  readonly amounts: readonly number[]
  readonly total: number
  /** How the total changes with the price. */
  readonly yielding: number
}

/** Prices at which everything, and nothing, that the sides allow is taken. */
function getPriceRange(
  curves: readonly IncomeCurve[],
  sides: Sides,
  tilts: readonly number[] | undefined,
): [cheap: number, dear: number] {
  let cheap = Number.POSITIVE_INFINITY
  let dear = Number.NEGATIVE_INFINITY
  curves.forEach((curve, market) => {
    const tilt = tilts?.[market] ?? 0
    for (const { slopeFrom, slopeTo } of curve.pieces) {
      cheap = Math.min(cheap, slopeFrom - tilt, slopeTo - tilt)
      dear = Math.max(dear, slopeFrom - tilt, slopeTo - tilt)
    }
    const to = sides.to[market]!
    if (curve.fixedCost > 0 && to > 0) {
      const gained = getIncome(curve, to) - getIncome(curve, 0)
      cheap = Math.min(cheap, (gained - curve.fixedCost) / to - tilt)
    }
  })
  const margin = 1e-9 + 1e-9 * Math.max(Math.abs(cheap), Math.abs(dear))
  return [cheap - margin, dear + margin]
}

/** The amount with the largest `income(x) - price·x` in one market. */
function findBestAmount(
  curve: IncomeCurve,
  sides: Sides,
  market: number,
  price: number,
): { amount: number; surplus: number; yielding: number } {
  const from = sides.from[market]!
  const to = sides.to[market]!
  const isUsed = sides.isUsed[market] === true
  let amount = from
  let surplus = Number.NEGATIVE_INFINITY
  let yielding = 0
  const consider = (x: number, income: number, change: number) => {
    const cost = x > 0 || isUsed ? curve.fixedCost : 0
    const value = income - cost - price * x
    if (value > surplus) {
      surplus = value
      amount = x
      yielding = change
    }
  }
  for (const piece of curve.pieces) {
    const low = Math.max(from, piece.from)
    const high = Math.min(to, piece.to)
    if (low > high) continue
    if (piece.isConcave) {
      const x = findAmount(curve, piece, price, low, high)
      const isInside = x > low && x < high
      const change = isInside ? 1 / getBend(curve, piece.rate, x) : 0
      consider(x, getPieceIncome(curve, piece, x), change)
    } else {
      consider(low, getPieceIncome(curve, piece, low), 0)
      consider(high, getPieceIncome(curve, piece, high), 0)
    }
  }
  // Not being there at all may beat any amount that pays the fixed cost.
  if (from === 0 && curve.fixedCost > 0) consider(0, getIncome(curve, 0), 0)
  if (surplus === Number.NEGATIVE_INFINITY)
    consider(from, getIncome(curve, from), 0)
  return { amount, surplus, yielding }
}

/** Goes from the amounts on one side of the price to the other, up to the whole. */
function mergeAmounts(
  low: { readonly amounts: readonly number[]; readonly total: number },
  high: readonly number[],
  sides: Sides,
): number[] {
  const amounts = [...low.amounts]
  let rest = 1 - low.total
  // Small steps first, so that at most one big jump is left in between.
  const order = amounts
    .map((amount, market) => ({ market, step: high[market]! - amount }))
    .filter(({ step }) => step > 0)
    .sort((a, b) => a.step - b.step || a.market - b.market)
  const add = (market: number, step: number) => {
    const added = Math.min(step, rest)
    if (added <= 0) return
    amounts[market]! += added
    rest -= added
  }
  for (const { market, step } of order) add(market, step)
  // Rounding at the ends of the price range must not lose a part of the whole.
  amounts.forEach((amount, market) => {
    add(market, sides.to[market]! - amount)
  })
  return amounts
}

/**
 * Values a filling. Where a market jumps at its price the filling ends between
 * the two sides of the jump and brings less than the bound: that is the doubt.
 */
export function describeFilling(
  curves: readonly IncomeCurve[],
  filling: Omit<Filling, 'income' | 'doubt'>,
): Filling {
  let income = 0
  let doubt: Filling['doubt']
  curves.forEach((curve, market) => {
    const price = filling.prices[market]!
    const net = (amount: number) =>
      getIncome(curve, amount) - (amount > 0 ? curve.fixedCost : 0)
    const x = filling.amounts[market]!
    income += net(x)
    const ends = [filling.low[market]!, filling.high[market]!]
    const best = Math.max(...ends.map((end) => net(end) - price * end))
    const loss = best - (net(x) - price * x)
    if (loss > (doubt?.loss ?? 0))
      doubt = {
        market,
        loss,
        low: Math.min(...ends),
        high: Math.max(...ends),
      }
  })
  return { ...filling, income, ...(doubt === undefined ? {} : { doubt }) }
}
