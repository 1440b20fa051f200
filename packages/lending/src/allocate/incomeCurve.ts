import type { Market } from '../market/market.js'
import { buildSupplyRate, type SmoothRate } from './rateOfUse.js'

/** A stretch of deposits over which income bends one way only. */
export type IncomePiece = {
  /** Deposits as shares of the whole amount. */
  readonly from: number
  readonly to: number
  readonly isConcave: boolean
  readonly rate: SmoothRate
  /** Marginal income at both ends. */
  readonly slopeFrom: number
  readonly slopeTo: number
}

/**
 * What a deposit of x earns a year in one market, own effect on the rate
 * included. All amounts are shares of the whole amount to place.
 */
export type IncomeCurve = {
  /** The most that this market may take. */
  readonly cap: number
  /** What lies there already and belongs to the user. */
  readonly held: number
  /** What the position costs a year, only paid when x is above 0. */
  readonly fixedCost: number
  readonly supplied: number
  readonly borrowed: number
  readonly pieces: readonly IncomePiece[]
}

/**
 * Builds the income curve of one market.
 *
 * @param options.market - The market before the deposit.
 * @param options.wholeUnits - The whole amount to place, above 0.
 * @param options.capUnits - The most for this market, at most the whole.
 * @param options.heldUnits - The user's own deposit of before.
 * @param options.fixedCost - A year's share of the gas, per unit of the whole.
 * @param options.horizonSeconds - Holding time.
 * @returns Pieces from deposit 0 to the cap, without gaps.
 */
export function buildIncomeCurve(options: {
  readonly market: Market
  readonly wholeUnits: bigint
  readonly capUnits: bigint
  readonly heldUnits: bigint
  readonly fixedCost: number
  readonly horizonSeconds: bigint
}): IncomeCurve {
  const { market, wholeUnits, horizonSeconds } = options
  const share = (units: bigint) => Number(units) / Number(wholeUnits)
  // Aave's use is counted over what is there plus what is owed.
  const suppliedUnits =
    market.kind === 'aave-v3'
      ? market.availableUnits + market.borrowedUnits
      : market.suppliedUnits
  const curve: Omit<IncomeCurve, 'pieces'> = {
    cap: share(options.capUnits),
    held: share(options.heldUnits),
    fixedCost: options.fixedCost,
    supplied: share(suppliedUnits),
    borrowed: share(market.borrowedUnits),
  }
  const rates = buildSupplyRate(market, horizonSeconds)
  return { ...curve, pieces: cutIntoPieces(curve, rates) }
}

/** A year's income of held and new deposit, before the fixed cost. */
export function getIncome(curve: IncomeCurve, x: number): number {
  const piece =
    curve.pieces.find(({ to }) => x <= to) ??
    curve.pieces[curve.pieces.length - 1]!
  return getPieceIncome(curve, piece, x)
}

/** The same where the piece is known. */
export function getPieceIncome(
  curve: IncomeCurve,
  piece: IncomePiece,
  x: number,
): number {
  return (curve.held + x) * piece.rate.value(getUse(curve, x))
}

/**
 * Finds where, on a concave piece, one more unit earns just `price`.
 *
 * @returns A deposit between `from` and `to`.
 */
export function findDeposit(
  curve: IncomeCurve,
  piece: IncomePiece,
  price: number,
  from: number,
  to: number,
): number {
  const slopeAt = (x: number) => getMarginalIncome(curve, piece.rate, x)
  const atFrom = from === piece.from ? piece.slopeFrom : slopeAt(from)
  if (atFrom <= price) return from
  const atTo = to === piece.to ? piece.slopeTo : slopeAt(to)
  if (atTo >= price) return to
  let low = from
  let high = to
  let x = from
  let slope = atFrom
  // Newton from the left, held inside a shrinking bracket so that it must end.
  for (let step = 0; step < 60; step += 1) {
    const bend = getBend(curve, piece.rate, x)
    let next = x - (slope - price) / bend
    if (!(next > low && next < high)) next = (low + high) / 2
    if (next === x || high - low <= 1e-16 * high) return next
    const moved = Math.abs(next - x)
    x = next
    slope = slopeAt(x)
    if (slope > price) low = x
    else high = x
    if (moved <= 1e-15 * x) return x
  }
  return x
}

