import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getAmountUnits, PositionUnknownError } from './getAmountUnits.js'

describe('getAmountUnits', () => {
  test('default', () => {
    expect(getAmountUnits({ amount: { type: 'exact', units: 5n } })).toEqual({
      units: 5n,
      expectedUnits: 5n,
      isOutput: false,
    })
  })

  test('behavior: an output is encoded as its guaranteed least', () => {
    expect(
      getAmountUnits({
        amount: { type: 'output', step: 's1', units: 95n, expectedUnits: 100n },
      }),
    ).toEqual({ units: 95n, expectedUnits: 100n, isOutput: true })
  })

  test('behavior: a share never asks for more than the position', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        fc.integer({ min: 0, max: 10_000 }),
        (positionUnits, bps) => {
          const { units } = getAmountUnits({
            amount: { type: 'share', bps },
            positionUnits,
          })
          expect(units).toBeLessThanOrEqual(positionUnits)
          if (bps === 10_000) expect(units).toBe(positionUnits)
        },
      ),
    )
  })

  test('error: PositionUnknownError', () => {
    expect(() =>
      getAmountUnits({ amount: { type: 'share', bps: 5_000 } }),
    ).toThrow(PositionUnknownError)
  })
})
