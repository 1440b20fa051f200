import { describe, expect, test } from 'vitest'
import { isRight } from '../../../evaluation/strangers.mjs'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('foldCount', () => {
  test.each([
    [
      'Pay three invoices: 10 usdc to a.eth, 20 dai to b.eth, 5 usdt to c.eth',
      'transfer 10:USDC to=a.eth + transfer 20:DAI to=b.eth + transfer 5:USDT to=c.eth',
    ],
    [
      'make 2 payments: 10 usdc to a.eth and 20 dai to b.eth',
      'transfer 10:USDC to=a.eth + transfer 20:DAI to=b.eth',
    ],
    [
      'do these three swaps: 1 eth to usdc, 2 link to dai, 3 uni to usdt',
      'swap 1:ETH :USDC + swap 2:LINK :DAI + swap 3:UNI :USDT',
    ],
    [
      'Two things please: swap 1 eth to usdc, send 5 dai to a.eth',
      'swap 1:ETH :USDC + transfer 5:DAI to=a.eth',
    ],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    expect(isRight([gold], result), JSON.stringify(result)).toBe(true)
  })
})