function getUse(curve: IncomeCurve, x: number): number {
  const total = curve.supplied + x
  return total > 0 ? curve.borrowed / total : 0
}

function getMarginalIncome(
  curve: IncomeCurve,
  rate: SmoothRate,
  x: number,
): number {
  const total = curve.supplied + x
  if (!(total > 0)) return rate.value(0)
  const use = curve.borrowed / total
  return rate.value(use) - ((curve.held + x) * rate.slope(use) * use) / total
}

/** The second derivative of income. */
function getBend(curve: IncomeCurve, rate: SmoothRate, x: number): number {
  const total = curve.supplied + x
  if (!(total > 0)) return 0
  return (getCurvature(curve, rate, x) * curve.borrowed) / total ** 3
}

/** Has the sign of the second derivative of income, and none of its poles. */
function getCurvature(curve: IncomeCurve, rate: SmoothRate, x: number): number {
  const total = curve.supplied + x
  const use = getUse(curve, x)
  const slope = rate.slope(use)
  return (
    -2 * slope * total + (curve.held + x) * (rate.bend(use) * use + 2 * slope)
  )
}

/**
 * Cuts 0..cap at the kinks of the rate and wherever income changes from bending
 * down to bending up.
 */
function cutIntoPieces(
  curve: Omit<IncomeCurve, 'pieces'>,
  rates: readonly SmoothRate[],
): IncomePiece[] {
  const whole: IncomeCurve = { ...curve, pieces: [] }
  const { supplied, borrowed, cap } = curve
  // A kink at use u is met when supplied + x = borrowed/u; a deposit lowers use,
  // so the stretches come from the highest use to the lowest.
  const depositAt = (use: number) =>
    use === 0
      ? Number.POSITIVE_INFINITY
      : use === Number.POSITIVE_INFINITY || borrowed === 0
        ? Number.NEGATIVE_INFINITY
        : borrowed / use - supplied
  const pieces: IncomePiece[] = []
  let from = 0
  for (const rate of [...rates].reverse()) {
    const to = Math.min(cap, depositAt(rate.from))
    if (to < from || (to === from && cap > 0)) continue
    for (const [start, stop] of cutAtBends(whole, rate, from, to))
      pieces.push({
        from: start,
        to: stop,
        isConcave: getCurvature(whole, rate, (start + stop) / 2) <= 0,
        rate,
        slopeFrom: getMarginalIncome(whole, rate, start),
        slopeTo: getMarginalIncome(whole, rate, stop),
      })
    from = to
    if (from >= cap) break
  }
  return pieces
}

const samples = 24

function cutAtBends(
  curve: IncomeCurve,
  rate: SmoothRate,
  from: number,
  to: number,
): [number, number][] {
  const isUp = (x: number) => getCurvature(curve, rate, x) > 0
  const cuts = [from]
  // Even steps in use, not in deposit: the bends lie where use is still high.
  const highUse = getUse(curve, from)
  const lowUse = getUse(curve, to)
  let before = from
  for (let step = 1; step <= samples && highUse > lowUse; step += 1) {
    const use = highUse + ((lowUse - highUse) * step) / samples
    const here =
      step === samples
        ? to
        : Math.min(to, Math.max(from, curve.borrowed / use - curve.supplied))
    if (isUp(before) !== isUp(here)) cuts.push(findBend(isUp, before, here))
    before = here
  }
  cuts.push(to)
  const spans: [number, number][] = []
  for (let index = 1; index < cuts.length; index += 1) {
    const start = cuts[index - 1]!
    const stop = cuts[index]!
    if (stop > start || cuts.length === 2) spans.push([start, stop])
  }
  return spans
}

function findBend(
  isUp: (x: number) => boolean,
  from: number,
  to: number,
): number {
  const atFrom = isUp(from)
  let low = from
  let high = to
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (isUp(middle) === atFrom) low = middle
    else high = middle
  }
  return (low + high) / 2
}
