import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('foldAsides', () => {
  test.each([
    [
      'step 1: sell 4 weth for usdt. step 2: lend it on aave',
      'swap 4:WETH :USDT + supply >1:USDT via=aave',
    ],
    ['degen mode: 420.69 usdc into SHIB', 'swap 420.69:USDC :SHIB'],
    [
      'put 800 usdc in aave on base so it earns something',
      'supply 800:USDC via=aave on=base',
    ],
    [
      'swap 1 eth to usdc, lend it on aave. everything on arbitrum obviously',
      'swap 1:ETH :USDC on=arbitrum + supply >1:USDC via=aave on=arbitrum',
    ],
    ["I'm on Polygon: swap 10 MATIC to USDC", 'swap 10:MATIC :USDC on=polygon'],
    ['swap 1 eth to usdc (this is not a drill)', 'swap 1:ETH :USDC'],
    [
      'eth < 2000 ? buy 1 eth with usdc',
      'swap :USDC 1:ETH when=price:ETH:<:2000:usd',
    ],
    [
      "I'd appreciate it if you bridged 100 USDC to Polygon.",
      'bridge 100:USDC toc=polygon',
    ],
    ['@behest swap 1 eth to usdc', 'swap 1:ETH :USDC'],
  ])('behavior: %s', (utterance, gold) => {
    expect(isRight([gold], parseUtterance(utterance, context))).toBe(true)
  })

  test('behavior: a condition that could not be read is asked for', () => {
    expect(
      parseUtterance("swap 1 eth to usdc if it's cheap", context).type,
    ).toBe('clarify')
  })

  test('behavior: what is left out is never what is used', () => {
    expect(
      parseUtterance('swap 1 eth to usdc without using uniswap', context).type,
    ).toBe('clarify')
  })
})
