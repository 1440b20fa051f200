import { AdaptiveCurveIrmLib } from '@morpho-org/blue-sdk'
import { assert, bigInt, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RateInputError } from '../errors/RateInputError.js'
import { secondsPerYear, wad } from '../math/fixedPoint.js'
import {
  adaptiveCurve,
  getAdaptiveCurveAverageRateRay,
  getAdaptiveCurveRate,
} from './getAdaptiveCurveRate.js'

const utilisation = bigInt({ min: 0n, max: wad })
const rateAtTarget = bigInt({
  min: adaptiveCurve.minRateAtTargetWad,
  max: adaptiveCurve.maxRateAtTargetWad,
})
const elapsed = bigInt({ min: 0n, max: 3n * secondsPerYear })

describe('getAdaptiveCurveRate', () => {
  test('default: answers as blue-sdk does, to the last digit', () => {
    assert(
      property(
        utilisation,
        rateAtTarget,
        elapsed,
        (utilisationWad, rateAtTargetWad, elapsedSeconds) => {
          const theirs = AdaptiveCurveIrmLib.getBorrowRate(
            utilisationWad,
            rateAtTargetWad,
            elapsedSeconds,
          )
          expect(
            getAdaptiveCurveRate({
              utilisationWad,
              rateAtTargetWad,
              elapsedSeconds,
            }),
          ).toEqual({
            averageBorrowRateWad: theirs.avgBorrowRate,
            endBorrowRateWad: theirs.endBorrowRate,
            endRateAtTargetWad: theirs.endRateAtTarget,
          })
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('behavior: has the constants of the contract', () => {
    expect(adaptiveCurve).toEqual({
      steepnessWad: AdaptiveCurveIrmLib.CURVE_STEEPNESS,
      targetUtilisationWad: AdaptiveCurveIrmLib.TARGET_UTILIZATION,
      initialRateAtTargetWad: AdaptiveCurveIrmLib.INITIAL_RATE_AT_TARGET,
      adjustmentSpeedWad: AdaptiveCurveIrmLib.ADJUSTMENT_SPEED,
      minRateAtTargetWad: AdaptiveCurveIrmLib.MIN_RATE_AT_TARGET,
      maxRateAtTargetWad: AdaptiveCurveIrmLib.MAX_RATE_AT_TARGET,
    })
  })

  test('behavior: starts at 4 % a year before the first use', () => {
    const { endRateAtTargetWad } = getAdaptiveCurveRate({
      utilisationWad: wad / 2n,
      rateAtTargetWad: 0n,
      elapsedSeconds: 1_000_000n,
    })
    expect(endRateAtTargetWad).toBe(adaptiveCurve.initialRateAtTargetWad)
  })

  test('error: RateInputError above full use', () => {
    expect(() =>
      getAdaptiveCurveRate({
        utilisationWad: wad + 1n,
        rateAtTargetWad: 1n,
        elapsedSeconds: 0n,
      }),
    ).toThrow(RateInputError)
  })
})

describe('getAdaptiveCurveAverageRateRay', () => {
  test('default: is the limit of many short accruals', () => {
    // 2048 short accruals, the drift recomputed with a true e^x each time.
    const start = Number(adaptiveCurve.initialRateAtTargetWad)
    const horizon = 30 * 86_400
    const steps = 2048
    for (const use of [0.05, 0.5, 0.88, 0.93, 0.99, 1]) {
      const error = use > 0.9 ? (use - 0.9) / 0.1 : (use - 0.9) / 0.9
      let sum = 0
      for (let step = 0; step < steps; step += 1) {
        const time = ((step + 0.5) / steps) * horizon
        const drifted = start * Math.exp((50 / 31_536_000) * error * time)
        sum += Math.min(
          Number(adaptiveCurve.maxRateAtTargetWad),
          Math.max(Number(adaptiveCurve.minRateAtTargetWad), drifted),
        )
      }
      const factor = error < 0 ? 1 + 0.75 * error : 1 + 3 * error
      const expected = (sum / steps) * factor * 31_536_000 * 1e-18
      const ours = getAdaptiveCurveAverageRateRay({
        utilisationWad: BigInt(Math.round(use * 1e6)) * 10n ** 12n,
        rateAtTargetWad: adaptiveCurve.initialRateAtTargetWad,
        horizonSeconds: BigInt(horizon),
      })
      expect(Math.abs(Number(ours) / 1e27 / expected - 1)).toBeLessThan(1e-5)
    }
  })

  test('behavior: a horizon of nothing gives the rate of now', () => {
    assert(
      property(utilisation, rateAtTarget, (utilisationWad, rateAtTargetWad) => {
        const now = getAdaptiveCurveRate({
          utilisationWad,
          rateAtTargetWad,
          elapsedSeconds: 0n,
        }).endBorrowRateWad
        const average = getAdaptiveCurveAverageRateRay({
          utilisationWad,
          rateAtTargetWad,
          horizonSeconds: 0n,
        })
        const perYear = secondsPerYear * 1_000_000_000n
        // The contract cuts the rate per second; the average does not.
        expect(average / perYear - now).toBeLessThanOrEqual(1n)
        expect(average / perYear).toBeGreaterThanOrEqual(now)
      }),
    )
  })

  test('behavior: stays between the clamps over any horizon', () => {
    assert(
      property(
        utilisation,
        rateAtTarget,
        bigInt({ min: 1n, max: 2n * secondsPerYear }),
        (utilisationWad, rateAtTargetWad, horizonSeconds) => {
          const average = getAdaptiveCurveAverageRateRay({
            utilisationWad,
            rateAtTargetWad,
            horizonSeconds,
          })
          const perYear = secondsPerYear * 1_000_000_000n
          expect(average).toBeGreaterThanOrEqual(
            ((adaptiveCurve.minRateAtTargetWad - 1n) * perYear) / 4n,
          )
          expect(average).toBeLessThanOrEqual(
            adaptiveCurve.maxRateAtTargetWad * perYear * 4n,
          )
        },
      ),
    )
  })
})
