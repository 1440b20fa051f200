import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCliqueTrade } from './CliquePool.js'
import { createWeightedClique } from './createWeightedClique.js'

describe('createWeightedClique', () => {
  test('behavior: a small move of a deep pool keeps its product', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 34 }),
        fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
        fc.integer({ min: 1, max: 99 }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (depth, push, percent, logUnit) => {
          const balances = [3n * 10n ** BigInt(depth), 10n ** 21n] as const
          const weights = [
            BigInt(percent) * 10n ** 16n,
            BigInt(100 - percent) * 10n ** 16n,
          ] as const
          const clique = createWeightedClique({
            kind: 'weighted',
            id: 'deep',
            tokens: ['a', 'b'],
            balances: [...balances],
            weights: [...weights],
            scales: [1n, 1n],
            feePips: 0,
            gas: 120_000,
          })
          const logPrices = Float64Array.of(
            logUnit,
            logUnit + clique.getLogRate(1, 0) + push,
          )
          const trade = createCliqueTrade(2)
          clique.evaluate(logPrices, trade)

          let drift = 0
          for (const [k, flow] of trade.flows.entries()) {
            const held = Number(balances[k]) * Math.exp(logPrices[k]!)
            drift += (Number(weights[k]) / 1e18) * Math.log1p(-flow / held)
          }
          expect(Math.abs(drift)).toBeLessThan(1e-14 * push)
          expect(trade.value).toBeGreaterThan(0)
        },
      ),
    )
  })

  test('behavior: a margin left by another pool is not taken over', () => {
    const clique = createWeightedClique({
      kind: 'weighted',
      id: 'plain',
      tokens: ['a', 'b'],
      balances: [10n ** 21n, 10n ** 21n],
      weights: [5n * 10n ** 17n, 5n * 10n ** 17n],
      scales: [1n, 1n],
      feePips: 3000,
      gas: 120_000,
    })
    const trade = createCliqueTrade(2)
    trade.margin = 1
    clique.evaluate(Float64Array.of(0, 0.1), trade)
    expect(trade.margin).toBe(0)
  })
})
