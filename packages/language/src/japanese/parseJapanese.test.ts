import type { ParseContext, Step } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'UTC',
}

function steps(utterance: string): Partial<Step>[] {
  const result = parseUtterance(utterance, context)
  if (result.type !== 'intent') expect.fail(JSON.stringify(result))
  expect(result.intent.language).toBe('ja')
  return result.intent.steps
}

const symbol = (name: string) => ({ symbol: name })

describe('parseUtterance in Japanese', () => {
  test('behavior: the address that is written behind is the one that is meant', () => {
    const to = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
    expect(steps(`このアドレスに12DAI送って: ${to}`)).toMatchObject([
      { action: 'transfer', to },
    ])
  })

  test('behavior: an address that is written nowhere is asked for', () => {
    expect(parseUtterance('アドレスに12DAI送って', context).type).toBe(
      'clarify',
    )
  })

  test('behavior: または behind a pause joins by or', () => {
    expect(
      steps('ETHが3000ドル以上、またはガスが8gwei未満なら2ETHをDAIに売って')[0]
        ?.when?.[1],
    ).toMatchObject({ subject: { kind: 'gas' }, join: 'or' })
  })

  test('behavior: a swap and what is done with its output', () => {
    expect(steps('1ETHをUSDCに交換して、全部Aaveに預けて')).toMatchObject([
      {
        action: 'swap',
        sell: { token: symbol('ETH'), amount: { kind: 'exact', decimal: '1' } },
        buy: { token: symbol('USDC') },
      },
      {
        action: 'supply',
        token: symbol('USDC'),
        amount: { kind: 'output', step: 's1' },
        venue: 'aave',
      },
    ])
  })

  test.each<[string, Partial<Step>]>([
    ['50DAIをvitalik.ethに送って', { action: 'transfer', to: 'vitalik.eth' }],
    [
      'USDCを全部ArbitrumからBaseにブリッジして',
      {
        action: 'bridge',
        amount: { kind: 'share', bps: 10_000 },
        chain: 'arbitrum',
        toChain: 'base',
      },
    ],
    [
      '1ETHを担保にAaveで1000USDCを借りて',
      {
        action: 'borrow',
        venue: 'aave',
        amount: { kind: 'exact', decimal: '1000' },
        collateral: {
          token: symbol('ETH'),
          amount: { kind: 'exact', decimal: '1' },
        },
      },
    ],
    [
      '1万USDCをETHに',
      {
        action: 'swap',
        sell: {
          token: symbol('USDC'),
          amount: { kind: 'exact', decimal: '10000' },
        },
      },
    ],
    [
      'DAIを全額返済して',
      { action: 'repay', amount: { kind: 'share', bps: 10_000 } },
    ],
    [
      'Camelotのeth-usdcプールに100USDCを預けて',
      { action: 'deposit', pool: 'eth-usdc', venue: 'camelot' },
    ],
    [
      'UniswapのUSDCの承認を取り消して',
      { action: 'revoke', spender: 'uniswap' },
    ],
    ['残高を教えて', { action: 'ask', topic: 'balance' }],
    ['私のローンは健全ですか？', { action: 'ask', topic: 'health' }],
  ])('behavior: %s', (utterance, step) => {
    expect(steps(utterance)).toMatchObject([step])
  })

  test('behavior: conditions and schedules', () => {
    const [first] = steps(
      'ETHが2000ドルを下回るか、ガス代が10gwei未満なら1000USDCでETHを買って',
    )
    expect(first?.when).toMatchObject([
      {
        subject: { kind: 'price', token: symbol('ETH') },
        comparator: '<',
        value: '2000',
        unit: 'usd',
      },
      {
        subject: { kind: 'gas' },
        comparator: '<',
        value: '10',
        unit: 'gwei',
        join: 'or',
      },
    ])
    const [daily] = steps('毎日午前9時に100USDCでETHを買って')
    expect(daily?.schedule).toMatchObject({
      every: { count: 1, unit: 'day' },
      start: '2026-03-05T09:00:00.000Z',
    })
  })

  test.each([
    ['ETHを送って', ['steps[0].amount', 'steps[0].to']],
    ['100USDCを送って', ['steps[0].to']],
    ['0.5ETHを売って', ['steps[0].buy.token']],
  ])('behavior: asks at %s', (utterance, slots) => {
    const result = parseUtterance(utterance, context)
    if (result.type !== 'clarify') expect.fail(JSON.stringify(result))
    expect(result.questions.map((question) => question.slot)).toEqual(slots)
    for (const { text } of result.questions) expect(text).toMatch(/[ぁ-ん]/)
  })

  test.each([
    'こんにちは',
    '今日の天気は？',
    'ETHを買うべき？',
    'ETHを売らないで',
    'ありがとう！',
    '友達が「ETHを全部ボブに送って」と言ってる',
  ])('behavior: nothing is done at %s', (utterance) => {
    expect(parseUtterance(utterance, context).type).toBe('none')
  })
})
