import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }
const token = (symbol: string) => ({ symbol })
const exact = (decimal: string) => ({ kind: 'exact', decimal })
const all = { kind: 'share', bps: 10_000 }

describe('sayings', () => {
  test.each([
    [
      'put 40 dai towards paying off my spark loan',
      {
        action: 'repay',
        token: token('DAI'),
        amount: exact('40'),
        venue: 'spark',
      },
    ],
    [
      'cut my aave usdc debt by 30',
      {
        action: 'repay',
        token: token('USDC'),
        amount: exact('30'),
        venue: 'aave',
      },
    ],
    [
      'close my usdc loan on aave',
      { action: 'repay', token: token('USDC'), amount: all, venue: 'aave' },
    ],
    [
      'free up 20 usdc from aave',
      {
        action: 'withdraw',
        token: token('USDC'),
        amount: exact('20'),
        venue: 'aave',
      },
    ],
    [
      'fetch 20 usdc from my aave deposit',
      {
        action: 'withdraw',
        token: token('USDC'),
        amount: exact('20'),
        venue: 'aave',
      },
    ],
    [
      'i want my dai back from spark',
      { action: 'withdraw', token: token('DAI'), amount: all, venue: 'spark' },
    ],
    [
      'raise my spark dai deposit by 25',
      {
        action: 'supply',
        token: token('DAI'),
        amount: exact('25'),
        venue: 'spark',
      },
    ],
    [
      'i need a loan: 80 usdc, collateral 1 weth',
      {
        action: 'borrow',
        token: token('USDC'),
        amount: exact('80'),
        collateral: { token: token('WETH'), amount: exact('1') },
      },
    ],
    [
      'get 2 eth out of staking',
      { action: 'unstake', token: token('ETH'), amount: exact('2') },
    ],
    [
      'i want to go out of 3 link into dai',
      {
        action: 'swap',
        sell: { token: token('LINK'), amount: exact('3') },
        buy: { token: token('DAI') },
      },
    ],
    [
      'i have 50 usdc on base but i want it on arbitrum',
      {
        action: 'bridge',
        token: token('USDC'),
        amount: exact('50'),
        chain: 'base',
        toChain: 'arbitrum',
      },
    ],
    [
      'lena.eth needs 12 usdc from me',
      {
        action: 'transfer',
        token: token('USDC'),
        amount: exact('12'),
        to: 'lena.eth',
      },
    ],
    [
      'sweep my dai to lena.eth',
      { action: 'transfer', token: token('DAI'), amount: all, to: 'lena.eth' },
    ],
    ['get out of my eth long', { action: 'close', token: token('ETH') }],
    [
      'uniswap may spend up to 30 dai',
      {
        action: 'approve',
        token: token('DAI'),
        amount: exact('30'),
        spender: 'uniswap',
      },
    ],
    ['cash in my rewards', { action: 'claim' }],
    [
      'how much dai would 2 weth buy',
      {
        action: 'ask',
        topic: 'quote',
        of: { sell: { token: token('WETH'), amount: exact('2') } },
      },
    ],
  ])('behavior: %s', (utterance, step) => {
    expect(parseUtterance(utterance, context)).toMatchObject({
      type: 'intent',
      intent: { steps: [step] },
    })
  })

  test('behavior: what nobody asked for is not read into it', () => {
    // A saying is an order where it begins one, and not behind another's name.
    expect(
      parseUtterance('my friend said lend me 60 usdc', context).type,
    ).not.toBe('intent')
    expect(
      parseUtterance('do not sweep my dai to lena.eth', context).type,
    ).not.toBe('intent')
  })
})
