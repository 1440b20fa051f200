import { toDecimal } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutDecimal, formatPercent, formatUsd, toUsd } from './formatMoney.js'

describe('toUsd', () => {
  test('default', () => {
    expect(
      toUsd({ units: 1_500_000n, decimals: 6, priceUsdE8: 99_990_000n }),
    ).toBe('1.49985')
  })

  test('L-UNIT-02: exact for any decimals', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 200n }),
        fc.integer({ min: 0, max: 36 }),
        (units, decimals) => {
          expect(toUsd({ units, decimals, priceUsdE8: 100_000_000n })).toBe(
            toDecimal(units, decimals),
          )
        },
      ),
    )
  })
})

describe('cutDecimal', () => {
  test.each([
    ['1234.5678', 2, '1234.56'],
    ['0.999', 2, '0.99'],
    ['5', 2, '5'],
    ['5.00', 2, '5'],
    ['0', 2, '0'],
    ['0.001', 2, '<0.01'],
    ['3.001', 2, '3'],
  ])('behavior: %s to %d places is %s', (decimal, places, expected) => {
    expect(cutDecimal(decimal, places)).toBe(expected)
  })
})

describe('formatUsd', () => {
  test.each([
    ['1234.567', '$1234.56'],
    ['0.001', 'less than $0.01'],
  ])('behavior: %s is %s', (decimal, expected) => {
    expect(formatUsd(decimal)).toBe(expected)
  })
})

describe('formatPercent', () => {
  test.each([
    ['0.0208', '2.08 %'],
    ['0.020899', '2.08 %'],
    ['0.5', '50 %'],
    ['1.25', '125 %'],
    ['0', '0 %'],
    ['0.00001', '<0.01 %'],
  ])('behavior: %s is %s', (rate, expected) => {
    expect(formatPercent(rate)).toBe(expected)
  })
})
