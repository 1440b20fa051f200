import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureJsonDepth } from './measureJsonDepth.js'

const measure = (text: string) =>
  measureJsonDepth(new TextEncoder().encode(text))
const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0

describe('measureJsonDepth', () => {
  test('default', () => {
    expect(measure('{"a":[{"b":1}],"c":{}}')).toBe(3)
  })

  test('behavior: brackets in text do not count', () => {
    expect(measure('"[[["')).toBe(0)
    expect(measure('["\\"[[", "\\\\"]')).toBe(1)
  })

  test('behavior: unfinished text counts what was opened', () => {
    expect(measure('['.repeat(100_000))).toBe(100_000)
  })

  test('behavior: the depth of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(measure(JSON.stringify(value))).toBe(depthOf(value))
      }),
    )
  })
})
