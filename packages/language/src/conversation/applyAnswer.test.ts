import {
  type ParseContext,
  type ParseResult,
  parseResultSchema,
} from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'
import { applyAnswer } from './applyAnswer.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'UTC',
}

function answer(
  first: string,
  ...replies: (string | Record<string, unknown>)[]
): ParseResult {
  let result = parseUtterance(first, context)
  for (const reply of replies) {
    const answered = applyAnswer({
      previous: result,
      reply:
        typeof reply === 'string' ? { utterance: reply } : { answers: reply },
      context,
    })
    if (answered.type !== 'amended')
      expect.fail(`new request: ${answered.utterance}`)
    result = parseResultSchema.parse(answered.result)
  }
  return result
}

function firstStep(result: ParseResult) {
  if (result.type !== 'intent') expect.fail(JSON.stringify(result))
  return result.intent.steps[0]
}

describe('applyAnswer', () => {
  test('behavior: the reply is the user’s word, spanned on a new line', () => {
    const result = answer('send 5 usdc', 'to bob.eth')
    if (result.type !== 'intent') expect.fail()
    const { utterance, steps } = result.intent
    expect(utterance).toBe('send 5 usdc\nto bob.eth')
    const span = steps[0]?.spans.to
    expect(span && utterance.slice(...span)).toBe('bob.eth')
  })

  test('behavior: a place that was not asked for is taken, and the question stands', () => {
    const withdrawn = answer('withdraw usdc', 'from aave')
    if (withdrawn.type !== 'clarify') expect.fail(JSON.stringify(withdrawn))
    expect(withdrawn.draft.steps[0]).toMatchObject({
      action: 'withdraw',
      venue: 'aave',
    })
    expect(withdrawn.questions.map(({ slot }) => slot)).toEqual([
      'steps[0].amount',
    ])
    expect(firstStep(answer('withdraw usdc', 'from aave', '20'))).toMatchObject(
      {
        venue: 'aave',
        token: { symbol: 'USDC' },
        amount: { kind: 'exact', decimal: '20' },
      },
    )
    expect(firstStep(answer('swap eth to usdc', 'on base', '1'))).toMatchObject(
      {
        chain: 'base',
      },
    )
  })

  test.each([
    ['lend 100 usdc', 'on aave', { token: { symbol: 'USDC' }, venue: 'aave' }],
    [
      'lend 100 usdc on spark',
      'no, aave',
      { token: { symbol: 'USDC' }, venue: 'aave' },
    ],
    [
      'lend 100 usdc',
      'actually aave',
      { token: { symbol: 'USDC' }, venue: 'aave' },
    ],
    ['swap 1 eth to usdc', 'no, aave', { buy: { token: { symbol: 'AAVE' } } }],
    [
      'swap 1 eth to usdc',
      'on optimism',
      { buy: { token: { symbol: 'USDC' } }, chain: 'optimism' },
    ],
  ])(
    'behavior: a name that a place and a token share, %s: %s',
    (first, reply, step) => {
      expect(firstStep(answer(first, reply))).toMatchObject(step)
    },
  )

  test.each([
    [
      'swap 1 eth to usdc',
      'and then lend it on aave',
      {
        action: 'supply',
        venue: 'aave',
        amount: { kind: 'output', step: 's1' },
      },
    ],
    [
      'swap 1 eth to usdc',
      'then send it to bob.eth',
      { action: 'transfer', to: 'bob.eth' },
    ],
    [
      'swap 1 eth to usdc',
      'also swap 5 dai to usdc',
      { action: 'swap', sell: { token: { symbol: 'DAI' } } },
    ],
  ])(
    'behavior: a reply may go on with what was asked, %s: %s',
    (first, reply, step) => {
      const longer = answer(first, reply)
      if (longer.type !== 'intent') expect.fail(JSON.stringify(longer))
      const before = answer(first)
      if (before.type !== 'intent') expect.fail()
      expect(longer.intent.steps[0]).toEqual(before.intent.steps[0])
      expect(longer.intent.steps).toHaveLength(2)
      expect(longer.intent.steps[1]).toMatchObject(step)
      expect(longer.intent.utterance).toBe(`${first}\n${reply}`)
    },
  )

  test('behavior: a name that a token has too answers who', () => {
    expect(firstStep(answer('send 5 usdc', 'to bob'))).toMatchObject({
      token: { symbol: 'USDC' },
      to: 'bob',
    })
  })

  test('behavior: what nobody knows changes nothing that was not asked about', () => {
    for (const reply of ['undo it', 'hmm', 'sideways'])
      expect(answer('swap 1 eth to usdc', reply)).toEqual(
        answer('swap 1 eth to usdc'),
      )
  })

  test.each<[string, string, object]>([
    [
      'swap usdc to eth',
      '100',
      { sell: { amount: { kind: 'exact', decimal: '100' } } },
    ],
    [
      'swap usdc to eth',
      'all of it',
      { sell: { amount: { kind: 'share', bps: 10_000 } } },
    ],
    [
      'swap usdc to eth',
      '$50',
      { sell: { amount: { kind: 'fiat', decimal: '50', currency: 'USD' } } },
    ],
    ['bridge 5 usdc', 'base', { toChain: 'base' }],
    [
      'send usdc',
      '5 to bob.eth',
      { amount: { kind: 'exact', decimal: '5' }, to: 'bob.eth' },
    ],
    [
      'swap 1,5 eth to usdc',
      'the second',
      { sell: { amount: { kind: 'exact', decimal: '15' } } },
    ],
    ['deposit 5 usdc', 'on aave', { action: 'supply', venue: 'aave' }],
    [
      'swap 1 eth to usdc',
      'actually 2',
      { sell: { amount: { kind: 'exact', decimal: '2' } } },
    ],
  ])('behavior: %s, then %s', (first, reply, step) => {
    expect(firstStep(answer(first, reply))).toMatchObject(step)
  })

  test('behavior: a change of mind amends and still asks for the rest', () => {
    const result = answer('swap usdc to eth', 'no, dai')
    expect(result).toMatchObject({
      type: 'clarify',
      draft: { steps: [{ buy: { token: { symbol: 'DAI' } } }] },
      questions: [{ slot: 'steps[0].sell.amount' }],
    })
    expect(
      firstStep(answer('swap usdc to eth', 'no, dai', '20')),
    ).toMatchObject({
      sell: { amount: { decimal: '20' } },
      buy: { token: { symbol: 'DAI' } },
    })
  })

  test('behavior: values by slot are checked and written down', () => {
    const result = answer('lend usdc', {
      'steps[0].amount': { kind: 'exact', decimal: '5' },
    })
    expect(firstStep(result)).toMatchObject({ amount: { decimal: '5' } })
    const wrong = answer('lend usdc', { 'steps[0].amount': '5; drop table' })
    expect(wrong.type).toBe('clarify')
    const foreign = answer('lend usdc', { 'steps[0].__proto__': 'x' })
    expect(foreign.type).toBe('clarify')
  })

  test.each(['cancel', 'never mind', 'no', 'やめて'])(
    'behavior: %s ends it',
    (reply) => {
      expect(answer('swap usdc to eth', reply).type).toBe('none')
    },
  )

  test('behavior: an order of its own replaces the draft', () => {
    const previous = parseUtterance('swap 1 eth', context)
    expect(
      applyAnswer({
        previous,
        reply: { utterance: 'bridge 5 usdc to base' },
        context,
      }),
    ).toEqual({ type: 'new-request', utterance: 'bridge 5 usdc to base' })
  })

  test('behavior: a reply that says nothing leaves the question', () => {
    const previous = parseUtterance('swap usdc to eth', context)
    const answered = applyAnswer({
      previous,
      reply: { utterance: 'hmm well' },
      context,
    })
    expect(answered).toEqual({ type: 'amended', result: previous })
  })

  test('behavior: no answers at all leave a whole intent as it was', () => {
    const whole = answer('swap 1 ETH for USDC')
    expect(whole.type).toBe('intent')
    expect(answer('swap 1 ETH for USDC', {})).toEqual(whole)
  })

  test('behavior: a mistyped address is asked for again', () => {
    const address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
    const result = answer(
      `send 5 usdc to ${address.slice(0, -1)}c`,
      `${address.slice(0, -1)}c`,
    )
    expect(result).toMatchObject({
      type: 'clarify',
      questions: [{ slot: 'steps[0].to' }],
    })
    expect(
      firstStep(answer(`send 5 usdc to ${address.slice(0, -1)}c`, address)),
    ).toMatchObject({ to: address })
  })
})

