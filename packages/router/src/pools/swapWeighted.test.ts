import { describe, expect, test } from 'vitest'
import type { WeightedPool } from './Pool.js'
import { quoteExactIn, quoteExactOut } from './quote.js'
import vectors from './weighted.vectors.json' with { type: 'json' }

// What Balancer's own WeightedMath (v2-pool-weighted 2.0.1, solc 0.7.6) gave on
// a local chain, with the fee and the scaling in the order of its pools. A row:
// kind, balances in and out, weights, scales, fee in pips, amount, answer.
describe('weighted pools', () => {
  test('behavior: what the contract gives, to the unit', () => {
    for (const [kind, ...texts] of vectors) {
      const units = texts.map((text) => BigInt(text))
      const pool: WeightedPool = {
        kind: 'weighted',
        id: 'weighted',
        tokens: ['in', 'out'],
        balances: units.slice(0, 2),
        weights: units.slice(2, 4),
        scales: units.slice(4, 6),
        feePips: Number(units[6]),
        gas: 120_000,
      }
      const sides = { tokenIn: 'in', tokenOut: 'out' }
      const amount = units[7] ?? 0n
      const answer =
        kind === 'exactIn'
          ? quoteExactIn(pool, { ...sides, amountIn: amount }).amountOut
          : quoteExactOut(pool, { ...sides, amountOut: amount }).amountIn
      expect([kind, ...texts.slice(0, 8), String(answer)]).toEqual([
        kind,
        ...texts,
      ])
    }
    expect(vectors.length).toBe(240)
  })
})
