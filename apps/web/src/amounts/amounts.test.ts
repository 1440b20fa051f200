import { describe, expect, test } from 'vitest'
import { shortenDecimal } from './shortenDecimal.js'
import { toPercent } from './toPercent.js'
import { toPrice } from './toPrice.js'

describe('shortenDecimal', () => {
  test.each([
    ['0', '0'],
    ['1.0673689', '1.0673'],
    ['100907.111035', '100,907'],
    ['999.99999', '999.99'],
    ['0.000000142215995505', '0.0000001422'],
    ['12345678.9', '12.34M'],
    ['1000000', '1M'],
    ['-0.5', '-0.5'],
  ])('default: %s is %s', (decimal, short) => {
    expect(shortenDecimal(decimal)).toBe(short)
  })
})

describe('toPercent', () => {
  test.each([
    ['0.020943693', '2.09'],
    ['1', '100'],
    ['0.5', '50'],
    ['0.0001', '0.01'],
    ['0', '0'],
  ])('default: %s is %s', (share, percent) => {
    expect(toPercent(share)).toBe(percent)
  })
})

describe('toPrice', () => {
  test('behavior: decimals of both sides count', () => {
    expect(
      toPrice({
        soldUnits: 2n * 10n ** 18n,
        soldDecimals: 18,
        boughtUnits: 6000n * 10n ** 6n,
        boughtDecimals: 6,
      }),
    ).toBe('3000')
  })

  test('behavior: nothing sold has no price', () => {
    expect(
      toPrice({
        soldUnits: 0n,
        soldDecimals: 18,
        boughtUnits: 1n,
        boughtDecimals: 6,
      }),
    ).toBeUndefined()
  })
})
