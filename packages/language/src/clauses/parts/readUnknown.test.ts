import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }
const read = (utterance: string) => parseUtterance(utterance, context)

describe('readUnknown', () => {
  test.each([
    'pay my designer 800 USDC',
    'I would like to pay my designer 800 USDC',
    'please transfer 50 usdc to my lawyer',
    'send my neighbor 20 dai',
  ])('behavior: asks who is meant: %s', (utterance) => {
    const result = read(utterance)
    expect(result.type === 'clarify' && result.questions[0]?.slot).toBe(
      'steps[0].to',
    )
  })

  test.each([
    ['I would like to pay nina.eth 800 USDC', 'nina.eth'],
    ['pay my designer nina.eth 800 usdc', 'nina.eth'],
    ['send 5 usdc to my cold wallet', 'cold wallet'],
  ])('behavior: a name is a name: %s', (utterance, to) => {
    const result = read(utterance)
    expect(result).toMatchObject({
      type: 'intent',
      intent: { steps: [{ action: 'transfer', to }] },
    })
  })
})
