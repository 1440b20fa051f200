import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

/** The steps, each as one line: action, amounts, tokens and places. */
function read(utterance: string): string[] {
  const result = parseUtterance(utterance, context)
  if (result.type !== 'intent') expect.fail(JSON.stringify(result))
  const token = (one?: object) =>
    one === undefined ? '' : Object.values(one)[0]
  const amount = (one?: { kind: string }) =>
    one === undefined
      ? ''
      : 'decimal' in one
        ? one.decimal
        : 'bps' in one
          ? `${one.bps}bps`
          : one.kind
  return result.intent.steps.map((step) =>
    [
      step.action,
      step.topic,
      amount(step.amount),
      token(step.token),
      amount(step.sell?.amount),
      token(step.sell?.token),
      amount(step.buy?.amount),
      token(step.buy?.token),
      amount(step.collateral?.amount),
      token(step.collateral?.token),
      step.to,
      step.spender,
      step.venue,
      step.chain,
      step.when?.map(
        (one) =>
          `${one.subject.kind} ${one.subject.venue ?? ''} ${one.comparator} ${one.value}`,
      ),
      step.schedule?.times,
    ]
      .filter((part) => part !== undefined && part !== '')
      .join(' '),
  )
}

describe('forms that say the same in another manner', () => {
  test.each([
    ['swap(fromToken=DAI, qty=12.5, toToken=WETH)', ['swap 12.5 DAI WETH']],
    ['repay(asset=USDC, amount=40) on Aave, Base', ['repay 40 USDC aave base']],
    ['sell 3 uni for dai, balancer is fine', ['swap 3 UNI DAI balancer']],
    ['I want to stake 4 ETH; use Rocket Pool.', ['stake 4 ETH rocketpool']],
    ['Buy me 20 UNI. Use my DAI for it.', ['swap DAI 20 UNI']],
    [
      'i need 0.2 weth in my account, pay it out of my dai',
      ['swap DAI 0.2 WETH'],
    ],
    ['top up my aave with another 17 usdc', ['supply 17 USDC aave']],
    [
      'lend 40 usdc on spark, then take 15 usdc back out from there',
      ['supply 40 USDC spark', 'withdraw 15 USDC spark'],
    ],
    [
      'lend 90 dai on morpho, later pull 30 dai from it',
      ['supply 90 DAI morpho', 'withdraw 30 DAI morpho'],
    ],
    ['settle my dai loan on spark in full', ['repay 10000bps DAI spark']],
    ['pay off my aave dai debt', ['repay 10000bps DAI aave']],
    ['withdraw my dai deposit on spark', ['withdraw 10000bps DAI spark']],
    ['place 7 usdc with aave', ['supply 7 USDC aave']],
    ['see to it that 6 dai goes to lena.eth', ['transfer 6 DAI lena.eth']],
    ['grab a 70 usdc credit line on aave', ['borrow 70 USDC aave']],
    ['stop letting uniswap spend my dai', ['revoke DAI uniswap']],
    ['exchange 2 weth against dai', ['swap 2 WETH DAI']],
    ['borrow 9 dai against weth', ['borrow 9 DAI WETH']],
    ['buy eth, $30 worth, with dai', ['swap DAI 30 ETH']],
    ['buy 0.4 weth funded from my dai', ['swap DAI 0.4 WETH']],
    ['swap 20 dai to eth, i should have said 25', ['swap 25 DAI ETH']],
    [
      'swap 30 usdc to dai; lend 10 of that on spark',
      ['swap 30 USDC DAI', 'supply 10 DAI spark'],
    ],
    ['who may take my dai?', ['ask allowance DAI']],
    ['what apy does compound pay on dai', ['ask yield DAI compound']],
    ['i owe lena.eth 12 usdc, please pay her', ['transfer 12 USDC lena.eth']],
    ['i got 40 usdt and i want it to become dai', ['swap 40 USDT DAI']],
    [
      'kill the dai approval for 0x1111111254EEB25477B68fb85Ed929f73A960582',
      ['revoke DAI 0x1111111254EEB25477B68fb85Ed929f73A960582'],
    ],
    ['stick 15 usdc in mona.eth wallet', ['transfer 15 USDC mona.eth']],
    ['yolo 20 usdt at PEPE', ['swap 20 USDT PEPE']],
    ['make my 2 link into dai', ['swap 2 LINK DAI']],
    ['buy buy buy!! 5 link with usdc', ['swap USDC 5 LINK']],
    ['sell 2 weth in exchange for dai', ['swap 2 WETH DAI']],
    [
      "don't do anything until gas is under 12 gwei: swap 5 uni for dai",
      ['swap 5 UNI DAI gas  < 12'],
    ],
    ['short link, wait no, long link 2x with 30 usdc', ['long LINK 30 USDC']],
    [
      '①swap 3 weth to dai ②send it to kai.eth',
      ['swap 3 WETH DAI', 'transfer output DAI kai.eth'],
    ],
    ['gas under 8 gwei? ok, swap 3 uni for dai', ['swap 3 UNI DAI gas  < 8']],
    [
      'get me a loan of 90 usdc on aave, put up 2 weth',
      ['borrow 90 USDC 2 WETH aave'],
    ],
    ['swapp 4 uni for dai', ['swap 4 UNI DAI']],
    [
      'send 6 dai to kai.eth every day, starting 2026-04-02T08:00:00Z, 11 times',
      ['transfer 6 DAI kai.eth 11'],
    ],
    ['short uni 2x with 40 usdc, gmx', ['short UNI 40 USDC gmx']],
    [
      'take 90 dai out of aave, 40 out of compound',
      ['withdraw 90 DAI aave', 'withdraw 40 DAI compound'],
    ],
    ['what i want: 15 uni turned into dai', ['swap 15 UNI DAI']],
    [
      'send 5 dai to zoe.eth every day for a total of 9 times',
      ['transfer 5 DAI zoe.eth 9'],
    ],
    [
      'take 80 usdc out of compound and, if gas is below 7 gwei, swap it to dai',
      ['withdraw 80 USDC compound', 'swap output USDC DAI gas  < 7'],
    ],
    [
      'stop loss: link under 9 usd => all my link to usdc',
      ['swap 10000bps LINK USDC price  < 9'],
    ],
    [
      'repay 5 dai on spark when the health on spark is under 1.3',
      ['repay 5 DAI spark health spark < 1.3'],
    ],
    [
      'swap 2 weth for dai then dump em for usdc',
      ['swap 2 WETH DAI', 'swap output DAI USDC'],
    ],
    ['all but 7 of my dai should become weth', ['swap rest DAI WETH']],
    ['2.5 dai out of aave on base', ['withdraw 2.5 DAI aave base']],
    [
      "take away 0x1111111254EEB25477B68fb85Ed929f73A960582's permission to spend my DAI",
      ['revoke DAI 0x1111111254EEB25477B68fb85Ed929f73A960582'],
    ],
    [
      'get rid of the approval that uniswap has on my dai',
      ['revoke DAI uniswap'],
    ],
    ['what kinds of tasks can you do for us?', ['ask help']],
    ['what do my gmx positions look like', ['ask position gmx']],
  ] as const)('behavior: %s', (utterance, expected) => {
    expect(read(utterance)).toEqual(expected)
  })

  test.each([
    'how do i bake bread without an oven',
    '昨日1ETHをDAIに替えたら損した',
  ])('behavior: %s is no business of ours', (utterance) => {
    expect(parseUtterance(utterance, context).type).toBe('none')
  })

  test('behavior: a venue that nobody asked to use is not taken', () => {
    expect(read('swap 2 uni for dai')).toEqual(['swap 2 UNI DAI'])
  })

  test('behavior: a program’s call with an argument that nobody knows is no order of its parts', () => {
    const result = parseUtterance('swap(foo=WETH, bar=2, baz=USDC)', context)
    expect(result.type).not.toBe('intent')
  })

  test('behavior: every argument keeps the span of its own words', () => {
    const utterance = 'lend(token=DAI, amount=7)'
    const result = parseUtterance(utterance, context)
    if (result.type !== 'intent') expect.fail(JSON.stringify(result))
    const spans = result.intent.steps[0]?.spans
    expect(spans?.token && utterance.slice(...spans.token)).toBe('DAI')
    expect(spans?.amount && utterance.slice(...spans.amount)).toBe('7')
  })
})
