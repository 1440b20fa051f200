import type { ParseContext, PastIntent } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { createParser } from '../createParser.js'
import { parseUtterance } from '../parseUtterance.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'UTC',
}

function past(
  id: string,
  utterance: string,
  status: PastIntent['status'] = 'done',
): PastIntent {
  return {
    id,
    status,
    result: parseUtterance(utterance, context),
    gave:
      status === 'done' ? { s1: [{ symbol: 'USDC', decimal: '1998.2' }] } : {},
  }
}

const done = [
  past('swap', '1ETHをUSDCに交換して'),
  past('transfer', 'bob.ethに5USDC送って'),
]
const waiting = [past('waiting', '1ETHをUSDCに交換して', 'needs-approval')]

async function follow(
  utterance: string,
  before: readonly PastIntent[],
): Promise<Awaited<ReturnType<ReturnType<typeof createParser>['parse']>>> {
  return createParser().parse({
    utterance,
    context,
    readPast: async () => before,
  })
}

async function answer(asked: string, reply: string) {
  const { result } = await createParser().answer({
    previous: parseUtterance(asked, context),
    reply: { utterance: reply },
    context,
  })
  return result.type === 'intent' ? result.intent.steps[0] : result
}

describe('createParser with a past, in Japanese', () => {
  test.each<[string, string, object]>([
    [
      'もう一回',
      'swap',
      { action: 'swap', sell: { amount: { decimal: '1' } } },
    ],
    ['もう一度お願いします', 'swap', { action: 'swap' }],
    ['2ETHでもう一度', 'swap', { sell: { amount: { decimal: '2' } } }],
    ['もう一度、2ETHで', 'swap', { sell: { amount: { decimal: '2' } } }],
    ['今度は0.5ETHで', 'swap', { sell: { amount: { decimal: '0.5' } } }],
    ['同じのを2ETHで', 'swap', { sell: { amount: { decimal: '2' } } }],
    ['全部でもう一度', 'swap', { sell: { amount: { bps: 10_000 } } }],
    ['さっきの送金もう一回', 'transfer', { to: 'bob.eth' }],
    [
      '前回の送金をもう一度10USDCで',
      'transfer',
      { to: 'bob.eth', amount: { decimal: '10' } },
    ],
    ['また同じことして', 'swap', { action: 'swap' }],
  ])('behavior: %s means the %s', async (words, id, step) => {
    const { result, follows } = await follow(words, done)
    expect(follows).toMatchObject({ type: 'repeat', intentId: id })
    expect(result).toMatchObject({ type: 'intent', intent: { steps: [step] } })
  })

  test.each([
    '元に戻して',
    'やっぱり元に戻してください',
    'さっきのスワップを取り消して',
    'なかったことにして',
  ])('behavior: %s undoes', async (words) => {
    const { follows } = await follow(words, done)
    expect(follows).toMatchObject({ type: 'undo', intentId: 'swap' })
  })

  test.each<[string, object]>([
    ['やっぱり2で', { sell: { amount: { decimal: '2' } } }],
    ['2ETHにして', { sell: { amount: { decimal: '2' } } }],
    ['いや、DAIで', { buy: { token: { symbol: 'DAI' } } }],
    ['DAIに変更して', { buy: { token: { symbol: 'DAI' } } }],
    ['スリッページ0.5%で', { maxSlippageBps: 50 }],
    ['Baseで', { chain: 'base' }],
  ])('behavior: %s changes what waits', async (words, step) => {
    const { result, follows } = await follow(words, waiting)
    expect(follows).toMatchObject({ type: 'change', intentId: 'waiting' })
    expect(result).toMatchObject({ type: 'intent', intent: { steps: [step] } })
  })

  test.each(['やめる', 'やっぱりやめて', 'キャンセルで', '中止してください'])(
    'behavior: %s ends what waits',
    async (words) => {
      const { result, follows } = await follow(words, waiting)
      expect(follows).toMatchObject({ type: 'cancel', intentId: 'waiting' })
      expect(result).toMatchObject({
        message: expect.stringMatching(/[ぁ-ん]/),
      })
    },
  )

  test.each(['はい', 'いいよ', '進めて', '了解です', 'ありがとう'])(
    'behavior: %s is no token, and changes nothing',
    async (words) => {
      const { follows } = await follow(words, waiting)
      expect(follows).toBeUndefined()
    },
  )
})

describe('createParser answers, in Japanese', () => {
  test.each<[string, object]>([
    ['全部', { kind: 'share', bps: 10_000 }],
    ['半分だけでいい', { kind: 'share', bps: 5000 }],
    ['3割', { kind: 'share', bps: 3000 }],
    ['二分の一', { kind: 'share', bps: 5000 }],
    ['1万', { kind: 'exact', decimal: '10000' }],
    ['１．５', { kind: 'exact', decimal: '1.5' }],
    ['1枚', { kind: 'exact', decimal: '1' }],
    ['100ドル分', { kind: 'fiat', decimal: '100', currency: 'USD' }],
    ['5000円', { kind: 'fiat', decimal: '5000', currency: 'JPY' }],
    ['0.1残して全部', { kind: 'rest', keep: { decimal: '0.1' } }],
  ])('behavior: %s is how much', async (reply, amount) => {
    expect(await answer('ETHをUSDCに替えて', reply)).toMatchObject({
      sell: { amount },
    })
  })

  test.each([
    ['1ETHを売って', 'テザー', { buy: { token: { symbol: 'USDT' } } }],
    ['1ETHを売って', 'ダイに', { buy: { token: { symbol: 'DAI' } } }],
    ['100USDCを送って', '宛先はbob.eth', { to: 'bob.eth' }],
    ['100USDCをブリッジして', 'アービトラムにお願い', { toChain: 'arbitrum' }],
    ['100USDCを預けて', 'モルフォで', { venue: 'morpho' }],
  ])('behavior: %s, %s', async (asked, reply, step) => {
    expect(await answer(asked, reply)).toMatchObject(step)
  })

  test.each([
    ['2番目', 'morpho'],
    ['二つ目でお願い', 'morpho'],
    ['後者', 'morpho'],
    ['最初の方', 'aave'],
    ['１番', 'aave'],
  ])('behavior: %s of two options is %s', async (reply, venue) => {
    const asked = parseUtterance('100USDCを預けて', context)
    if (asked.type !== 'clarify') expect.fail(asked.type)
    const { result } = await createParser().answer({
      previous: {
        ...asked,
        questions: asked.questions.map((question) => ({
          ...question,
          options: [
            { label: 'Aave 2.1%', value: 'aave' },
            { label: 'Morpho 3.4%', value: 'morpho' },
          ],
        })),
      },
      reply: { utterance: reply },
      context,
    })
    expect(result).toMatchObject({ intent: { steps: [{ venue }] } })
  })

  test.each(['やめる', 'やっぱりやめて', 'もういいです'])(
    'behavior: %s ends it',
    async (reply) => {
      expect(await answer('ETHをUSDCに替えて', reply)).toMatchObject({
        type: 'none',
        message: expect.stringMatching(/[ぁ-ん]/),
      })
    },
  )

  test.each(['わからない', '昨日は3ETHだったよね', '3番目の友達に聞く'])(
    'behavior: %s leaves the question open',
    async (reply) => {
      expect(await answer('ETHをUSDCに替えて', reply)).toMatchObject({
        type: 'clarify',
      })
    },
  )
})
