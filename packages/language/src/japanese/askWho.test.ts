import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('askWho', () => {
  test.each([
    '友達に50USDC送って',
    '同僚に20DAI払って',
    '大家さんに家賃として800USDC送金して',
    'デザイナーに30USDC送って',
  ])('behavior: asks for the address: %s', (utterance) => {
    const result = parseUtterance(utterance, context)
    expect(result.type === 'clarify' && result.questions[0]?.slot).toBe(
      'steps[0].to',
    )
  })

  test('behavior: a name is a name', () => {
    expect(parseUtterance('ボブに5USDC送って', context)).toMatchObject({
      type: 'intent',
      intent: { steps: [{ action: 'transfer', to: 'ボブ' }] },
    })
  })
})
