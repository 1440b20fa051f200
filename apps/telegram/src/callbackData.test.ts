import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCallbackData, parseCallbackData } from './callbackData.js'

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), {
      minLength: length,
      maxLength: length,
    })
    .map((digits) => digits.join(''))
const uuid = hex(32).map((all) =>
  all.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
)

describe('callback data', () => {
  test('law: it fits, and comes back as it went in', () => {
    fc.assert(
      fc.property(
        uuid,
        hex(64),
        fc.constantFrom('approve', 'reject'),
        (intentId, hash, type) => {
          const data = encodeCallbackData({
            type: type as 'approve',
            intentId,
            planHashStart: `0x${hash}`,
          })
          expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64)
          expect(parseCallbackData(data)).toEqual({
            type,
            intentId,
            planHashStart: `0x${hash.slice(0, 60)}`,
          })
        },
      ),
    )
    const option = {
      type: 'option',
      intentId: '0193f2a0-7b7e-7c3a-9f64-0d5d2c1b7a11',
      questionMark: 'ab_-1234',
      index: 12,
    } as const
    expect(parseCallbackData(encodeCallbackData(option))).toEqual(option)
  })

  test('behavior: what is not ours is nothing', () => {
    for (const data of [
      '',
      'A',
      'approve',
      `A${'x'.repeat(61)}`,
      'Z'.repeat(64),
    ])
      expect(parseCallbackData(data)).toBeNull()
    fc.assert(
      fc.property(fc.string({ maxLength: 64 }), (data) => {
        parseCallbackData(data)
      }),
    )
  })
})
