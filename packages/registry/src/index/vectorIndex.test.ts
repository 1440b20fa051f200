import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toUnit } from '../encoder/createSentenceEncoder.js'
import { toBytes } from '../store/vectorStore.js'
import { VectorIndex } from './vectorIndex.js'

// A cheap generator of repeatable numbers: the test is about places, not luck.
function createNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

const buildVector = (next: () => number) =>
  toUnit(Float32Array.from({ length: 64 }, next))

describe('VectorIndex', () => {
  test('behavior: finds the nearest, also past the sign-bit sieve', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const next = createNumbers(seed)
        const vectors = Array.from({ length: 900 }, () => buildVector(next))
        const index = new VectorIndex(64)
        vectors.forEach((vector, document) => {
          index.set(document, [toBytes(vector)])
        })
        const target = vectors[seed % 900] as Float32Array
        const query = toUnit(target.map((value) => value + next() * 0.05))
        const [best] = index.search({ query, limit: 5, isEligible: () => true })
        expect(best?.document).toBe(seed % 900)
        expect(best?.score).toBeGreaterThan(0.9)
      }),
      { numRuns: 20 },
    )
  })

  test('behavior: a document counts by its nearest vector, and moves', () => {
    const next = createNumbers(7)
    const [a, b, c] = [buildVector(next), buildVector(next), buildVector(next)]
    const index = new VectorIndex(64)
    index.set(0, [toBytes(a), toBytes(b)])
    index.set(1, [toBytes(c)])
    const nearest = (query: Float32Array) =>
      index.search({ query, limit: 1, isEligible: () => true })[0]?.document
    expect([nearest(a), nearest(b), nearest(c)]).toEqual([0, 0, 1])
    index.move(0, 5)
    expect(nearest(b)).toBe(5)
    index.remove(5)
    expect(nearest(b)).toBe(1)
    expect(index.size).toBe(1)
  })

  test('behavior: a filter that the nearest do not pass finds those behind them', () => {
    const next = createNumbers(3)
    const index = new VectorIndex(64)
    for (let document = 0; document < 5_000; document += 1)
      index.set(document, [toBytes(buildVector(next))])
    const found = index.search({
      query: buildVector(next),
      limit: 10,
      isEligible: (document) => document % 500 === 7,
    })
    expect(found).toHaveLength(10)
  })

  test('behavior: the nearest is found in any block of rows', () => {
    const next = createNumbers(11)
    const index = new VectorIndex(20)
    const vector = () =>
      toUnit(Float32Array.from({ length: 20 }, () => next() * 2))
    const wanted = new Map<number, Float32Array>()
    for (let document = 0; document < 70_000; document += 1) {
      const own = vector()
      if (document % 34_999 === 0) wanted.set(document, own)
      index.set(document, [toBytes(own)])
    }
    for (const [document, query] of wanted)
      expect(
        index.search({ query, limit: 1, isEligible: () => true })[0]?.document,
      ).toBe(document)
  })
})
