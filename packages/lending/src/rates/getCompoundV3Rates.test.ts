import { describe, expect, test } from 'vitest'
import { secondsPerYear, wad } from '../math/fixedPoint.js'
import {
  getCompoundV3PerSecondRateWad,
  getCompoundV3Rates,
  getCompoundV3UtilisationWad,
} from './getCompoundV3Rates.js'

/** Yearly figures as governance sets them, cut per second as Comet stores them. */
const perSecond = (perYearWad: bigint) => perYearWad / secondsPerYear
const supplyCurve = {
  kinkWad: (8n * wad) / 10n,
  perSecondBaseWad: 0n,
  perSecondSlopeLowWad: perSecond((325n * wad) / 10_000n),
  perSecondSlopeHighWad: perSecond((4n * wad) / 10n),
}
const borrowCurve = {
  kinkWad: (8n * wad) / 10n,
  perSecondBaseWad: perSecond((15n * wad) / 1000n),
  perSecondSlopeLowWad: perSecond((35n * wad) / 1000n),
  perSecondSlopeHighWad: perSecond((25n * wad) / 100n),
}

describe('getCompoundV3Rates', () => {
  test('default: reads both curves at one use', () => {
    const rates = getCompoundV3Rates({
      suppliedUnits: 1000n,
      borrowedUnits: 500n,
      supplyCurve,
      borrowCurve,
    })
    expect(rates.utilisationRay).toBe(500000000000000000000000000n)
    expect(rates.supplyRateRay).toBe(
      (supplyCurve.perSecondSlopeLowWad / 2n) * secondsPerYear * 1_000_000_000n,
    )
  })

  test('behavior: the kink belongs to the lower line, each product is cut', () => {
    const at = (utilisationWad: bigint) =>
      getCompoundV3PerSecondRateWad({ curve: borrowCurve, utilisationWad })
    const kink = borrowCurve.kinkWad
    const low = (borrowCurve.perSecondSlopeLowWad * kink) / wad
    expect(at(kink)).toBe(borrowCurve.perSecondBaseWad + low)
    expect(at(kink + 10n ** 9n)).toBe(
      borrowCurve.perSecondBaseWad +
        low +
        (borrowCurve.perSecondSlopeHighWad * 10n ** 9n) / wad,
    )
  })

  test('behavior: the use may exceed 1, and is 0 when nothing is supplied', () => {
    expect(
      getCompoundV3UtilisationWad({ suppliedUnits: 2n, borrowedUnits: 3n }),
    ).toBe((3n * wad) / 2n)
    expect(
      getCompoundV3UtilisationWad({ suppliedUnits: 0n, borrowedUnits: 3n }),
    ).toBe(0n)
  })
})
