import type { Market } from '../market/market.js'
import type { TwoSlopeRate } from '../rates/getAaveV3Rates.js'
import { adaptiveCurve } from '../rates/getAdaptiveCurveRate.js'
import type { CompoundV3Curve } from '../rates/getCompoundV3Rates.js'

// The floating twins of the exact models: they steer the search for an
// allocation, and every amount and rate that is reported is recomputed exactly.

/** A rate per year on one smooth stretch of use, with two derivatives. */
export type SmoothRate = {
  /** The stretch of use, `to` may be infinite. */
  readonly from: number
  readonly to: number
  readonly value: (use: number) => number
  readonly slope: (use: number) => number
  readonly bend: (use: number) => number
  /** Into how many steps the stretch is cut to see every turn of its bend. */
  readonly steps: number
}

const secondsPerYear = 31_536_000
const wad = 1e18
const ray = 1e27

/**
 * Builds what suppliers earn as a function of use, smooth stretch by stretch.
 *
 * @param market - The market.
 * @param horizonSeconds - Holding time that an adaptive curve is averaged over.
 * @returns Stretches from use 0 upward, without gaps.
 */
export function buildSupplyRate(
  market: Market,
  horizonSeconds: bigint,
): SmoothRate[] {
  switch (market.kind) {
    case 'aave-v3':
      return twoSlopeLines(market.rate).map((line) =>
        toSupply(line, 1 - market.reserveFactorBps / 10_000),
      )
    case 'two-slope':
      return twoSlopeLines(market.rate).map((line) =>
        toSupply(line, 1 - Number(market.feeWad) / wad),
      )
    case 'compound-v3':
      return compoundLines(market.supplyCurve).map(toSmooth)
    case 'morpho-blue':
      return buildBorrowRate(market, horizonSeconds).map((rate) =>
        timesUse(rate, 1 - Number(market.feeWad) / wad),
      )
  }
}

/**
 * Builds what borrowers pay as a function of use, smooth stretch by stretch.
 *
 * @param market - The market.
 * @param horizonSeconds - Holding time that an adaptive curve is averaged over.
 * @returns Stretches from use 0 upward, without gaps.
 */
export function buildBorrowRate(
  market: Market,
  horizonSeconds: bigint,
): SmoothRate[] {
  switch (market.kind) {
    case 'aave-v3':
    case 'two-slope':
      return twoSlopeLines(market.rate).map(toSmooth)
    case 'compound-v3':
      return compoundLines(market.borrowCurve).map(toSmooth)
    case 'morpho-blue': {
      const { rateAtTargetWad } = market
      const startPerYear =
        (Number(
          rateAtTargetWad === 0n
            ? adaptiveCurve.initialRateAtTargetWad
            : rateAtTargetWad,
        ) *
          secondsPerYear) /
        wad
      return adaptiveStretches(startPerYear, Number(horizonSeconds))
    }
  }
}

/** A straight piece of a curve: `at0 + rise·use` between two uses. */
type Line = {
  readonly from: number
  readonly to: number
  readonly at0: number
  readonly rise: number
}

function twoSlopeLines(rate: TwoSlopeRate): Line[] {
  const optimal = Number(rate.optimalUsageRay) / ray
  const base = Number(rate.baseRay) / ray
  const slope1 = Number(rate.slope1Ray) / ray
  const slope2 = Number(rate.slope2Ray) / ray
  const low = { from: 0, to: optimal, at0: base, rise: slope1 / optimal }
  if (optimal >= 1) return [{ ...low, to: Number.POSITIVE_INFINITY }]
  const rise = slope2 / (1 - optimal)
  const at0 = base + slope1 - rise * optimal
  return [low, { from: optimal, to: Number.POSITIVE_INFINITY, at0, rise }]
}

function compoundLines(curve: CompoundV3Curve): Line[] {
  const perYear = (perSecondWad: bigint) =>
    (Number(perSecondWad) * secondsPerYear) / wad
  const kink = Number(curve.kinkWad) / wad
  const at0 = perYear(curve.perSecondBaseWad)
  const low = perYear(curve.perSecondSlopeLowWad)
  const high = perYear(curve.perSecondSlopeHighWad)
  const upper = {
    from: kink,
    to: Number.POSITIVE_INFINITY,
    at0: at0 + (low - high) * kink,
    rise: high,
  }
  return kink === 0 ? [upper] : [{ from: 0, to: kink, at0, rise: low }, upper]
}

function toSmooth(line: Line): SmoothRate {
  const { from, to, at0, rise } = line
  return {
    from,
    to,
    value: (use) => at0 + rise * use,
    slope: () => rise,
    bend: () => 0,
    steps: 1,
  }
}

/** What is left for suppliers of a straight borrow rate: `share·r(U)·U`. */
function toSupply(line: Line, share: number): SmoothRate {
  const at0 = share * line.at0
  const rise = share * line.rise
  return {
    from: line.from,
    to: line.to,
    value: (use) => use * (at0 + rise * use),
    slope: (use) => at0 + 2 * rise * use,
    bend: () => 2 * rise,
    steps: 1,
  }
}

function timesUse(rate: SmoothRate, share: number): SmoothRate {
  const { value, slope, bend } = rate
  return {
    from: rate.from,
    to: rate.to,
    value: (use) => share * use * value(use),
    slope: (use) => share * (value(use) + use * slope(use)),
    bend: (use) => share * (2 * slope(use) + use * bend(use)),
    steps: rate.steps,
  }
}

