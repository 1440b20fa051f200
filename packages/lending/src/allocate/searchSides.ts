import { type Filling, fillCurves, type Sides } from './fillCurves.js'
import { fillWithin, type Weights } from './fillWithin.js'
import type { IncomeCurve } from './incomeCurve.js'

/** The best amounts that were found, and what no others could beat. */
export type SearchResult = {
  /** Shares of the whole, one for each curve. */
  readonly amounts: readonly number[]
  readonly income: number
  readonly bound: number
  /** How many choices of sides were filled. */
  readonly choices: number
}

/** A millionth of a basis point a year: closer than any chain pays. */
const tolerance = 1e-10
/** Ends the search on a set of markets made to defeat it; the bound still holds. */
const maxChoices = 400

/**
 * Finds the best amounts over all choices of sides.
 *
 * Crossing a kink downward lifts the marginal income, so each market with a
 * kink ahead has two sides, and each side is water-filled on its own. Instead
 * of listing all choices, the one with the highest bound is divided at the one
 * market whose filling falls short of its bound; what is left undivided when
 * the best filling meets the highest bound cannot hold anything better.
 *
 * @param curves - One for each market, amounts as shares of the whole.
 * @param weights - A limit on the weighted sum of the amounts.
 * @returns The best amounts, or `undefined` when the limits hold less than all.
 */
export function searchSides(
  curves: readonly IncomeCurve[],
  weights?: Weights,
): SearchResult | undefined {
  const fill = (sides: Sides) =>
    weights === undefined
      ? fillCurves(curves, sides)
      : fillWithin(curves, sides, weights)
  const open: { sides: Sides; filling: Filling }[] = []
  let best: Filling | undefined
  let choices = 0
  let closed = Number.NEGATIVE_INFINITY
  const consider = (sides: Sides, ceiling: number) => {
    const found = fill(sides)
    choices += 1
    if (found === undefined) return
    const isAllowed = findTooSmall(curves, found.amounts) === undefined
    if (isAllowed && (best === undefined || found.income > best.income))
      best = found
    // A part cannot hold more than the whole it was cut from.
    const bound = Math.min(found.bound, ceiling)
    open.push({ sides, filling: { ...found, bound } })
  }

  consider(
    {
      from: curves.map(() => 0),
      to: curves.map(({ cap, least }) => (cap < least ? 0 : cap)),
      isUsed: curves.map(() => false),
    },
    Number.POSITIVE_INFINITY,
  )
  while (open.length > 0 && choices < maxChoices) {
    const index = findHighest(open)
    const { sides, filling } = open[index]!
    if (best !== undefined && filling.bound <= best.income + tolerance) break
    open.splice(index, 1)
    const parts = divide(curves, sides, filling)
    if (parts.length === 0) closed = Math.max(closed, filling.bound)
    for (const part of parts) consider(part, filling.bound)
  }
  if (best === undefined) return undefined
  const { amounts, income } = best
  const bound = open.reduce(
    (highest, { filling }) => Math.max(highest, filling.bound),
    Math.max(closed, income),
  )
  return { amounts, income, bound, choices }
}

function findHighest(open: readonly { readonly filling: Filling }[]): number {
  let highest = 0
  for (let index = 1; index < open.length; index += 1)
    if (open[index]!.filling.bound > open[highest]!.filling.bound)
      highest = index
  return highest
}

/** A market that is used, but with less than its least. */
function findTooSmall(
  curves: readonly IncomeCurve[],
  amounts: readonly number[],
): number | undefined {
  const market = curves.findIndex(
    ({ least }, index) => amounts[index]! > 0 && amounts[index]! < least,
  )
  return market === -1 ? undefined : market
}

/** Divides a choice of sides where its filling falls short of its bound. */
function divide(
  curves: readonly IncomeCurve[],
  sides: Sides,
  filling: Filling,
): Sides[] {
  const tooSmall = findTooSmall(curves, filling.amounts)
  if (tooSmall !== undefined)
    return [
      { ...sides, to: replace(sides.to, tooSmall, 0) },
      {
        ...sides,
        from: replace(sides.from, tooSmall, curves[tooSmall]!.least),
        isUsed: replace(sides.isUsed, tooSmall, true),
      },
    ]

  const { doubt } = filling
  if (doubt === undefined) return []
  const { market, low, high } = doubt
  const curve = curves[market]!
  const x = filling.amounts[market]!
  const from = sides.from[market]!
  const to = sides.to[market]!

  if (curve.fixedCost > 0 && low === 0 && sides.isUsed[market] !== true)
    return [
      { ...sides, to: replace(sides.to, market, 0) },
      { ...sides, isUsed: replace(sides.isUsed, market, true) },
    ]

  // At a kink between the two ends if there is one; else the piece bends up,
  // and cutting at the filling itself brings bound and income together.
  let cut: number | undefined
  for (const { to: kink } of curve.pieces)
    if (
      kink > low &&
      kink < high &&
      (cut === undefined || Math.abs(kink - x) < Math.abs(cut - x))
    )
      cut = kink
  cut ??= x > low && x < high ? x : (low + high) / 2
  if (!(cut > from && cut < to)) return []
  return [
    { ...sides, to: replace(sides.to, market, cut) },
    { ...sides, from: replace(sides.from, market, cut) },
  ]
}

function replace<Value>(
  values: readonly Value[],
  index: number,
  value: Value,
): Value[] {
  const changed = [...values]
  changed[index] = value
  return changed
}
