import { text } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toPrintable } from './toPrintable.js'

describe('toPrintable', () => {
  test('default', () => {
    expect(toPrintable('a\u0000b\nc\u202ed', 100)).toBe('a b c d')
    expect(toPrintable('abc', 2)).toBe('ab')
  })

  test('behavior: whatever comes in, the schemas take what comes out', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0, max: 20 }),
        (wild, maxLength) => {
          const printable = toPrintable(wild, maxLength)
          expect(text(maxLength).safeParse(printable).success).toBe(true)
        },
      ),
    )
  })
})
