import { describe, expect, test } from 'vitest'
import { isRight } from '../../../evaluation/strangers.mjs'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

function expectReading(utterance: string, gold: string) {
  const result = parseUtterance(utterance, context)
  expect(isRight([gold], result), JSON.stringify(result, null, 2)).toBe(true)
}

describe('what an earlier step gave, as the subject', () => {
  const swapped = 'swap 50:UNI :ETH'
  test.each([
    ['swap 50 uni to eth and it goes to mum.eth', 'mum.eth'],
    [
      'swap 50 uni to eth, everything I get goes to mum-wallet.eth',
      'mum-wallet.eth',
    ],
    [
      'swap 50 uni to eth and whatever comes out should go to mum.eth',
      'mum.eth',
    ],
    ['swap 50 uni to eth and the proceeds go straight to mum.eth', 'mum.eth'],
    ['swap 50 uni to eth. the eth goes to mum.eth', 'mum.eth'],
    ['swap 50 uni to eth, the result lands in mum.eth', 'mum.eth'],
    ['swap 50 uni to eth and that ends up at mum.eth', 'mum.eth'],
    ['swap 50 uni to eth n send it 2 mum.eth', 'mum.eth'],
    ['swap 50 uni to eth and send all of what i got to mum.eth', 'mum.eth'],
  ])('behavior: %s', (utterance, to) => {
    expectReading(utterance, `${swapped} + transfer >1:ETH to=${to}`)
  })
  test.each([
    'swap 50 uni to eth and it goes into aave',
    'swap 50 uni to eth, then the eth goes into aave',
    'swap 50 uni to eth and everything I get goes straight into aave',
  ])('behavior: %s', (utterance) => {
    expectReading(utterance, `${swapped} + supply >1:ETH via=aave`)
  })
})

describe('a first step without its verb', () => {
  test.each([
    [
      '0.5 eth to usdc, then lend it on aave',
      'swap 0.5:ETH :USDC + supply >1:USDC via=aave',
    ],
    [
      '0.5 eth → usdc on uniswap, then lend it on aave',
      'swap 0.5:ETH :USDC via=uniswap + supply >1:USDC via=aave',
    ],
    [
      '0.5 eth→usdc, then usdc→ lisa.eth',
      'swap 0.5:ETH :USDC + transfer >1:USDC to=lisa.eth',
    ],
    [
      '0.5 eth→usdc→lisa.eth',
      'swap 0.5:ETH :USDC + transfer >1:USDC to=lisa.eth',
    ],
    [
      '0.5 eth to usdc, send it to bob.eth',
      'swap 0.5:ETH :USDC + transfer >1:USDC to=bob.eth',
    ],
    [
      '0.5 eth to usdc. send it to bob.eth',
      'swap 0.5:ETH :USDC + transfer >1:USDC to=bob.eth',
    ],
    [
      'half my eth to usdc, then lend it',
      'swap 50%:ETH :USDC + supply >1:USDC',
    ],
    [
      '$200 of eth to usdc then lend it',
      'swap $200:ETH :USDC + supply >1:USDC',
    ],
    ['1 eth to dai then dai to usdc', 'swap 1:ETH :DAI + swap >1:DAI :USDC'],
    [
      '1 eth to dai then to usdc then lend',
      'swap 1:ETH :DAI + swap >1:DAI :USDC + supply >2:USDC',
    ],
    [
      '100 usdc to bob.eth, then swap 1 eth to dai',
      'transfer 100:USDC to=bob.eth + swap 1:ETH :DAI',
    ],
    [
      '1 eth into aave and borrow 500 usdc against it',
      'supply 1:ETH via=aave + borrow 500:USDC via=aave',
    ],
    [
      '500 usdc base to optimism then lend it on aave',
      'bridge 500:USDC on=base toc=optimism + supply >1:USDC on=optimism via=aave',
    ],
    ['500 usdc base to optimism', 'bridge 500:USDC on=base toc=optimism'],
  ])('behavior: %s', (utterance, gold) => {
    expectReading(utterance, gold)
  })

  test('behavior: the rhythm of the whole stands in front of it', () => {
    const result = parseUtterance(
      'every monday 100 usdc to eth and lend it on aave',
      context,
    )
    if (result.type !== 'intent') expect.fail(JSON.stringify(result))
    expect(result.intent.steps).toMatchObject([
      { action: 'swap', schedule: { every: { count: 1, unit: 'week' } } },
      { action: 'supply', venue: 'aave' },
    ])
  })
})

