import { describe, expect, test } from 'vitest'
import { renderExplanation } from './renderExplanation.js'

const listed = {
  agentId: 'tip-00000000',
  query: 'tip ether',
  listed: true,
  rank: 2,
  of: 9,
  steps: [
    { check: 'health', passed: true, says: 'live as measured' },
    {
      check: 'filter',
      passed: true,
      says: 'serves the action',
      wanted: 'transfer',
      offered: 'transfer',
    },
  ],
  todo: null,
  score: 0.5,
  parts: { relevance: 0.8, trust: 0.625, health: 1, price: 1 },
  signals: [{ name: 'words', raw: 3.2, z: 1.5, weight: 0.45, product: 0.675 }],
  terms: [{ term: 'tip', share: 1.25, documents: 4 }],
  trust: null,
  price: { feeBps: 0 },
  spread: null,
  gapToNext: 0.125,
  indexSeq: 7,
  formulaVersion: '1',
}

describe('renderExplanation', () => {
  test('default: place, checks, parts of the score, words', () => {
    expect(renderExplanation(listed)).toMatchInlineSnapshot(`
      "tip-00000000 is number 2 of 9 for “tip ether”, with 0.500, 0.125 behind the next.
        ✓ health     live as measured
        ✓ filter     serves the action (wanted transfer, offers transfer)
        score = relevance 0.800 × trust 0.625 × health 1.000 × price 1.000
          words    3.200, z 1.500 × weight 0.450 = 0.675
        words: tip 1.250"
    `)
  })

  test('behavior: an agent that is not listed, and what to do', () => {
    const text = renderExplanation({
      ...listed,
      listed: false,
      rank: null,
      score: null,
      parts: null,
      signals: [],
      terms: [],
      gapToNext: null,
      steps: [{ check: 'lease', passed: false, says: 'the lease ran out' }],
      todo: 'Publish it again.',
    })
    expect(text).toMatchInlineSnapshot(`
      "tip-00000000 is not listed for “tip ether”.
        ✕ lease      the lease ran out
        → Publish it again."
    `)
  })
})
