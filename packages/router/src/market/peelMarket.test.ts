import { describe, expect, test } from 'vitest'
import type { ConstantProductPool } from '../pools/Pool.js'
import { compileMarket } from './compileMarket.js'
import { revivePools } from './peelMarket.js'

function pair(id: string, left: string, right: string): ConstantProductPool {
  return {
    kind: 'constant-product',
    id,
    tokens: [left, right],
    reserves: [10n ** 20n, 10n ** 20n],
    feePips: 3000,
    gas: 90_000,
  }
}

// A triangle a-b-c with a tail c-d-e and a leaf a-f.
const pools = [
  pair('ab', 'a', 'b'),
  pair('bc', 'b', 'c'),
  pair('ca', 'c', 'a'),
  pair('cd', 'c', 'd'),
  pair('de', 'd', 'e'),
  pair('af', 'a', 'f'),
]

describe('peelMarket', () => {
  const market = compileMarket(pools)
  const getNames = (chosen: Int32Array): string[] =>
    [...chosen].map((i) => pools[i]!.id).sort()

  test('default: what hangs on one pool is left out', () => {
    expect(getNames(market.corePools)).toEqual(['ab', 'bc', 'ca'])
  })

  test('behavior: the tokens of a request come back with their way', () => {
    const revive = (...names: string[]): string[] =>
      getNames(
        revivePools(
          market,
          names.map((name) => market.tokenIndex.get(name)!),
        ),
      )
    expect(revive('a', 'b')).toEqual(['ab', 'bc', 'ca'])
    expect(revive('e', 'b')).toEqual(['ab', 'bc', 'ca', 'cd', 'de'])
    expect(revive('d', 'f')).toEqual(['ab', 'af', 'bc', 'ca', 'cd'])
  })
})
