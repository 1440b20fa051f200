import { RateInputError } from '../errors/RateInputError.js'
import { expRay, lnRay } from '../math/expRay.js'
import {
  max,
  min,
  ray,
  secondsPerYear,
  wad,
  wadDivDown,
  wadMulDown,
} from '../math/fixedPoint.js'

/** The constants of Morpho's adaptive curve; rates per second, in wad. */
export const adaptiveCurve = {
  /** The rate at full use is 4 times that at the target, at no use a quarter. */
  steepnessWad: 4n * wad,
  targetUtilisationWad: (9n * wad) / 10n,
  initialRateAtTargetWad: (4n * wad) / 100n / secondsPerYear,
  adjustmentSpeedWad: (50n * wad) / secondsPerYear,
  minRateAtTargetWad: wad / 1000n / secondsPerYear,
  maxRateAtTargetWad: (2n * wad) / secondsPerYear,
} as const

export type AdaptiveCurveRate = {
  /** What Morpho charges for the elapsed time, per second, in wad. */
  readonly averageBorrowRateWad: bigint
  /** What the curve stands at after the elapsed time, per second, in wad. */
  readonly endBorrowRateWad: bigint
  /** Where the target rate has drifted to, per second, in wad. */
  readonly endRateAtTargetWad: bigint
}

/**
 * Computes what Morpho's AdaptiveCurveIrm answers, to the last digit.
 *
 * Uses the contract's own approximation of e^x and its three-point average.
 *
 * @param options.utilisationWad - Wad, at most 1.
 * @param options.rateAtTargetWad - Per second, in wad; 0 before the first use.
 * @param options.elapsedSeconds - Since the market's last accrual.
 * @returns Rates per second, in wad.
 * @throws {RateInputError} when a figure is negative or the use is above 1.
 */
export function getAdaptiveCurveRate(options: {
  readonly utilisationWad: bigint
  readonly rateAtTargetWad: bigint
  readonly elapsedSeconds: bigint
}): AdaptiveCurveRate {
  const { utilisationWad, rateAtTargetWad: start, elapsedSeconds } = options
  assertUtilisation(utilisationWad)
  if (start < 0n)
    throw new RateInputError({ field: 'rateAtTargetWad', value: start })
  if (elapsedSeconds < 0n)
    throw new RateInputError({ field: 'elapsedSeconds', value: elapsedSeconds })
  const errorWad = getErrorWad(utilisationWad)

  if (start === 0n) {
    const initial = adaptiveCurve.initialRateAtTargetWad
    const rateWad = readCurve(initial, errorWad)
    return {
      averageBorrowRateWad: rateWad,
      endBorrowRateWad: rateWad,
      endRateAtTargetWad: initial,
    }
  }

  const driftWad =
    wadMulDown(adaptiveCurve.adjustmentSpeedWad, errorWad) * elapsedSeconds
  if (driftWad === 0n) {
    const rateWad = readCurve(start, errorWad)
    return {
      averageBorrowRateWad: rateWad,
      endBorrowRateWad: rateWad,
      endRateAtTargetWad: start,
    }
  }
  const end = driftRateAtTarget(start, driftWad)
  const middle = driftRateAtTarget(start, driftWad / 2n)
  return {
    averageBorrowRateWad: readCurve((start + end + 2n * middle) / 4n, errorWad),
    endBorrowRateWad: readCurve(end, errorWad),
    endRateAtTargetWad: end,
  }
}

/**
 * Averages the borrow rate over a holding time in which the use stays put.
 *
 * This is the limit of frequent accruals: the exact integral of the drifting,
 * clamped target rate. A single accrual after the whole time would charge the
 * contract's three-point average instead (`getAdaptiveCurveRate`), which is
 * coarse over weeks.
 *
 * @param options.utilisationWad - Wad, at most 1.
 * @param options.rateAtTargetWad - Per second, in wad; 0 before the first use.
 * @param options.horizonSeconds - The holding time; 0 gives the rate of now.
 * @returns Ray per year.
 * @throws {RateInputError} when a figure is negative or the use is above 1.
 */
