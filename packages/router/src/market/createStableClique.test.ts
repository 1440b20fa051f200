import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StablePool } from '../pools/Pool.js'
import { quoteExactIn } from '../pools/quote.js'
import { createCliqueTrade } from './CliquePool.js'
import { createStableClique } from './createStableClique.js'

const drawPool = fc
  .record({
    size: fc.integer({ min: 2, max: 4 }),
    depth: fc.integer({ min: 3, max: 9 }),
    uneven: fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    }),
    amplification: fc.bigInt({ min: 1n, max: 2000n }),
    feePips: fc.constantFrom(0, 100, 400, 4000),
  })
  .map(
    ({ size, depth, uneven, amplification, feePips }): StablePool => ({
      kind: 'stable',
      id: 'stable',
      tokens: ['a', 'b', 'c', 'd'].slice(0, size),
      balances: uneven
        .slice(0, size)
        .map(
          (share) =>
            BigInt(Math.round(share * 1e6)) * 10n ** BigInt(12 + depth),
        ),
      amplification,
      rates: new Array(size).fill(10n ** 18n),
      feePips,
      gas: 150_000,
    }),
  )
const drawMove = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), {
  minLength: 4,
  maxLength: 4,
})

function setUp(pool: StablePool, moves: readonly number[]) {
  const size = pool.tokens.length
  const clique = createStableClique(pool)
  // The pool's own prices, and a push away from them.
  const logPrices = Float64Array.from(
    { length: size },
    (_, k) => (k === 0 ? 0 : clique.getLogRate(k, 0)) + moves[k]!,
  )
  const trade = createCliqueTrade(size)
  return { size, clique, logPrices, trade }
}

describe('createStableClique', () => {
  test('behavior: no sale gains more at these prices than the best trade', () => {
    fc.assert(
      fc.property(
        drawPool,
        drawMove,
        fc.double({ min: 1e-6, max: 0.9, noNaN: true }),
        (pool, moves, share) => {
          const { size, clique, logPrices, trade } = setUp(pool, moves)
          clique.evaluate(logPrices, trade)
          const most = trade.value + trade.margin
          for (let from = 0; from < size; from++)
            for (let to = 0; to < size; to++) {
              if (from === to) continue
              const amountIn = BigInt(
                Math.floor(Number(pool.balances[from]!) * share),
              )
              const swap = quoteExactIn(pool, {
                tokenIn: pool.tokens[from]!,
                tokenOut: pool.tokens[to]!,
                amountIn,
              })
              const gain =
                Number(swap.amountOut) * Math.exp(logPrices[to]!) -
                Number(amountIn) * Math.exp(logPrices[from]!)
              expect(gain).toBeLessThanOrEqual(
                most + 1e-9 * Number(swap.amountOut) + 1,
              )
            }
        },
      ),
    )
  })

  test('behavior: conductances are how the trade moves with the prices', () => {
    fc.assert(
      fc.property(drawPool, drawMove, (pool, moves) => {
        const { size, clique, logPrices, trade } = setUp(pool, moves)
        clique.evaluate(logPrices, trade)
        const scale = Math.max(...trade.conductances)
        const step = 1e-6
        for (let j = 0; j < size; j++) {
          const [up, down] = [1, -1].map((sign) => {
            const moved = createCliqueTrade(size)
            const prices = logPrices.slice()
            prices[j]! += sign * step
            clique.evaluate(prices, moved)
            return moved
          }) as [typeof trade, typeof trade]
          // Where a token begins to move the slope has a kink.
          const hasKink = [...up.flows].some(
            (flow, k) =>
              Math.sign(flow) !== Math.sign(down.flows[k]!) ||
              Math.sign(flow) !== Math.sign(trade.flows[k]!),
          )
          if (hasKink) continue
          for (let k = 0; k < size; k++) {
            if (k === j) continue
            // What two tokens take from each other counts as nothing.
            const slope = Math.max(
              0,
              (down.flows[k]! - up.flows[k]!) / (2 * step),
            )
            const error = Math.abs(trade.conductances[j * size + k]! - slope)
            expect(error).toBeLessThanOrEqual(
              1e-3 * scale + 1e-9 * Number(pool.balances[k]!),
            )
          }
        }
      }),
    )
  })
})
