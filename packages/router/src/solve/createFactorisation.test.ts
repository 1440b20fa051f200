import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFactorisation } from './createFactorisation.js'
import { orderByMinimumDegree } from './minimumDegree.js'

const edge = fc.record({
  left: fc.nat(11),
  right: fc.nat(11),
  weight: fc.double({ min: 0.001, max: 1000, noNaN: true }),
})

describe('createFactorisation', () => {
  test('behavior: the solution solves the system, also when reused', () => {
    const factorisation = createFactorisation()
    fc.assert(
      fc.property(
        fc.array(edge, { maxLength: 40 }),
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
          minLength: 12,
          maxLength: 12,
        }),
        (all, wanted) => {
          const edges = all.filter(({ left, right }) => left !== right)
          const low = Int32Array.from(edges, (e) => Math.min(e.left, e.right))
          const high = Int32Array.from(edges, (e) => Math.max(e.left, e.right))
          const weight = Float64Array.from(edges, (e) => e.weight)
          const diagonal = Float64Array.from(wanted, (_, k) => 0.5 + k)
          const right = Float64Array.from(wanted, (x, k) => x * diagonal[k]!)
          for (const [i, w] of weight.entries()) {
            const difference = wanted[low[i]!]! - wanted[high[i]!]!
            right[low[i]!]! += w * difference
            right[high[i]!]! -= w * difference
          }
          for (const reuse of [false, true]) {
            const solution = right.slice()
            const solved = factorisation.solve({
              count: 12,
              edges: edges.length,
              low,
              high,
              weight,
              diagonal,
              right: solution,
              reuse,
            })
            expect(solved).toBe(true)
            for (const [k, x] of solution.entries())
              expect(x).toBeCloseTo(wanted[k]!, 6)
          }
        },
      ),
    )
  })

  test('behavior: a matrix that is not positive is told', () => {
    const solved = createFactorisation().solve({
      count: 1,
      edges: 0,
      low: new Int32Array(0),
      high: new Int32Array(0),
      weight: new Float64Array(0),
      diagonal: new Float64Array(1),
      right: new Float64Array(1),
      reuse: false,
    })
    expect(solved).toBe(false)
  })
})

describe('orderByMinimumDegree', () => {
  test('behavior: it is an order, and the middle of a star comes last', () => {
    const star: number[] = []
    for (let leaf = 1; leaf < 50; leaf++) star.push(0, leaf)
    const position = orderByMinimumDegree(50, star)
    expect([...position].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    )
    expect(position[0]).toBeGreaterThanOrEqual(48)
  })
})
