import type { Market } from '../market/market.js'
import {
  buildBorrowRate,
  buildSupplyRate,
  type SmoothRate,
} from './rateOfUse.js'

/** A stretch of amounts over which income bends one way only. */
export type IncomePiece = {
  /** Amounts as shares of the whole. */
  readonly from: number
  readonly to: number
  readonly isConcave: boolean
  readonly rate: SmoothRate
  /** Marginal income at both ends. */
  readonly slopeFrom: number
  readonly slopeTo: number
}

/**
 * What an amount x brings in a year in one market, own effect on the rate
 * included: the interest of a deposit, or the interest of a debt as a negative
 * income. All amounts are shares of the whole.
 */
export type IncomeCurve = {
  readonly type: 'supply' | 'borrow'
  /** The most that this market may take or give. */
  readonly cap: number
  /** The least that may be there when anything is; 0 for no such rule. */
  readonly least: number
  /** What lies there already and belongs to the user. */
  readonly held: number
  /** What the position costs a year, only paid when x is above 0. */
  readonly fixedCost: number
  readonly supplied: number
  readonly borrowed: number
  readonly pieces: readonly IncomePiece[]
}

export type IncomeCurveOptions = {
  readonly type: 'supply' | 'borrow'
  /** The market before the action. */
  readonly market: Market
  /** The whole amount to place, above 0. */
  readonly wholeUnits: bigint
  /** The most for this market, at most the whole. */
  readonly capUnits: bigint
  /** The user's own deposit, or debt, of before. */
  readonly heldUnits: bigint
  /** One-off cost. */
  readonly gasUnits: bigint
  /** Over how long the one-off cost is spread. */
  readonly gasSpreadSeconds: bigint
  /** Holding time that adaptive rates are averaged over. */
  readonly horizonSeconds: bigint
}

/**
 * Builds the income curve of one market.
 *
 * @returns Pieces from amount 0 to the cap, without gaps.
 */
export function buildIncomeCurve(options: IncomeCurveOptions): IncomeCurve {
  const { type, market, wholeUnits, horizonSeconds } = options
  const share = (units: bigint) => Number(units) / Number(wholeUnits)
  // Aave's use is counted over what is there plus what is owed.
  const suppliedUnits =
    market.kind === 'aave-v3'
      ? market.availableUnits + market.borrowedUnits
      : market.suppliedUnits
  const curve: IncomeCurve = {
    type,
    cap: share(options.capUnits),
    least: type === 'borrow' ? share(market.minBorrowUnits) : 0,
    held: share(options.heldUnits),
    fixedCost:
      (share(options.gasUnits) * 31_536_000) / Number(options.gasSpreadSeconds),
    supplied: share(suppliedUnits),
    borrowed: share(market.borrowedUnits),
    pieces: [],
  }
  const rates =
    type === 'supply'
      ? buildSupplyRate(market, horizonSeconds)
      : buildBorrowRate(market, horizonSeconds)
  return { ...curve, pieces: cutIntoPieces(curve, rates) }
}

/** A year's income of held and new amount, before the fixed cost. */
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
  const interest = (curve.held + x) * piece.rate.value(getUse(curve, x))
  return curve.type === 'supply' ? interest : -interest
}

/**
 * Finds where, on a concave piece, one more unit brings just `price`.
 *
 * @returns An amount between `from` and `to`.
 */
export function findAmount(
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
  let x = guessAmount(curve, price, { from, to, atFrom, atTo })
  // Newton, held inside a shrinking bracket so that it must end.
  for (let step = 0; step < 60; step += 1) {
    const slope = slopeAt(x)
    if (slope > price) low = x
    else high = x
    let next = x - (slope - price) / getBend(curve, piece.rate, x)
    if (!(next > low && next < high)) next = (low + high) / 2
    if (Math.abs(next - x) <= 1e-15 * x || next === low || next === high)
      return next
    x = next
  }
  return x
}

/** Marginal income falls about as the square of all that is supplied. */
function guessAmount(
  curve: IncomeCurve,
  price: number,
  span: {
    readonly from: number
    readonly to: number
    readonly atFrom: number
    readonly atTo: number
  },
): number {
  const { from, to, atFrom, atTo } = span
  const linear = from + ((to - from) * (atFrom - price)) / (atFrom - atTo)
  if (curve.type === 'borrow' || price <= 0) return linear
  const { supplied } = curve
  const guess = (supplied + from) * Math.sqrt(atFrom / price) - supplied
  return guess > from && guess < to ? guess : linear
}

