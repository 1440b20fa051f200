import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('a choice that is left open', () => {
  test.each([
    ['swap 1 eth to usdc or dai', 'buy.token', ['USDC', 'DAI']],
    ['swap 1 eth to usdc or dai or usdt', 'buy.token', ['USDC', 'DAI', 'USDT']],
    ['buy 5 link or uni with usdc', 'buy.token', ['LINK', 'UNI']],
    ['swap 2 eth or weth to usdc', 'sell.token', ['ETH', 'WETH']],
    ['swap 1 or 2 eth to usdc', 'sell.amount', ['1', '2']],
    ['send 5 usdc or dai to bob.eth', 'token', ['USDC', 'DAI']],
    ['lend 100 usdc on aave or morpho', 'venue', ['aave', 'morpho']],
    ['bridge 5 usdc to base or optimism', 'toChain', ['base', 'optimism']],
    ['send 5 usdc to bob.eth or ann.eth', 'to', ['bob.eth', 'ann.eth']],
  ])(
    'behavior: is one question about one order, %s',
    (utterance, slot, labels) => {
      const result = parseUtterance(utterance, context)
      if (result.type !== 'clarify') expect.fail(JSON.stringify(result))
      expect(result.draft.steps).toHaveLength(1)
      expect(
        result.questions.map((question) => [
          question.slot,
          question.options?.map(({ label }) => label),
        ]),
      ).toEqual([[`steps[0].${slot}`, labels]])
    },
  )
})
