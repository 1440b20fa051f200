import { assert, bigInt, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RateInputError } from '../errors/RateInputError.js'
import { ray } from '../math/fixedPoint.js'
import vectors from './aaveV3.vectors.json' with { type: 'json' }
import { getAaveV3Rates } from './getAaveV3Rates.js'

const rate = {
  optimalUsageRay: (9n * ray) / 10n,
  baseRay: 0n,
  slope1Ray: (4n * ray) / 100n,
  slope2Ray: (60n * ray) / 100n,
}

describe('getAaveV3Rates', () => {
  test('default: half used, a tenth kept by the protocol', () => {
    const rates = getAaveV3Rates({
      version: '3.2',
      availableUnits: 500n,
      debtUnits: 500n,
      reserveFactorBps: 1000,
      rate,
    })
    expect(rates).toEqual({
      utilisationRay: ray / 2n,
      borrowRateRay: 22222222222222222222222222n,
      supplyRateRay: 10000000000000000000000000n,
    })
  })

  test('behavior: equals 1000 answers of the contracts to the last digit', () => {
    const curves = vectors.curves.map((figures) => {
      const [optimalUsageRay, baseRay, slope1Ray, slope2Ray] = figures.map(
        (bps) => (ray * BigInt(bps)) / 10_000n,
      ) as [bigint, bigint, bigint, bigint]
      return { optimalUsageRay, baseRay, slope1Ray, slope2Ray }
    })
    expect(vectors.rows).toHaveLength(1000)
    for (const row of vectors.rows) {
      const figures = row.split(' ')
      const [availableUnits, debtUnits, unbackedUnits] = figures
        .slice(1, 4)
        .map(BigInt) as [bigint, bigint, bigint]
      const answer = (version: '3.0' | '3.2') => {
        const { supplyRateRay, borrowRateRay } = getAaveV3Rates({
          version,
          availableUnits,
          debtUnits,
          unbackedUnits,
          reserveFactorBps: Number(figures[4]),
          rate: curves[Number(figures[0])]!,
        })
        return `${supplyRateRay} ${borrowRateRay}`
      }
      expect(`${answer('3.0')} ${answer('3.2')}`).toBe(
        figures.slice(5).join(' '),
      )
    }
  })

  test('behavior: full use pays the base and both slopes', () => {
    const { borrowRateRay } = getAaveV3Rates({
      version: '3.2',
      availableUnits: 0n,
      debtUnits: 1n,
      reserveFactorBps: 0,
      rate,
    })
    expect(borrowRateRay).toBe(rate.slope1Ray + rate.slope2Ray)
  })

  test('behavior: without debt nothing is earned', () => {
    expect(
      getAaveV3Rates({
        version: '3.2',
        availableUnits: 0n,
        debtUnits: 0n,
        reserveFactorBps: 0,
        rate: { ...rate, baseRay: 7n },
      }),
    ).toEqual({ utilisationRay: 0n, supplyRateRay: 0n, borrowRateRay: 7n })
  })

  test('behavior: unbacked supply lowers what suppliers get, not what borrowers pay', () => {
    const options = {
      version: '3.2',
      availableUnits: 500n,
      debtUnits: 500n,
      reserveFactorBps: 0,
      rate,
    } as const
    const backed = getAaveV3Rates(options)
    const unbacked = getAaveV3Rates({ ...options, unbackedUnits: 1000n })
    expect(unbacked.borrowRateRay).toBe(backed.borrowRateRay)
    // Half of 22222222222222222222222222, half up at each step.
    expect(backed.supplyRateRay).toBe(11111111111111111111111111n)
    expect(unbacked.supplyRateRay).toBe(5555555555555555555555556n)
  })

  test('behavior: suppliers never get more than borrowers pay', () => {
    assert(
      property(
        constantFrom('3.0' as const, '3.2' as const),
        bigInt({ min: 0n, max: 10n ** 30n }),
        bigInt({ min: 10n ** 6n, max: 10n ** 30n }),
        integer({ min: 0, max: 10_000 }),
        (version, availableUnits, debtUnits, reserveFactorBps) => {
          const rates = getAaveV3Rates({
            version,
            availableUnits,
            debtUnits,
            reserveFactorBps,
            rate,
          })
          // 3.0.x rounds to 1e12 ray where the debt is a million units.
          const slack = 10n ** 12n
          expect(rates.supplyRateRay).toBeLessThanOrEqual(
            rates.borrowRateRay + slack,
          )
          expect(rates.utilisationRay).toBeLessThanOrEqual(ray)
        },
      ),
    )
  })

  test('error: RateInputError on a negative amount', () => {
    expect(() =>
      getAaveV3Rates({
        version: '3.2',
        availableUnits: -1n,
        debtUnits: 1n,
        reserveFactorBps: 0,
        rate,
      }),
    ).toThrow(RateInputError)
  })
})
