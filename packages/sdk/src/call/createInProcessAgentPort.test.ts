import type { Candidate } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../define/defineAgent.js'
import { createTestRequest } from '../testing/createTestRequest.js'
import { createInProcessAgentPort } from './createInProcessAgentPort.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const agent = defineAgent({
  name: 'moody',
  version: '1.0.0',
  summary: 'Answers as it is asked to.',
  chainIds: 'any',
  serves: ['ask'],
  limits: { spenders: [], maxValidForSeconds: 60 },
  quote({ topic }) {
    if (topic === 'gas') return new Promise(() => {})
    if (topic === 'price') throw new TypeError('down')
    return topic === 'help' ? { answer: { text: 'hello' } } : null
  },
})
const candidate: Candidate = {
  agentId: 'moody-00000000',
  name: 'moody',
  agent: signer.address,
  url: '',
  reference: true,
  kept: true,
  why: 'here',
}
const port = createInProcessAgentPort({ agents: [{ agent, signer }] })
const ask = (topic: 'help' | 'gas' | 'price' | 'balance', change = {}) =>
  port.requestQuote({
    candidate: { ...candidate, ...change },
    request: createTestRequest({
      instruction: { action: 'ask', topic, account: signer.address },
      respondWithinMs: 50,
    }),
    timeoutMs: 20,
  })

describe('createInProcessAgentPort', () => {
  test('default', async () => {
    await expect(ask('help')).resolves.toMatchObject({
      answer: { text: 'hello' },
      signature: expect.stringMatching(/^0x/),
    })
    await expect(ask('balance')).resolves.toMatchObject({
      type: 'behest.decline',
    })
  })

  test('behavior: others are asked the other way', async () => {
    const both = createInProcessAgentPort({
      agents: [],
      otherwise: port,
    })
    await expect(
      both.requestQuote({
        candidate,
        request: createTestRequest({
          instruction: {
            action: 'ask',
            topic: 'help',
            account: signer.address,
          },
        }),
        timeoutMs: 1_000,
      }),
    ).resolves.toMatchObject({ type: 'behest.quote' })
  })

  test.each([
    ['AGENT_TIMEOUT', 'gas', {}],
    ['AGENT_ANSWER_MALFORMED', 'price', {}],
    ['AGENT_UNREACHABLE', 'help', { name: 'other' }],
    [
      'AGENT_UNREACHABLE',
      'help',
      { agent: '0x00000000000000000000000000000000000000aa' },
    ],
  ] as const)('error: %s', async (code, topic, change) => {
    await expect(ask(topic, change)).rejects.toMatchObject({ code })
  })
})
