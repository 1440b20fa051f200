import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Flow } from './buildFlow.js'
import { type Box, placeFlow } from './placeFlow.js'

/** Any flow without cycles: edges lead from lower to higher numbers. */
const anyFlow = fc
  .record({
    count: fc.integer({ min: 2, max: 6 }),
    pairs: fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
      ),
      { minLength: 1, maxLength: 9 },
    ),
  })
  .map(({ count, pairs }): Flow => {
    const nodes = Array.from({ length: count }, (_, index) => ({
      id: `n${index}`,
      label: `T${index}`,
      kind: 'token' as const,
    }))
    const edges = pairs.flatMap(([a, b, units], index) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      return from === to || to >= count
        ? []
        : [
            {
              id: `e${index}`,
              from: `n${from}`,
              to: `n${to}`,
              title: 'pool',
              lines: ['in', 'out'],
              units,
            },
          ]
    })
    return { nodes, edges }
  })

describe('placeFlow', () => {
  test.each([320, 800])(
    'behavior: no box lies over another at %i pixels',
    (widthAvailable) => {
      fc.assert(
        fc.property(anyFlow, (flow) => {
          const { goes, nodes, cards, ribbons, width, height } = placeFlow({
            flow,
            widthAvailable,
          })
          const boxes: Box[] = [...nodes, ...cards]
          for (const [index, box] of boxes.entries()) {
            expect(box.x).toBeGreaterThanOrEqual(0)
            expect(box.y).toBeGreaterThanOrEqual(0)
            expect(box.x + box.width).toBeLessThanOrEqual(width)
            expect(box.y + box.height).toBeLessThanOrEqual(height)
            for (const other of boxes.slice(index + 1))
              expect(isOver(box, other)).toBe(false)
          }
          // What passes by a column has a place of its own in it.
          for (const { key, source, thickness } of ribbons) {
            if (!key.includes(' pass ') || / (?:on|after)$/.test(key)) continue
            const half = thickness / 2
            const lane: Box =
              goes === 'right'
                ? {
                    x: source.x,
                    y: source.y - half,
                    width: 1,
                    height: thickness,
                  }
                : {
                    x: source.x - half,
                    y: source.y,
                    width: thickness,
                    height: 1,
                  }
            expect(boxes.some((box) => isOver(box, lane))).toBe(false)
          }
        }),
      )
    },
  )

  test('behavior: it goes sideways where there is room, and down where not', () => {
    const flow: Flow = {
      nodes: [
        { id: 'a', label: 'A', kind: 'token' },
        { id: 'b', label: 'B', kind: 'token' },
      ],
      edges: [
        { id: 'e', from: 'a', to: 'b', title: 'p', lines: [], units: 1n },
      ],
    }
    const wide = placeFlow({ flow, widthAvailable: 800 })
    const narrow = placeFlow({ flow, widthAvailable: 290 })
    expect(wide.nodes[1]?.x).toBeGreaterThan(wide.nodes[0]?.x ?? 0)
    expect(narrow.nodes[1]?.y).toBeGreaterThan(narrow.nodes[0]?.y ?? 0)
    expect(narrow.width).toBeLessThanOrEqual(290)
  })

  test('behavior: three branches fit on the narrowest screen', () => {
    const flow: Flow = {
      nodes: [
        { id: 'a', label: 'A', kind: 'token' },
        { id: 'b', label: 'B', kind: 'token' },
      ],
      edges: [1n, 2n, 3n].map((units) => ({
        id: `e${units}`,
        from: 'a',
        to: 'b',
        title: 'p',
        lines: [],
        units,
      })),
    }
    const { width, ribbons } = placeFlow({ flow, widthAvailable: 296 })
    expect(width).toBeLessThanOrEqual(300)
    const of = (key: string) =>
      ribbons.find((ribbon) => ribbon.key === key)?.thickness ?? 0
    expect(of('e3 before') / of('e1 before')).toBeCloseTo(3, 1)
  })
})

function isOver(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width - 0.01 &&
    b.x < a.x + a.width - 0.01 &&
    a.y < b.y + b.height - 0.01 &&
    b.y < a.y + a.height - 0.01
  )
}
