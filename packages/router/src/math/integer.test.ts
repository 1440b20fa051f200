import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { divideUp, squareRoot } from './integer.js'

describe('squareRoot', () => {
  test('behavior: it is the floor of the root', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 600n }), (value) => {
        const root = squareRoot(value)
        expect(root * root <= value).toBe(true)
        expect((root + 1n) * (root + 1n) > value).toBe(true)
      }),
    )
  })
})

describe('divideUp', () => {
  test('behavior: it is the ceiling of the quotient', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 300n }),
        fc.bigInt({ min: 1n, max: 1n << 200n }),
        (numerator, denominator) => {
          const quotient = divideUp(numerator, denominator)
          expect(quotient * denominator >= numerator).toBe(true)
          expect((quotient - 1n) * denominator < numerator).toBe(true)
        },
      ),
    )
  })
})