/** The use that the adaptive curve steers to. */
const target = 0.9

/**
 * The adaptive curve averaged over a horizon: the target rate drifts by
 * e^(50·error·years) until a clamp stops it. One stretch on each side of the
 * target, and one more where the clamp is reached within the horizon.
 */
function adaptiveStretches(
  startPerYear: number,
  horizonSeconds: number,
): SmoothRate[] {
  if (horizonSeconds === 0)
    return [
      {
        from: 0,
        to: target,
        at0: startPerYear * 0.25,
        rise: (startPerYear * 0.75) / target,
      },
      {
        from: target,
        to: Number.POSITIVE_INFINITY,
        at0: startPerYear * (1 - 30 * target),
        rise: startPerYear * 30,
      },
    ].map(toSmooth)

  const lowest =
    (Number(adaptiveCurve.minRateAtTargetWad) * secondsPerYear) / wad
  const highest =
    (Number(adaptiveCurve.maxRateAtTargetWad) * secondsPerYear) / wad
  const start = Math.min(highest, Math.max(lowest, startPerYear))
  // The speed is cut per second by the contract, the error's scale is not.
  const driftAtFullError = (50 * horizonSeconds) / secondsPerYear

  const build = (side: {
    readonly from: number
    readonly to: number
    readonly errorPerUse: number
    readonly steepness: number
    readonly edge: number
    readonly isClamped: boolean
  }): SmoothRate => {
    const { errorPerUse, steepness, edge } = side
    const driftPerUse = driftAtFullError * errorPerUse
    const untilEdge = Math.log(edge / start)
    const lost = edge - start - edge * untilEdge
    const average = (drift: number) => {
      if (!side.isClamped) return start * meanGrowth(drift)
      // A start on the clamp loses nothing, also where the drift is 0.
      return lost === 0 ? edge : edge + lost / drift
    }
    const averageSlope = (drift: number) =>
      side.isClamped
        ? lost === 0
          ? 0
          : -lost / (drift * drift)
        : start * meanGrowthSlope(drift)
    const averageBend = (drift: number) =>
      side.isClamped
        ? lost === 0
          ? 0
          : (2 * lost) / (drift * drift * drift)
        : start * meanGrowthBend(drift)
    const curve = (use: number) => 1 + steepness * errorPerUse * (use - target)
    const curveSlope = steepness * errorPerUse
    return {
      from: side.from,
      to: side.to,
      steps: 24,
      value: (use) => curve(use) * average(driftPerUse * (use - target)),
      slope: (use) => {
        const drift = driftPerUse * (use - target)
        return (
          curveSlope * average(drift) +
          curve(use) * averageSlope(drift) * driftPerUse
        )
      },
      bend: (use) => {
        const drift = driftPerUse * (use - target)
        return (
          2 * curveSlope * averageSlope(drift) * driftPerUse +
          curve(use) * averageBend(drift) * driftPerUse * driftPerUse
        )
      },
    }
  }

  const below = { errorPerUse: 1 / target, steepness: 0.75, edge: lowest }
  const above = { errorPerUse: 10, steepness: 3, edge: highest }
  // The error at which the horizon ends exactly on the clamp.
  const errorAt = (edge: number) =>
    Math.abs(Math.log(edge / start)) / driftAtFullError
  const lowUse = target - errorAt(lowest) / below.errorPerUse
  const highUse = target + errorAt(highest) / above.errorPerUse

  const stretches: SmoothRate[] = []
  if (lowUse > 0)
    stretches.push(
      build({
        ...below,
        from: 0,
        to: Math.min(lowUse, target),
        isClamped: true,
      }),
    )
  if (lowUse < target)
    stretches.push(
      build({
        ...below,
        from: Math.max(0, lowUse),
        to: target,
        isClamped: false,
      }),
    )
  if (highUse > target)
    stretches.push(
      build({ ...above, from: target, to: highUse, isClamped: false }),
    )
  stretches.push(
    build({
      ...above,
      from: highUse,
      to: Number.POSITIVE_INFINITY,
      isClamped: true,
    }),
  )
  return stretches
}

/** Below this the closed forms lose digits to cancellation. */
const smallDrift = 0.05

/** (e^y - 1)/y: the mean of e^t over 0..y. */
function meanGrowth(y: number): number {
  return Math.abs(y) < smallDrift
    ? series(y, (k) => 1 / (k + 1))
    : Math.expm1(y) / y
}

function meanGrowthSlope(y: number): number {
  return Math.abs(y) < smallDrift
    ? series(y, (k) => 1 / (k + 2))
    : (Math.exp(y) * (y - 1) + 1) / (y * y)
}

function meanGrowthBend(y: number): number {
  return Math.abs(y) < smallDrift
    ? series(y, (k) => 1 / (k + 3))
    : (Math.exp(y) * (y * y - 2 * y + 2) - 2) / (y * y * y)
}

/** Σ weight(k)·y^k/k!, enough terms for a small y. */
function series(y: number, weight: (k: number) => number): number {
  let power = 1
  let sum = 0
  for (let k = 0; k < 10; k += 1) {
    sum += weight(k) * power
    power *= y / (k + 1)
  }
  return sum
}
