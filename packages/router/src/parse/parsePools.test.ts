import { describe, expect, test } from 'vitest'
import { DuplicatePoolError } from '../errors/DuplicatePoolError.js'
import { InvalidPoolError } from '../errors/InvalidPoolError.js'
import { LyingTickListError } from '../errors/LyingTickListError.js'
import { getSqrtPriceAtTick } from '../math/tickMath.js'
import { parsePools } from './parsePools.js'

const weth = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'
const usdc = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'

const tokenLine = {
  token: weth,
  symbol: 'WETH',
  decimals: 18,
  priceNative: '1',
}
const pairLine = {
  pool: 'pair',
  kind: 'constant-product',
  tokens: [weth, usdc],
  reserves: ['1000000000000000000000', '3000000000000'],
  feePips: 3000,
  gas: 90000,
}
const concentratedLine = {
  pool: 'concentrated',
  kind: 'concentrated',
  tokens: [usdc, weth],
  feePips: 500,
  tickSpacing: 10,
  sqrtPriceX96: String(getSqrtPriceAtTick(105)),
  liquidity: '700',
  tick: 105,
  ticks: [
    { index: 200, liquidityNet: '-700' },
    { index: 100, liquidityNet: '500' },
    { index: -100, liquidityNet: '200' },
  ],
}
const weightedLine = {
  pool: 'weighted',
  kind: 'weighted',
  tokens: [weth, usdc],
  balances: ['1000000000000000000', '3000000000'],
  weights: ['800000000000000000', '200000000000000000'],
  feePips: 3000,
}
const stableLine = {
  pool: 'stable',
  kind: 'stable',
  tokens: [weth, usdc],
  balances: ['1000000000000000000', '1000000'],
  amplification: '200',
  feePips: 400,
}

function parse(...lines: readonly object[]): ReturnType<typeof parsePools> {
  return parsePools(lines.map((line) => JSON.stringify(line)))
}

describe('parsePools', () => {
  test('default', () => {
    const { pools, tokens, notes } = parsePools(
      [tokenLine, pairLine, concentratedLine, weightedLine, stableLine]
        .map((line) => JSON.stringify(line))
        .join('\n')
        .concat('\n'),
    )
    expect(tokens).toEqual([
      { id: weth, symbol: 'WETH', decimals: 18, decimalPriceNative: '1' },
    ])
    expect(pools.map(({ id, gas }) => [id, gas])).toEqual([
      ['pair', 90_000],
      ['concentrated', 110_000],
      ['weighted', 120_000],
      ['stable', 150_000],
    ])
    expect(notes).toEqual([])
    expect(pools[1]).toMatchObject({
      ticks: [{ index: -100 }, { index: 100 }, { index: 200 }],
    })
  })

  test('behavior: one address in two spellings is one token', () => {
    const { pools } = parse(pairLine, {
      ...weightedLine,
      tokens: [weth.toLowerCase(), usdc.toUpperCase().replace('X', 'x')],
    })
    expect(pools[1]?.tokens).toEqual([weth, usdc])
  })

  test('behavior: decimals of a later line scale a weighted pool', () => {
    const { pools } = parse(weightedLine, { token: usdc, decimals: 6 })
    expect(pools[0]).toMatchObject({ scales: [1n, 10n ** 12n] })
  })

  test('behavior: what has no liquidity is left out and noted', () => {
    const { pools, notes } = parse(
      { ...pairLine, reserves: ['0', '5'] },
      { ...concentratedLine, liquidity: '0', ticks: [] },
      { ...weightedLine, balances: ['1', '0'] },
      { market: 'm1', kind: 'aave-v3', token: usdc },
    )
    expect(pools).toEqual([])
    expect(notes).toHaveLength(4)
    expect(notes.join(' ')).toContain('"pair" has no liquidity')
  })

  test('behavior: a part of the ticks is enough with a window', () => {
    const { pools } = parse({
      ...concentratedLine,
      liquidity: '900',
      ticks: [{ index: 110, liquidityNet: '-900' }],
      window: { lowest: 50, highest: 150 },
    })
    expect(pools).toHaveLength(1)
  })

  test.each([
    ['not JSON', '{"pool":'],
    ['not an object', '[1]'],
    ['neither pool nor token', '{"name":"x"}'],
    ['a number as money', { ...pairLine, reserves: [1, '2'] }],
    [
      'more digits than a word',
      { ...pairLine, reserves: ['9'.repeat(60), '2'] },
    ],
    ['a negative reserve', { ...pairLine, reserves: ['-1', '2'] }],
    ['one token twice', { ...pairLine, tokens: [weth, weth] }],
    ['one token', { ...pairLine, tokens: [weth] }],
    ['three tokens in a pair', { ...pairLine, tokens: [weth, usdc, '0x1'] }],
    ['a fee of all', { ...pairLine, feePips: 1_000_000 }],
    ['a broken fee', { ...pairLine, feePips: 0.5 }],
    ['a missing field', { ...pairLine, reserves: undefined }],
    ['an unknown kind', { ...pairLine, kind: 'magic' }],
    ['weights that miss one', { ...weightedLine, weights: ['1', '2'] }],
    [
      'hooks that change swaps',
      { ...concentratedLine, hooks: `0x${'0'.repeat(38)}80` },
    ],
    ['a price of letters', { ...tokenLine, priceNative: '1e3' }],
    ['decimals out of range', { ...tokenLine, decimals: 256 }],
  ])('error: InvalidPoolError on %s', (_name, line) => {
    const text = typeof line === 'string' ? line : JSON.stringify(line)
    expect(() => parsePools([text])).toThrow(InvalidPoolError)
  })

  test('error: InvalidPoolError tells line, pool and problem', () => {
    expect(() =>
      parse(tokenLine, { ...pairLine, reserves: ['1', 'x'] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [InvalidPoolError: Line 2 (pool "pair"): "reserves" is not a whole number written as text. Correct the line or leave it out.

        line:    2
        problem: "reserves" is not a whole number written as text
        pool:    pair]
    `)
  })

  test('error: DuplicatePoolError', () => {
    expect(() => parse(pairLine, pairLine)).toThrow(DuplicatePoolError)
  })

  test.each([
    ['that do not add up', { ticks: concentratedLine.ticks.slice(1) }],
    ['of another liquidity', { liquidity: '701' }],
    ['off the spacing', { tickSpacing: 30 }],
    ['of another price', { tick: 103 }],
    ['of no price', { sqrtPriceX96: '1' }],
    [
      'listed twice',
      {
        ticks: [...concentratedLine.ticks, { index: 200, liquidityNet: '0' }],
      },
    ],
    [
      'below zero',
      {
        liquidity: '700',
        ticks: [
          { index: -200, liquidityNet: '-10' },
          { index: -100, liquidityNet: '710' },
          { index: 200, liquidityNet: '-700' },
        ],
      },
    ],
  ])('error: LyingTickListError on ticks %s', (_name, change) => {
    expect(() => parse({ ...concentratedLine, ...change })).toThrow(
      LyingTickListError,
    )
  })
})
