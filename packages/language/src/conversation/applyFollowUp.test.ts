import { type Intent, type ParseContext, parseResultSchema } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'
import { applyFollowUp, type FollowUp } from './applyFollowUp.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'UTC',
}

function parse(utterance: string): Intent {
  const result = parseUtterance(utterance, context)
  if (result.type !== 'intent') expect.fail(JSON.stringify(result))
  return result.intent
}

function follow(utterance: string, reply: string): FollowUp {
  const follows = applyFollowUp({ previous: parse(utterance), reply, context })
  if (follows.type !== 'new-request') parseResultSchema.parse(follows.result)
  return follows
}

function steps(follows: FollowUp) {
  if (follows.type === 'new-request' || follows.result.type !== 'intent')
    return expect.fail(JSON.stringify(follows))
  return follows.result.intent.steps
}

describe('applyFollowUp', () => {
  test.each<[string, string, object]>([
    [
      'swap 1 eth to usdc on base',
      'do that again with 2 ETH',
      {
        action: 'swap',
        sell: {
          token: { symbol: 'ETH' },
          amount: { kind: 'exact', decimal: '2' },
        },
        buy: { token: { symbol: 'USDC' } },
        chain: 'base',
      },
    ],
    [
      'swap 1 eth to usdc',
      'same but to dai',
      { buy: { token: { symbol: 'DAI' } } },
    ],
    [
      'swap 1 eth to usdc on base',
      'same but on arbitrum',
      { chain: 'arbitrum' },
    ],
    ['send 5 usdc to bob.eth', 'same for alice.eth', { to: 'alice.eth' }],
    [
      'send 5 usdc to bob.eth',
      'same but with dai',
      { token: { symbol: 'DAI' }, to: 'bob.eth' },
    ],
    [
      'send 5 usdc to bob.eth',
      'again but 10',
      { amount: { kind: 'exact', decimal: '10' }, to: 'bob.eth' },
    ],
    ['supply 100 usdc to aave', 'again', { action: 'supply', venue: 'aave' }],
  ])('%s … %s', (first, reply, meant) => {
    const follows = follow(first, reply)
    expect(follows.type).toBe('repeated')
    expect(steps(follows)[0]).toMatchObject(meant)
  })

  test('behavior: what changes is spanned in the new words', () => {
    const follows = follow('swap 1 eth to usdc', 'do that again with 2 ETH')
    const [step] = steps(follows)
    const span = step?.spans['sell.amount']
    if (follows.type !== 'repeated' || follows.result.type !== 'intent') return
    expect(span && follows.result.intent.utterance.slice(...span)).toBe('2')
  })

  test('behavior: a token that fits both sides is asked about', () => {
    const follows = follow('swap 1 eth to usdc', 'same but with DAI')
    if (follows.type !== 'repeated' || follows.result.type !== 'clarify')
      expect.fail(JSON.stringify(follows))
    expect(follows.result.questions.map((each) => each.slot)).toEqual([
      'steps[0].sell.token',
      'steps[0].buy.token',
    ])
  })

  test('behavior: the number of the first step changes, not what it gives', () => {
    const all = steps(
      follow('swap half my eth to usdc then lend it on aave', 'again with 25%'),
    )
    expect(all[0]?.sell?.amount).toEqual({ kind: 'share', bps: 2500 })
    expect(all[1]?.amount).toEqual({ kind: 'output', step: 's1' })
  })

  test('behavior: a time that has passed is not meant again', () => {
    const previous = parse('send 5 usdc to bob.eth tomorrow at 5pm')
    const follows = applyFollowUp({
      previous,
      reply: 'again',
      context: { ...context, now: '2026-03-09T10:00:00.000Z' },
    })
    expect(steps(follows)[0]?.schedule).toBeUndefined()
  })

  test.each<[string, object]>([
    ['supply 100 usdc to aave', { action: 'withdraw', venue: 'aave' }],
    ['borrow 100 usdc on aave', { action: 'repay', venue: 'aave' }],
    [
      'bridge 1 eth from base to arbitrum',
      { action: 'bridge', chain: 'arbitrum', toChain: 'base' },
    ],
  ])('undo %s', (first, meant) => {
    const follows = follow(first, 'undo it')
    expect(follows.type).toBe('undone')
    expect(steps(follows)[0]).toMatchObject(meant)
  })

  test('behavior: how much a swap gave is asked, never guessed', () => {
    const follows = follow('swap 1 eth to usdc', 'undo it')
    if (follows.type !== 'undone' || follows.result.type !== 'clarify')
      expect.fail(JSON.stringify(follows))
    expect(follows.result.questions[0]?.slot).toBe('steps[0].sell.amount')
    expect(follows.result.draft.steps?.[0]?.sell).toEqual({
      token: { symbol: 'USDC' },
    })
  })

  test('behavior: what was sent is gone, and is said to be', () => {
    const follows = follow('send 5 usdc to bob.eth', 'undo it')
    if (follows.type !== 'undone') expect.fail(follows.type)
    expect(follows.result.type).toBe('none')
    expect(follows.impossible).toHaveLength(1)
  })

  test.each(['now send it to bob.eth', 'swap 5 dai to usdc', 'what is gas?'])(
    'behavior: %s is an order of its own',
    (reply) => {
      expect(follow('swap 1 eth to usdc', reply).type).toBe('new-request')
    },
  )
})