describe('corrections of a filled draft', () => {
  test('regression: an amount with its token keeps the other side', () => {
    const step = firstStep(
      answer('swap ETH for USDC', 'half of it', 'no, make it 2 ETH'),
    )
    expect(step?.sell).toEqual({
      token: { symbol: 'ETH' },
      amount: { kind: 'exact', decimal: '2' },
    })
    expect(step?.buy?.token).toEqual({ symbol: 'USDC' })
  })

  test('behavior: an amount of another token changes its side alone', () => {
    const step = firstStep(answer('swap 1 ETH for USDC', 'no, 100 dai'))
    expect(step?.sell).toEqual({
      token: { symbol: 'DAI' },
      amount: { kind: 'exact', decimal: '100' },
    })
    expect(step?.buy?.token).toEqual({ symbol: 'USDC' })
  })
})

describe('answers to questions with options', () => {
  const held = [
    { label: 'USDC', value: { symbol: 'USDC' } },
    { label: 'DAI', value: { symbol: 'DAI' } },
  ]

  function reply(utterance: string, ...words: readonly string[]): ParseResult {
    let result = parseUtterance(utterance, context)
    if (result.type !== 'clarify') expect.fail(JSON.stringify(result))
    result = {
      ...result,
      questions: result.questions.map((question) =>
        question.slot.endsWith('token')
          ? { ...question, options: held }
          : {
              ...question,
              options: [
                { label: 'All', value: { kind: 'share', bps: 10_000 } },
              ],
            },
      ),
    }
    for (const each of words) {
      const answered = applyAnswer({
        previous: result,
        reply: { utterance: each },
        context,
      })
      if (answered.type !== 'amended') expect.fail(answered.type)
      result = parseResultSchema.parse(answered.result)
    }
    return result
  }

  test('behavior: a bare number is that much, and not the option with that number', () => {
    expect(firstStep(reply('lend usdc', '1'))?.amount).toEqual({
      kind: 'exact',
      decimal: '1',
    })
    expect(firstStep(reply('lend usdc', 'the first'))?.amount).toEqual({
      kind: 'share',
      bps: 10_000,
    })
    expect(firstStep(reply('lend usdc', 'option 1'))?.amount).toEqual({
      kind: 'share',
      bps: 10_000,
    })
  })

  test('behavior: both makes a step of each, with an amount of its own', () => {
    const result = reply(
      'send half to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'both',
    )
    if (result.type !== 'intent') expect.fail(JSON.stringify(result))
    expect(result.intent.steps).toMatchObject([
      { id: 's1', token: { symbol: 'USDC' }, amount: { bps: 5000 } },
      { id: 's2', token: { symbol: 'DAI' }, amount: { bps: 5000 } },
    ])
    const exact = reply(
      'send 5 to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'both',
    )
    expect(exact).toMatchObject({
      type: 'clarify',
      questions: [{ slot: 'steps[0].amount' }, { slot: 'steps[1].amount' }],
    })
  })

  test.each([
    ['usdc pls', { token: { symbol: 'USDC' } }],
    ['2', { token: { symbol: 'DAI' } }],
    ['the second', { token: { symbol: 'DAI' } }],
    ['DAI', { token: { symbol: 'DAI' } }],
  ])('behavior: %s is a token', (words, step) => {
    expect(
      firstStep(
        reply('send 5 to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8', words),
      ),
    ).toMatchObject(step)
  })
})
