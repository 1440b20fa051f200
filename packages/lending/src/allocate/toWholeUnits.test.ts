import { array, assert, bigInt, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toWholeUnits } from './toWholeUnits.js'

describe('toWholeUnits', () => {
  test('default: adds up to the whole, within every limit', () => {
    assert(
      property(
        array(integer({ min: 0, max: 1_000_000 }), {
          minLength: 1,
          maxLength: 10,
        }),
        bigInt({ min: 1n, max: 2n ** 128n }),
        (weights, wholeUnits) => {
          const sum = weights.reduce((total, weight) => total + weight, 0) || 1
          const shares = weights.map((weight) => weight / sum)
          const limitUnits = shares.map((share) =>
            share > 0 ? wholeUnits : wholeUnits / 2n,
          )
          if (shares.every((share) => share === 0)) return
          const units = toWholeUnits({ shares, wholeUnits, limitUnits })
          expect(units.reduce((total, part) => total + part, 0n)).toBe(
            wholeUnits,
          )
          units.forEach((part, index) => {
            expect(part).toBeGreaterThanOrEqual(0n)
            expect(part).toBeLessThanOrEqual(limitUnits[index] ?? 0n)
            // A market without a share stays closed.
            if (shares[index] === 0) expect(part).toBe(0n)
          })
        },
      ),
    )
  })

  test('behavior: a limit pushes the rest on, a least is kept', () => {
    expect(
      toWholeUnits({
        shares: [0.5, 0.5],
        wholeUnits: 10n,
        limitUnits: [3n, 10n],
      }),
    ).toEqual([3n, 7n])
    expect(
      toWholeUnits({
        shares: [0.7, 0.3],
        wholeUnits: 10n,
        limitUnits: [10n, 10n],
        leastUnits: [0n, 4n],
      }),
    ).toEqual([6n, 4n])
  })
})
