import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getFirstFees, getReplacementFees } from './fees.js'

const wei = fc.bigInt({ min: 0n, max: 10n ** 15n })

describe('getFirstFees', () => {
  test('default', () => {
    expect(
      getFirstFees({
        baseFeePerGasWei: 1_000n,
        tipWei: 100n,
        capWei: 9_000n,
      }),
    ).toEqual({ maxFeePerGasWei: 2_100n, maxPriorityFeePerGasWei: 100n })
  })

  test('behavior: never above the cap, never below the base fee', () => {
    fc.assert(
      fc.property(wei, wei, wei, (baseFeePerGasWei, tipWei, capWei) => {
        const fees = getFirstFees({ baseFeePerGasWei, tipWei, capWei })
        expect(fees === undefined).toBe(baseFeePerGasWei > capWei)
        if (fees === undefined) return
        expect(fees.maxFeePerGasWei).toBeLessThanOrEqual(capWei)
        expect(fees.maxFeePerGasWei).toBeGreaterThanOrEqual(baseFeePerGasWei)
        expect(fees.maxPriorityFeePerGasWei).toBeLessThanOrEqual(
          fees.maxFeePerGasWei,
        )
      }),
    )
  })
})

describe('getReplacementFees', () => {
  test('behavior: both rise by an eighth, and stay under the cap', () => {
    fc.assert(
      fc.property(
        wei,
        wei,
        wei,
        wei,
        wei,
        fc.constantFrom('bump' as const, 'cancel' as const),
        (maxFee, tip, baseFeePerGasWei, tipWei, capWei, purpose) => {
          const previous = {
            maxFeePerGasWei: maxFee > tip ? maxFee : tip,
            maxPriorityFeePerGasWei: tip,
          }
          const fees = getReplacementFees({
            previous,
            baseFeePerGasWei,
            tipWei,
            capWei,
            purpose,
          })
          if (fees === undefined) return
          expect(fees.maxFeePerGasWei).toBeLessThanOrEqual(capWei)
          expect(fees.maxFeePerGasWei * 8n).toBeGreaterThanOrEqual(
            previous.maxFeePerGasWei * 9n,
          )
          expect(fees.maxPriorityFeePerGasWei * 8n).toBeGreaterThanOrEqual(
            previous.maxPriorityFeePerGasWei * 9n,
          )
        },
      ),
    )
  })

  test('behavior: after any bumps a cancellation still fits below the cap', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        wei,
        fc.integer({ min: 0, max: 30 }),
        (baseFeePerGasWei, tipWei, bumps) => {
          const capWei = baseFeePerGasWei * 2n
          let fees = getFirstFees({ baseFeePerGasWei, tipWei, capWei })
          for (let n = 0; n < bumps && fees !== undefined; n++)
            fees =
              getReplacementFees({
                previous: fees,
                baseFeePerGasWei,
                tipWei,
                capWei,
                purpose: 'bump',
              }) ?? fees
          expect(fees).toBeDefined()
          if (fees === undefined) return
          const cancel = getReplacementFees({
            previous: fees,
            baseFeePerGasWei,
            tipWei: 0n,
            capWei,
            purpose: 'cancel',
          })
          // Rounding eats the eighth of a cap of a few wei.
          if (capWei >= 16n) expect(cancel).toBeDefined()
        },
      ),
    )
  })
})
