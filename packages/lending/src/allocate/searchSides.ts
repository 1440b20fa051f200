import { type Filling, fillCurves, type Sides } from './fillCurves.js'
import type { IncomeCurve } from './incomeCurve.js'

/** The best deposits that were found, and what no other could beat. */
export type SearchResult = {
  /** Shares of the whole, one for each curve. */
  readonly deposits: readonly number[]
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
 * Finds the best deposits over all choices of sides.
 *
 * Crossing a kink downward lifts the marginal income, so each market with a
 * kink ahead has two sides, and each side is water-filled on its own. Instead
 * of listing all choices, the one with the highest bound is divided at the one
 * market whose filling falls short of its bound; what is left undivided when
 * the best filling meets the highest bound cannot hold anything better.
 *
 * @param curves - One for each market, amounts as shares of the whole.
 * @returns The best deposits, or `undefined` when the caps hold less than all.
 */
export function searchSides(
  curves: readonly IncomeCurve[],
): SearchResult | undefined {
  const root: Sides = {
    from: curves.map(() => 0),
    to: curves.map(({ cap }) => cap),
    isUsed: curves.map(() => false),
  }
  const first = fillCurves(curves, root)
  if (first === undefined) return undefined

  let best: Filling = first
  let choices = 1
  let closed = Number.NEGATIVE_INFINITY
  const open: { sides: Sides; filling: Filling }[] = [
    { sides: root, filling: first },
  ]
  while (open.length > 0) {
    const index = findHighest(open)
    const { sides, filling } = open[index]!
    if (filling.bound <= best.income + tolerance || choices >= maxChoices) break
    open.splice(index, 1)
    const children = divide(curves, sides, filling)
    if (children.length === 0) {
      closed = Math.max(closed, filling.bound)
      continue
    }
    for (const child of children) {
      const found = fillCurves(curves, child)
      choices += 1
      if (found === undefined) continue
      if (found.income > best.income) best = found
      // A part cannot hold more than the whole it was cut from.
      const bound = Math.min(found.bound, filling.bound)
      open.push({ sides: child, filling: { ...found, bound } })
    }
  }
  const bound = open.reduce(
    (highest, { filling }) => Math.max(highest, filling.bound),
    Math.max(closed, best.income),
  )
  return { deposits: best.deposits, income: best.income, bound, choices }
}

function findHighest(open: readonly { readonly filling: Filling }[]): number {
  let highest = 0
  for (let index = 1; index < open.length; index += 1)
    if (open[index]!.filling.bound > open[highest]!.filling.bound)
      highest = index
  return highest
}

/** Divides a choice of sides where its filling falls short of its bound. */
function divide(
  curves: readonly IncomeCurve[],
  sides: Sides,
  filling: Filling,
): Sides[] {
  const { doubt } = filling
  if (doubt === undefined) return []
  const { market, low, high } = doubt
  const curve = curves[market]!
  const x = filling.deposits[market]!
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
