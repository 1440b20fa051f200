import {
  findDeposit,
  getIncome,
  getPieceIncome,
  type IncomeCurve,
} from './incomeCurve.js'

/** Between which deposits each market is to stay: one choice of sides. */
export type Sides = {
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** Whether the market is decided to be used, so that its fixed cost is paid. */
  readonly isUsed: readonly boolean[]
}

/** The best filling within one choice of sides, and a bound on all of them. */
export type Filling = {
  /** No filling within these sides earns more. */
  readonly bound: number
  /** What this filling earns, fixed costs paid. */
  readonly income: number
  readonly deposits: readonly number[]
  /** Where bound and income part, absent when they meet. */
  readonly doubt?: {
    readonly market: number
    readonly loss: number
    readonly low: number
    readonly high: number
  }
}

/**
 * Fills the markets with water up to one price of money.
 *
 * For any price `p` the sum of each market's largest `income(x) - p·x`, plus
 * `p` times the whole, is at least the best possible income (weak duality), so
 * every price tried gives a bound; the price at which the deposits add up to
 * the whole gives the least one.
 *
 * @param curves - One for each market, amounts as shares of the whole.
 * @param sides - Where each deposit is to stay.
 * @returns The filling, or `undefined` when the sides cannot hold the whole.
 */
export function fillCurves(
  curves: readonly IncomeCurve[],
  sides: Sides,
): Filling | undefined {
  const least = sides.from.reduce((sum, from) => sum + from, 0)
  const most = sides.to.reduce((sum, to) => sum + to, 0)
  if (least > 1 + roundingSlack || most < 1 - roundingSlack) return undefined

  let bound = Number.POSITIVE_INFINITY
  const answer = (price: number): { deposits: number[]; total: number } => {
    const deposits: number[] = []
    let total = 0
    let surplus = price
    for (let market = 0; market < curves.length; market += 1) {
      const best = findBestDeposit(curves[market]!, sides, market, price)
      deposits.push(best.deposit)
      total += best.deposit
      surplus += best.surplus
    }
    if (surplus < bound) bound = surplus
    return { deposits, total }
  }

  let [cheap, dear] = getPriceRange(curves, sides)
  let atCheap = answer(cheap)
  let atDear = answer(dear)
  let excessCheap = atCheap.total - 1
  let excessDear = atDear.total - 1
  let stale = 0
  for (let step = 0; step < 200; step += 1) {
    const width = dear - cheap
    if (
      excessCheap <= totalTolerance ||
      excessDear >= -totalTolerance ||
      width <= 1e-15 * Math.max(Math.abs(cheap), Math.abs(dear))
    )
      break
    // False position while it pays, halving where a jump makes it crawl.
    const isCrawling = stale >= 2
    const guess = isCrawling
      ? (cheap + dear) / 2
      : cheap + (width * excessCheap) / (excessCheap - excessDear)
    const price = guess > cheap && guess < dear ? guess : (cheap + dear) / 2
    const found = answer(price)
    const excess = found.total - 1
    if (excess >= 0) {
      cheap = price
      atCheap = found
      excessCheap = excess
    } else {
      dear = price
      atDear = found
      excessDear = excess
    }
    stale = isCrawling || dear - cheap <= width / 2 ? 0 : stale + 1
  }

  // Where one side of the bracket holds the whole already, its price is the one.
  const isMetAtCheap = excessCheap <= totalTolerance
  const isMetAtDear = excessDear >= -totalTolerance
  return mergeFillings({
    curves,
    sides,
    bound,
    price: isMetAtCheap ? cheap : isMetAtDear ? dear : (cheap + dear) / 2,
    low: atDear,
    high: atCheap,
  })
}

/** Below this a difference in the total is rounding. */
const roundingSlack = 1e-12
const totalTolerance = 1e-14