describe('what only stands around an order', () => {
  test.each([
    [
      'TICKET 4471 - Treasury rebalance: exchange 25,000 USDC for DAI via Curve',
      'swap 25000:USDC :DAI via=curve',
    ],
    ['order #55: swap 25 usdc for dai', 'swap 25:USDC :DAI'],
    [
      'Need exactly 1,000 DAI to pay an invoice. Buy 1000 DAI with ETH.',
      'swap :ETH 1000:DAI',
    ],
    ['Need 1,000 DAI for rent. Buy it with ETH.', 'swap :ETH 1000:DAI'],
    [
      'transfer the amount of 1,875.50 USDC to payroll.eth',
      'transfer 1875.5:USDC to=payroll.eth',
    ],
    [
      '1.2m usdt > usdc curve, slippage 5 bps',
      'swap 1200000:USDT :USDC via=curve slip=5',
    ],
    ['3.2 eth -> dai, 1inch, base', 'swap 3.2:ETH :DAI on=base via=1inch'],
    ['swap 1 usdt to usdc curve', 'swap 1:USDT :USDC via=curve'],
    ['Acquire 2,400 DAI, funded from my USDC.', 'swap :USDC 2400:DAI'],
    [
      'relocate 3,000 DAI: Ethereum -> Gnosis',
      'bridge 3000:DAI on=ethereum toc=gnosis',
    ],
  ])('behavior: %s', (utterance, gold) => {
    expectReading(utterance, gold)
  })

  test.each([
    ['swap half my eth to usdc and keep the rest', 'swap 50%:ETH :USDC'],
    [
      'send half of my usdc to bob.eth and keep the rest',
      'transfer 50%:USDC to=bob.eth',
    ],
    ['swap 500 usdc to eth, hold the eth for later', 'swap 500:USDC :ETH'],
    [
      'supply 1 weth on aave and enable it as collateral',
      'supply 1:WETH via=aave',
    ],
    ['keep 0.1 eth and swap the rest to usdc', 'swap ~0.1:ETH :USDC'],
    ['lend 100 usdc at min 4% apy', 'supply 100:USDC when=apy::>=:4:percent'],
    [
      'lend 100 usdc at 4% apy or better',
      'supply 100:USDC when=apy::>=:4:percent',
    ],
    [
      'borrow 100 usdc at max 5% interest',
      'borrow 100:USDC when=apy::<=:5:percent',
    ],
    [
      'convert 100 usdc into equal parts eth and wbtc',
      'swap 50:USDC :ETH + swap 50:USDC :WBTC',
    ],
    ['swap 1 eth (~3000 usd) to usdc', 'swap 1:ETH :USDC'],
    ['rebalance my portfolio to 60/40 eth usdc', '-'],
    ['rebalance to 50% eth 50% usdc', '-'],
    ['rebalance 1 eth into usdc', 'swap 1:ETH :USDC'],
    ['price of eth and btc', 'ask price :ETH + ask price :BTC'],
    ['price of eth in usdc', 'ask price :ETH'],
  ])('behavior: %s', (utterance, gold) => {
    expectReading(utterance, gold)
  })

  test('behavior: before the weekend is by then, and not from then on', () => {
    const result = parseUtterance(
      'swap 1 eth to usdc before the weekend',
      context,
    )
    if (result.type !== 'intent') expect.fail(JSON.stringify(result))
    expect(result.intent.steps[0]?.schedule).toEqual({
      text: 'before the weekend',
      end: '2026-03-07T00:00:00.000Z',
    })
  })
})
