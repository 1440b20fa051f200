import { quoteRequestSchema } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { AgentReply } from '../define/Agent.js'
import { defineAgent } from '../define/defineAgent.js'
import { createTestRequest } from '../testing/createTestRequest.js'
import {
  AgentFailedError,
  createQuoter,
  QuoteRequestMalformedError,
} from './createQuoter.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const request = createTestRequest({
  instruction: {
    action: 'ask',
    topic: 'help',
    account: '0x00000000000000000000000000000000000000aa',
  },
})
const wire = (change = {}) =>
  z.encode(quoteRequestSchema, { ...request, ...change })

function setUp(
  reply: (asked: number) => AgentReply | Promise<AgentReply>,
  maxAnswersKept = 100,
) {
  let asked = 0
  let nowMs = 0
  const quoter = createQuoter({
    agent: defineAgent({
      name: 'counter',
      version: '1.0.0',
      summary: 'Counts.',
      chainIds: 'any',
      serves: ['ask'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote() {
        asked += 1
        return reply(asked)
      },
    }),
    signer,
    quoteTimeoutMs: 1_000,
    nowMs: () => nowMs,
    maxAnswersKept,
  })
  return {
    quoter,
    asked: () => asked,
    wait: (ms: number) => {
      nowMs += ms
    },
  }
}
const count = (asked: number): AgentReply => ({ answer: { text: `${asked}` } })

describe('createQuoter', () => {
  test('L-MSG-01: the same request three times runs the agent once', async () => {
    const { quoter, asked } = setUp(count)
    const first = await quoter.answer(wire())
    expect(await quoter.answer(wire())).toEqual(first)
    expect(await quoter.answer(wire())).toEqual(first)
    expect(asked()).toBe(1)
  })

  test('L-MSG-05: fifty at once get their own answers', async () => {
    const { quoter, asked } = setUp(async (n) => count(n))
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        quoter.answer(wire({ requestId: `request-${index % 25}` })),
      ),
    )
    expect(asked()).toBe(25)
    for (const [index, answer] of answers.entries())
      expect(answer.requestId).toBe(`request-${index % 25}`)
  })

  test('behavior: forgets the answer when the quote expires', async () => {
    const { quoter, asked, wait } = setUp(count)
    await quoter.answer(wire())
    wait(59_999)
    await quoter.answer(wire())
    expect(asked()).toBe(1)
    wait(1)
    await quoter.answer(wire())
    expect(asked()).toBe(2)
  })

  test('behavior: the same id with another body is another request', async () => {
    const { quoter, asked } = setUp(count)
    const first = await quoter.answer(wire())
    const second = await quoter.answer(
      wire({ deadlineUnixSeconds: request.deadlineUnixSeconds + 1 }),
    )
    expect(asked()).toBe(2)
    expect(second.requestHash).not.toBe(first.requestHash)
  })

  test('behavior: a decline or a failure is asked again', async () => {
    const declines = setUp((asked) => (asked === 1 ? null : count(asked)))
    expect((await declines.quoter.answer(wire())).type).toBe('behest.decline')
    expect((await declines.quoter.answer(wire())).type).toBe('behest.quote')

    const failures = setUp((asked) => {
      if (asked === 1) throw new TypeError('the node is down')
      return count(asked)
    })
    const two = [failures.quoter.answer(wire()), failures.quoter.answer(wire())]
    for (const one of await Promise.allSettled(two))
      expect(one).toMatchObject({ status: 'rejected' })
    expect(failures.asked()).toBe(1)
    expect((await failures.quoter.answer(wire())).type).toBe('behest.quote')
  })

  test('behavior: memory is bounded', async () => {
    const { quoter, asked } = setUp(count, 5)
    for (let index = 0; index <= 5; index += 1)
      await quoter.answer(wire({ requestId: `request-${index}` }))
    await quoter.answer(wire({ requestId: 'request-5' }))
    expect(asked()).toBe(6)
    await quoter.answer(wire({ requestId: 'request-0' }))
    expect(asked()).toBe(7)
  })

  test.each([
    ['null', null],
    ['text', 'swap'],
    ['an unknown field', { ...wire(), surprise: 1 }],
    ['another version', { ...wire(), version: 2 }],
    [
      'a number for money',
      { ...wire(), block: { ...wire().block, number: 1 } },
    ],
    ['a lone surrogate', { ...wire(), requestId: '\ud800' }],
  ])('error: QuoteRequestMalformedError for %s', async (_name, hostile) => {
    const { quoter, asked } = setUp(count)
    await expect(quoter.answer(hostile)).rejects.toBeInstanceOf(
      QuoteRequestMalformedError,
    )
    expect(asked()).toBe(0)
  })

  test('error: AgentFailedError keeps the cause for the author', async () => {
    const cause = new TypeError('the node is down')
    const { quoter } = setUp(() => {
      throw cause
    })
    const error = await quoter.answer(wire()).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(AgentFailedError)
    expect(error.cause).toBe(cause)
  })
})
