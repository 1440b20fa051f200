import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGate } from './createGate.js'

describe('createGate', () => {
  test('behavior: never more inside than fit, and everybody gets through', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(4), { maxLength: 40 }),
        async (width, turns) => {
          const gate = createGate(width)
          let inside = 0
          let most = 0
          const results = await Promise.allSettled(
            turns.map((count, number) =>
              gate(async () => {
                inside += 1
                most = Math.max(most, inside)
                for (let turn = 0; turn < count; turn += 1)
                  await Promise.resolve()
                inside -= 1
                // Who fails leaves the gate too.
                if (count === 4) throw new RangeError('failed inside')
                return number
              }),
            ),
          )
          expect(results).toHaveLength(turns.length)
          expect(inside).toBe(0)
          expect(most).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})