export function getAdaptiveCurveAverageRateRay(options: {
  readonly utilisationWad: bigint
  readonly rateAtTargetWad: bigint
  readonly horizonSeconds: bigint
}): bigint {
  const { utilisationWad, horizonSeconds } = options
  assertUtilisation(utilisationWad)
  if (options.rateAtTargetWad < 0n || horizonSeconds < 0n)
    throw new RateInputError({
      field: horizonSeconds < 0n ? 'horizonSeconds' : 'rateAtTargetWad',
      value: horizonSeconds < 0n ? horizonSeconds : options.rateAtTargetWad,
    })
  const startWad =
    options.rateAtTargetWad === 0n
      ? adaptiveCurve.initialRateAtTargetWad
      : options.rateAtTargetWad
  const errorWad = getErrorWad(utilisationWad)
  const averageRay = averageRateAtTargetRay({
    startRay: startWad * wadToRay,
    driftRay: (50n * errorWad * wadToRay * horizonSeconds) / secondsPerYear,
  })
  const coefficient = wad + wadMulDown(getCoefficientWad(errorWad), errorWad)
  return (averageRay * secondsPerYear * coefficient) / wad
}

const wadToRay = 1_000_000_000n

/** `startRay` per second; `driftRay` is the exponent that the horizon ends at. */
function averageRateAtTargetRay(options: {
  readonly startRay: bigint
  readonly driftRay: bigint
}): bigint {
  const { driftRay } = options
  const lowest = adaptiveCurve.minRateAtTargetWad * wadToRay
  const highest = adaptiveCurve.maxRateAtTargetWad * wadToRay
  if (driftRay === 0n) return options.startRay
  const start = max(lowest, min(highest, options.startRay))
  const edge = driftRay > 0n ? highest : lowest
  const untilEdge = lnRay((edge * ray) / start)
  // The part of the horizon that passes before the clamp is reached.
  const isClamped = driftRay > 0n ? untilEdge < driftRay : untilEdge > driftRay
  const moving = isClamped ? untilEdge : driftRay
  const movingFactor = ((expRay(moving) - ray) * ray) / driftRay
  return (start * movingFactor) / ray + (edge * (driftRay - moving)) / driftRay
}

function assertUtilisation(utilisationWad: bigint): void {
  if (utilisationWad < 0n || utilisationWad > wad)
    throw new RateInputError({ field: 'utilisationWad', value: utilisationWad })
}

/** How far the use is from its target: -1 at no use, 1 at full use, in wad. */
function getErrorWad(utilisationWad: bigint): bigint {
  const target = adaptiveCurve.targetUtilisationWad
  const span = utilisationWad > target ? wad - target : target
  return wadDivDown(utilisationWad - target, span)
}

function getCoefficientWad(errorWad: bigint): bigint {
  return errorWad < 0n
    ? wad - wadDivDown(wad, adaptiveCurve.steepnessWad)
    : adaptiveCurve.steepnessWad - wad
}

function readCurve(rateAtTargetWad: bigint, errorWad: bigint): bigint {
  return wadMulDown(
    wadMulDown(getCoefficientWad(errorWad), errorWad) + wad,
    rateAtTargetWad,
  )
}

function driftRateAtTarget(startWad: bigint, driftWad: bigint): bigint {
  return max(
    adaptiveCurve.minRateAtTargetWad,
    min(
      adaptiveCurve.maxRateAtTargetWad,
      wadMulDown(startWad, approximateExpWad(driftWad)),
    ),
  )
}

const ln2Wad = 693147180559945309n
const smallestExponentWad = -41446531673892822312n
const largestExponentWad = 93859467695000404319n
const largestExpWad =
  57716089161558943949701069502944508345128422502756744429568n

/** The contract's e^x: 2^q times a second-order series. Off by up to 0.7 %. */
function approximateExpWad(x: bigint): bigint {
  if (x < smallestExponentWad) return 0n
  if (x >= largestExponentWad) return largestExpWad
  const half = x < 0n ? -(ln2Wad / 2n) : ln2Wad / 2n
  const doublings = (x + half) / ln2Wad
  const rest = x - doublings * ln2Wad
  const series = wad + rest + (rest * rest) / wad / 2n
  return doublings >= 0n ? series << doublings : series >> -doublings
}
