import { describe, expect, test } from 'vitest'
import { readVenues } from './readVenues.js'

describe('readVenues', () => {
  test.each([
    [undefined, ['uniswap-v2', 'uniswap-v3']],
    ['uniswap', ['uniswap-v2', 'uniswap-v3']],
    ['Uniswap V3', ['uniswap-v3']],
    ['uniswap-v2', ['uniswap-v2']],
    ['uniswapv3', ['uniswap-v3']],
    [' UNISWAP_V2 ', ['uniswap-v2']],
    ['sushiswap', null],
    ['uniswap v4', null],
    ['', null],
  ])('%s', (venue, expected) => {
    expect(readVenues(venue)).toEqual(expected)
  })
})