function getUse(curve: IncomeCurve, x: number): number {
  const { supplied, borrowed } = curve
  if (curve.type === 'borrow')
    return supplied > 0 ? (borrowed + x) / supplied : 0
  return supplied + x > 0 ? borrowed / (supplied + x) : 0
}

function getMarginalIncome(
  curve: IncomeCurve,
  rate: SmoothRate,
  x: number,
): number {
  const use = getUse(curve, x)
  const amount = curve.held + x
  if (curve.type === 'borrow')
    return curve.supplied > 0
      ? -rate.value(use) - (amount * rate.slope(use)) / curve.supplied
      : -rate.value(use)
  const total = curve.supplied + x
  if (!(total > 0)) return rate.value(0)
  return rate.value(use) - (amount * rate.slope(use) * use) / total
}

/** The second derivative of income: how fast one more unit loses its worth. */
export function getBend(
  curve: IncomeCurve,
  rate: SmoothRate,
  x: number,
): number {
  if (curve.type === 'borrow') return getCurvature(curve, rate, x)
  const total = curve.supplied + x
  if (!(total > 0)) return 0
  return (getCurvature(curve, rate, x) * curve.borrowed) / total ** 3
}

/** Has the sign of the second derivative of income, and none of its poles. */
function getCurvature(curve: IncomeCurve, rate: SmoothRate, x: number): number {
  const use = getUse(curve, x)
  const amount = curve.held + x
  if (curve.type === 'borrow') {
    const { supplied } = curve
    if (!(supplied > 0)) return 0
    return (
      (-2 * rate.slope(use)) / supplied -
      (amount * rate.bend(use)) / (supplied * supplied)
    )
  }
  const slope = rate.slope(use)
  return (
    -2 * slope * (curve.supplied + x) +
    amount * (rate.bend(use) * use + 2 * slope)
  )
}

/** The amount at which a use is met; a deposit lowers use, a debt raises it. */
function getAmountAt(curve: IncomeCurve, use: number): number {
  const { supplied, borrowed } = curve
  if (curve.type === 'borrow') return use * supplied - borrowed
  if (use === 0) return Number.POSITIVE_INFINITY
  if (use === Number.POSITIVE_INFINITY || borrowed === 0)
    return Number.NEGATIVE_INFINITY
  return borrowed / use - supplied
}

/**
 * Cuts 0..cap at the kinks of the rate and wherever income changes from bending
 * down to bending up.
 */
function cutIntoPieces(
  curve: IncomeCurve,
  rates: readonly SmoothRate[],
): IncomePiece[] {
  const { cap } = curve
  const isSupply = curve.type === 'supply'
  const ordered = isSupply ? [...rates].reverse() : rates
  const pieces: IncomePiece[] = []
  let from = 0
  ordered.forEach((rate, index) => {
    if (pieces.length > 0 && from >= cap) return
    const isLast = index === ordered.length - 1
    const end = isLast
      ? Number.POSITIVE_INFINITY
      : getAmountAt(curve, isSupply ? rate.from : rate.to)
    const to = Math.min(cap, end)
    if (!(to > from || (to === from && cap === 0))) return
    for (const [start, stop] of cutAtBends(curve, rate, from, to))
      pieces.push({
        from: start,
        to: stop,
        isConcave: getCurvature(curve, rate, (start + stop) / 2) <= 0,
        rate,
        slopeFrom: getMarginalIncome(curve, rate, start),
        slopeTo: getMarginalIncome(curve, rate, stop),
      })
    from = to
  })
  return pieces
}

function cutAtBends(
  curve: IncomeCurve,
  rate: SmoothRate,
  from: number,
  to: number,
): [number, number][] {
  const isUp = (x: number) => getCurvature(curve, rate, x) > 0
  const cuts = [from]
  // Even steps in use, not in amount: the bends lie where use is still high.
  const firstUse = getUse(curve, from)
  const lastUse = getUse(curve, to)
  let before = from
  const { steps } = rate
  for (let step = 1; step <= steps && firstUse !== lastUse; step += 1) {
    const use = firstUse + ((lastUse - firstUse) * step) / steps
    const here =
      step === steps
        ? to
        : Math.min(to, Math.max(before, getAmountAt(curve, use)))
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
