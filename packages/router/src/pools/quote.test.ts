import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AmountBeyondLiquidityError } from '../errors/AmountBeyondLiquidityError.js'
import { InvalidAmountError } from '../errors/InvalidAmountError.js'
import { UnknownTokenError } from '../errors/UnknownTokenError.js'
import { getSqrtPriceAtTick } from '../math/tickMath.js'
import type {
  ConcentratedPool,
  ConstantProductPool,
  Pool,
  StablePool,
  WeightedPool,
} from './Pool.js'
import { quoteExactIn, quoteExactOut } from './quote.js'
import { swapConcentrated } from './swapConcentrated.js'

const unit = 10n ** 18n

const pair: ConstantProductPool = {
  kind: 'constant-product',
  id: 'pair',
  tokens: ['a', 'b'],
  reserves: [1_000n * unit, 3_000_000n * 10n ** 6n],
  feePips: 3000,
  gas: 90_000,
}

const concentrated: ConcentratedPool = {
  kind: 'concentrated',
  id: 'concentrated',
  tokens: ['a', 'b'],
  feePips: 500,
  tickSpacing: 10,
  sqrtPriceX96: getSqrtPriceAtTick(1234) + 12_345n,
  liquidity: 5_000n * unit,
  tick: 1234,
  ticks: [
    { index: -887_270, liquidityNet: 1_000n * unit },
    { index: -12_000, liquidityNet: 1_500n * unit },
    { index: 1_200, liquidityNet: 2_500n * unit },
    { index: 1_300, liquidityNet: -2_500n * unit },
    { index: 9_000, liquidityNet: -1_500n * unit },
    { index: 887_270, liquidityNet: -1_000n * unit },
  ],
  gas: 110_000,
}

const weighted: WeightedPool = {
  kind: 'weighted',
  id: 'weighted',
  tokens: ['a', 'b', 'c'],
  balances: [4_000n * unit, 3_000_000n * 10n ** 6n, 900n * unit],
  weights: [5n * 10n ** 17n, 2n * 10n ** 17n, 3n * 10n ** 17n],
  scales: [1n, 10n ** 12n, 1n],
  feePips: 3000,
  gas: 120_000,
}

const stable: StablePool = {
  kind: 'stable',
  id: 'stable',
  tokens: ['a', 'b', 'c'],
  balances: [1_000_000n * unit, 1_200_000n * 10n ** 6n, 900_000n * unit],
  amplification: 200n,
  rates: [unit, 10n ** 30n, unit],
  feePips: 400,
  gas: 150_000,
}

const everyKind = [pair, concentrated, weighted, stable]