/** Prices at which everything, and nothing, that the sides allow is deposited. */
function getPriceRange(
  curves: readonly IncomeCurve[],
  sides: Sides,
): [cheap: number, dear: number] {
  let cheap = Number.POSITIVE_INFINITY
  let dear = Number.NEGATIVE_INFINITY
  curves.forEach((curve, market) => {
    for (const { slopeFrom, slopeTo } of curve.pieces) {
      cheap = Math.min(cheap, slopeFrom, slopeTo)
      dear = Math.max(dear, slopeFrom, slopeTo)
    }
    const to = sides.to[market]!
    if (curve.fixedCost > 0 && to > 0)
      cheap = Math.min(
        cheap,
        (getIncome(curve, to) - curve.fixedCost - getIncome(curve, 0)) / to,
      )
  })
  const margin = 1e-9 + 1e-9 * Math.max(Math.abs(cheap), Math.abs(dear))
  return [cheap - margin, dear + margin]
}

/** The deposit with the largest `income(x) - price·x` in one market. */
function findBestDeposit(
  curve: IncomeCurve,
  sides: Sides,
  market: number,
  price: number,
): { deposit: number; surplus: number } {
  const from = sides.from[market]!
  const to = sides.to[market]!
  let deposit = from
  let surplus = Number.NEGATIVE_INFINITY
  const consider = (x: number, income: number) => {
    const cost = x > 0 || sides.isUsed[market] === true ? curve.fixedCost : 0
    const value = income - cost - price * x
    if (value > surplus) {
      surplus = value
      deposit = x
    }
  }
  for (const piece of curve.pieces) {
    const low = Math.max(from, piece.from)
    const high = Math.min(to, piece.to)
    if (low > high) continue
    if (piece.isConcave) {
      const x = findDeposit(curve, piece, price, low, high)
      consider(x, getPieceIncome(curve, piece, x))
    } else {
      consider(low, getPieceIncome(curve, piece, low))
      consider(high, getPieceIncome(curve, piece, high))
    }
  }
  // Not being there at all may beat any deposit that pays the fixed cost.
  if (from === 0 && curve.fixedCost > 0) consider(0, getIncome(curve, 0))
  if (surplus === Number.NEGATIVE_INFINITY)
    consider(from, getIncome(curve, from))
  return { deposit, surplus }
}

/**
 * Joins the fillings on both sides of the price into one that is exactly the
 * whole. Where a market jumps at the price it ends in between, and earns less
 * than the bound: that is the doubt.
 */
function mergeFillings(options: {
  readonly curves: readonly IncomeCurve[]
  readonly sides: Sides
  readonly bound: number
  readonly price: number
  readonly low: { readonly deposits: readonly number[]; readonly total: number }
  readonly high: { readonly deposits: readonly number[] }
}): Filling {
  const { curves, price, low, high } = options
  const deposits = [...low.deposits]
  let rest = 1 - low.total
  // Small steps first, so that at most one big jump is left in between.
  const order = deposits
    .map((deposit, market) => ({
      market,
      step: high.deposits[market]! - deposit,
    }))
    .filter(({ step }) => step > 0)
    .sort((a, b) => a.step - b.step || a.market - b.market)
  for (const { market, step } of order) {
    const added = Math.min(step, rest)
    if (added <= 0) break
    deposits[market]! += added
    rest -= added
  }

  // Rounding at the ends of the price range must not lose a part of the whole.
  for (let market = 0; market < curves.length && rest > 0; market += 1) {
    const added = Math.min(options.sides.to[market]! - deposits[market]!, rest)
    if (added <= 0) continue
    deposits[market]! += added
    rest -= added
  }

  let income = 0
  let doubt: Filling['doubt']
  curves.forEach((curve, market) => {
    const x = deposits[market]!
    const net = (deposit: number) =>
      getIncome(curve, deposit) - (deposit > 0 ? curve.fixedCost : 0)
    income += net(x)
    const lowEnd = low.deposits[market]!
    const highEnd = high.deposits[market]!
    const best = Math.max(
      net(lowEnd) - price * lowEnd,
      net(highEnd) - price * highEnd,
    )
    const loss = best - (net(x) - price * x)
    if (loss > (doubt?.loss ?? 0))
      doubt = { market, loss, low: lowEnd, high: highEnd }
  })
  return {
    bound: options.bound,
    income,
    deposits,
    ...(doubt === undefined ? {} : { doubt }),
  }
}
