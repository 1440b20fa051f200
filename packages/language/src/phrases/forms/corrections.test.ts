import { describe, expect, test } from 'vitest'
import { isRight } from '../../../evaluation/strangers.mjs'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('second thoughts', () => {
  test.each([
    ['swap 5 eth to usdc. wait, 3 eth', 'swap 3:ETH :USDC'],
    ['swap 5 eth to usdc, sorry i mean dai', 'swap 5:ETH :DAI'],
    [
      'send 20 usdc to bob.eth, oops carol.eth',
      'transfer 20:USDC to=carol.eth',
    ],
    [
      'send 20 usdc to bob.eth. Correction: the recipient is carol.eth',
      'transfer 20:USDC to=carol.eth',
    ],
    [
      'send 20 usdc to bob.eth. the amount should be 25',
      'transfer 25:USDC to=bob.eth',
    ],
    [
      'send 20 usdc to bob.eth — scratch that, 30',
      'transfer 30:USDC to=bob.eth',
    ],
    [
      'bridge 100 usdc to base, actually arbitrum',
      'bridge 100:USDC toc=arbitrum',
    ],
    [
      'bridge 100 usdc to base. no wait, to arbitrum',
      'bridge 100:USDC toc=arbitrum',
    ],
    [
      'lend 300 dai on aave. hmm, compound instead',
      'supply 300:DAI via=compound',
    ],
    ['stake 2 eth on lido... make it 3', 'stake 3:ETH via=lido'],
    ['stake 2 eth on lido no rocket pool', 'stake 2:ETH via=rocketpool'],
    ['buy 100 usdc of eth. I meant 200', 'swap 200:USDC :ETH'],
    ['buy 0.5 btc with usdc, no with dai', 'swap :DAI 0.5:BTC'],
    [
      'swap 1 eth to usdc on uniswap, wait use curve',
      'swap 1:ETH :USDC via=curve',
    ],
    ['swap 1 eth to usdc on arbitrum i mean base', 'swap 1:ETH :USDC on=base'],
    ['swap 100 usdt, sorry usdc, to eth', 'swap 100:USDC :ETH'],
    ['swap 100, no 150 usdc to eth', 'swap 150:USDC :ETH'],
    ['send bob.eth 5 dai... i mean carol.eth', 'transfer 5:DAI to=carol.eth'],
    [
      'send 5 dai to bob.eth, actually make that 10 dai',
      'transfer 10:DAI to=bob.eth',
    ],
    [
      'send 5 dai to bob.eth, actually make that 10 usdc to carol.eth',
      'transfer 10:USDC to=carol.eth',
    ],
    [
      'withdraw 200 usdc from aave, correction, compound',
      'withdraw 200:USDC via=compound',
    ],
    ['repay 50 dai, wait no, 60', 'repay 60:DAI'],
    ['swap 1 eth to usdc, not dai', 'swap 1:ETH :USDC'],
    ['swap 1 eth to dai, not usdc, sorry i typed wrong', 'swap 1:ETH :DAI'],
    ['swap 10 link to eth (edit: 12 link)', 'swap 12:LINK :ETH'],
    ['edit: swap 12 link to eth', 'swap 12:LINK :ETH'],
    ['swap 10 link to eth *usdc', 'swap 10:LINK :USDC'],
    ['send 10 usdc to bob.eth *20', 'transfer 20:USDC to=bob.eth'],
    ['swap two, no three eth for usdc', 'swap 3:ETH :USDC'],
    [
      "let's swap 1 eth to usdc, hmm on second thought 2 eth",
      'swap 2:ETH :USDC',
    ],
    [
      'swap 1 eth to usdc. actually forget that, bridge 1 eth to base',
      'bridge 1:ETH toc=base',
    ],
    [
      'swap 1 eth to usdc. never mind, lend 1 eth on aave instead',
      'supply 1:ETH via=aave',
    ],
    ['no wait swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ['actually swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ['oh and also swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    [
      'swap 1 eth to usdc and lend it on aave. actually compound',
      'swap 1:ETH :USDC + supply >1:USDC via=compound',
    ],
    [
      'swap 1 eth to usdc and send it to bob.eth. i meant carol.eth',
      'swap 1:ETH :USDC + transfer >1:USDC to=carol.eth',
    ],
    [
      'buy eth with 100 usdc every day, i mean every week',
      'swap 100:USDC :ETH every=1week',
    ],
    [
      'swap 1 eth to usdc if eth hits 3000, sorry 3500',
      'swap 1:ETH :USDC when=price:ETH:==:3500:usd',
    ],
    [
      'swap 1 eth to usdc with 1% slippage, no 0.5%',
      'swap 1:ETH :USDC slip=50',
    ],
    ['unstake 4 reth, nope, 3 reth', 'unstake 3:rETH'],
    ['long eth 3x with 100 usdc, make it 5x', 'long :ETH col=100:USDC lev=5'],
    [
      'i want to send 5, or rather 6 usdc to bob.eth',
      'transfer 6:USDC to=bob.eth',
    ],
    ['send 40 DAI to bob.eth... no hang on, 45', 'transfer 45:DAI to=bob.eth'],
    ['send 40 dai to bob.eth my mistake 45', 'transfer 45:DAI to=bob.eth'],
    ['send 40 dai to bob.eth i misspoke, 45 dai', 'transfer 45:DAI to=bob.eth'],
    ['swap 40 dai to eth, wrong token, i want usdc', 'swap 40:DAI :USDC'],
    ['bridge 40 dai to base, wrong, to optimism', 'bridge 40:DAI toc=optimism'],
    ['my bad, swap 40 dai to eth', 'swap 40:DAI :ETH'],
    ['40 dai to eth. er, 50', 'swap 50:DAI :ETH'],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    if (!isRight([gold], result)) expect.fail(JSON.stringify(result, null, 1))
  })
})