describe('quoteExactIn', () => {
  test('default: the pair formula with the floor of Uniswap V2', () => {
    const { amountIn, amountOut, poolAfter } = quoteExactIn(pair, {
      tokenIn: 'a',
      amountIn: unit,
    })
    const lessFee = unit * 997n
    const [reserveIn, reserveOut] = pair.reserves
    expect(amountIn).toBe(unit)
    expect(amountOut).toBe(
      (lessFee * reserveOut) / (reserveIn * 1000n + lessFee),
    )
    expect(poolAfter).toMatchObject({
      reserves: [reserveIn + unit, reserveOut - amountOut],
    })
  })

  test.each(everyKind)('behavior: a frozen quote of the $kind pool', (pool) => {
    const amountIn = 7n * unit + 7n
    const there = quoteExactIn(pool, { tokenIn: 'a', tokenOut: 'b', amountIn })
    const back = quoteExactIn(pool, {
      tokenIn: 'b',
      tokenOut: 'a',
      amountIn: 7_654_321n,
    })
    expect({
      kind: pool.kind,
      there: there.amountOut,
      back: back.amountOut,
    }).toMatchSnapshot()
  })

  test.each(everyKind)('behavior: $kind, more in never pays less', (pool) => {
    const amount = fc.bigInt({ min: 1n, max: 500n * unit })
    fc.assert(
      fc.property(amount, amount, fc.boolean(), (left, right, forward) => {
        const request = forward
          ? { tokenIn: 'a', tokenOut: 'b' }
          : { tokenIn: 'b', tokenOut: 'a' }
        const [less, more] = left < right ? [left, right] : [right, left]
        const low = quoteExactIn(pool, { ...request, amountIn: less })
        const high = quoteExactIn(pool, { ...request, amountIn: more })
        expect(high.amountOut).toBeGreaterThanOrEqual(low.amountOut)
        expect(high.amountIn).toBeLessThanOrEqual(more)
      }),
      { numRuns: 60 },
    )
  })

  test.each(everyKind)(
    'behavior: $kind, there and back gains nothing',
    (pool) => {
      fc.assert(
        fc.property(fc.bigInt({ min: 1n, max: 900n * unit }), (amountIn) => {
          const there = quoteExactIn(pool, {
            tokenIn: 'a',
            tokenOut: 'b',
            amountIn,
          })
          if (there.amountOut === 0n) return
          const back = quoteExactIn(there.poolAfter, {
            tokenIn: 'b',
            tokenOut: 'a',
            amountIn: there.amountOut,
          })
          expect(back.amountOut).toBeLessThanOrEqual(there.amountIn)
        }),
        { numRuns: 60 },
      )
    },
  )

  test('behavior: ends where concentrated liquidity ends', () => {
    const bounded: Pool = {
      ...concentrated,
      liquidity: 2_500n * unit,
      ticks: [
        { index: 1_200, liquidityNet: 2_500n * unit },
        { index: 1_300, liquidityNet: -2_500n * unit },
      ],
    }
    const { amountIn, amountOut } = quoteExactIn(bounded, {
      tokenIn: 'a',
      amountIn: 10n ** 40n,
    })
    expect(amountIn).toBeLessThan(10n ** 20n)
    const again = quoteExactIn(bounded, { tokenIn: 'a', amountIn })
    expect(again.amountOut).toBe(amountOut)
  })

  test('behavior: a window ends the swap at its edge', () => {
    const edge = { ...concentrated, window: { lowest: 1_210, highest: 1_290 } }
    const { poolAfter } = swapConcentrated(
      { ...edge, ticks: [] },
      { direction: 'one-for-zero', type: 'exact-in', units: 10n ** 40n },
    )
    expect(poolAfter.sqrtPriceX96).toBe(getSqrtPriceAtTick(1_290))
  })

  test('error: InvalidAmountError', () => {
    expect(() => quoteExactIn(pair, { tokenIn: 'a', amountIn: 0n })).toThrow(
      InvalidAmountError,
    )
    expect(() =>
      quoteExactIn(pair, { tokenIn: 'a', amountIn: 1n << 255n }),
    ).toThrow(InvalidAmountError)
  })

  test('error: UnknownTokenError', () => {
    expect(() => quoteExactIn(pair, { tokenIn: 'z', amountIn: 1n })).toThrow(
      UnknownTokenError,
    )
    expect(() =>
      quoteExactIn(weighted, { tokenIn: 'a', amountIn: 1n }),
    ).toThrow(UnknownTokenError)
  })
})

describe('quoteExactOut', () => {
  test.each(everyKind)('behavior: $kind, its input buys the output', (pool) => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 200_000_000_000n }),
        (amountOut) => {
          const bought = quoteExactOut(pool, {
            tokenIn: 'a',
            tokenOut: 'b',
            amountOut,
          })
          expect(bought.amountOut).toBe(amountOut)
          const sold = quoteExactIn(pool, {
            tokenIn: 'a',
            tokenOut: 'b',
            amountIn: bought.amountIn,
          })
          expect(sold.amountOut).toBeGreaterThanOrEqual(amountOut)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('error: AmountBeyondLiquidityError', () => {
    for (const pool of everyKind)
      expect(() =>
        quoteExactOut(pool, {
          tokenIn: 'a',
          tokenOut: 'b',
          amountOut: 10n ** 40n,
        }),
      ).toThrow(AmountBeyondLiquidityError)
  })
})
