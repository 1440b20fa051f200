import type { Address, OptionsPort, ParseResult } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { suggestOptions } from './suggestOptions.js'

const account: Address = '0x00000000000000000000000000000000000000AA'
const result: Extract<ParseResult, { type: 'clarify' }> = {
  type: 'clarify',
  draft: {
    version: 1,
    utterance: 'lend',
    language: 'en',
    steps: [{ id: 's1', action: 'supply', spans: {} }],
  },
  questions: [
    { slot: 'steps[0].token', text: 'Which token?' },
    {
      slot: 'steps[0].amount',
      text: 'How much?',
      options: [{ label: 'said', value: 'said' }],
    },
  ],
}

describe('suggestOptions', () => {
  test('default', async () => {
    const port: OptionsPort = {
      suggest: async ({ question }) => ({
        slot: 'steps[9].to',
        text: `${question.text} You hold 3 ETH.`,
        options: [{ label: 'ETH', value: { symbol: 'ETH' } }],
      }),
    }
    expect(await suggestOptions({ account, result, port })).toEqual([
      {
        // A port adds facts; what is asked is not its to change.
        slot: 'steps[0].token',
        text: 'Which token? You hold 3 ETH.',
        options: [{ label: 'ETH', value: { symbol: 'ETH' } }],
      },
      result.questions[1],
    ])
  })

  test('behavior: a fact that cannot be read keeps nobody from answering', async () => {
    const port: OptionsPort = {
      suggest: () => Promise.reject(new TypeError('terminated')),
    }
    expect(await suggestOptions({ account, result, port })).toEqual(
      result.questions,
    )
    expect(await suggestOptions({ account, result, port: undefined })).toEqual(
      result.questions,
    )
  })
})
