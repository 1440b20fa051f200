import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('lists, loans and positions', () => {
  test.each([
    [
      'send 5 usdc each to bob.eth, carol.eth and dan.eth',
      'transfer 5:USDC to=bob.eth + transfer 5:USDC to=carol.eth + transfer 5:USDC to=dan.eth',
    ],
    [
      'send bob.eth and carol.eth 5 usdc each',
      'transfer 5:USDC to=bob.eth + transfer 5:USDC to=carol.eth',
    ],
    [
      'send 5 usdc to bob.eth and 10 to carol.eth',
      'transfer 5:USDC to=bob.eth + transfer 10:USDC to=carol.eth',
    ],
    [
      'pay bob.eth 5, carol.eth 10 and dan.eth 15 usdc',
      'transfer 5:USDC to=bob.eth + transfer 10:USDC to=carol.eth + transfer 15:USDC to=dan.eth',
    ],
    [
      'payroll: bob.eth 500 usdc, carol.eth 700 usdc',
      'transfer 500:USDC to=bob.eth + transfer 700:USDC to=carol.eth',
    ],
    [
      'bob.eth 5 usdc, carol.eth 10 usdc',
      'transfer 5:USDC to=bob.eth + transfer 10:USDC to=carol.eth',
    ],
    ['swap 1 eth and 500 dai to usdc', 'swap 1:ETH :USDC + swap 500:DAI :USDC'],
    ['sell 10 link and 20 uni for eth', 'swap 10:LINK :ETH + swap 20:UNI :ETH'],
    [
      'buy 100 usdc each of eth, link and uni',
      'swap 100:USDC :ETH + swap 100:USDC :LINK + swap 100:USDC :UNI',
    ],
    [
      'buy $100 of eth and $50 of link with usdc',
      'swap :USDC $100:ETH + swap :USDC $50:LINK',
    ],
    [
      'lend 100 usdc and 200 dai on aave',
      'supply 100:USDC via=aave + supply 200:DAI via=aave',
    ],
    [
      'lend 100 usdc on aave and 200 on compound',
      'supply 100:USDC via=aave + supply 200:USDC via=compound',
    ],
    [
      'bridge 100 usdc and 0.1 eth to base',
      'bridge 100:USDC toc=base + bridge 0.1:ETH toc=base',
    ],
    [
      'bridge 100 usdc to base and 200 to op',
      'bridge 100:USDC toc=base + bridge 200:USDC toc=optimism',
    ],
    [
      'withdraw all my usdc and dai from aave',
      'withdraw *:USDC via=aave + withdraw *:DAI via=aave',
    ],
    [
      'stake 1 eth with lido and 2 with rocket pool',
      'stake 1:ETH via=lido + stake 2:ETH via=rocketpool',
    ],
    [
      'claim my rewards on curve, convex and aave',
      'claim via=curve + claim via=convex + claim via=aave',
    ],
    [
      'revoke usdc and dai approvals for uniswap',
      'revoke :USDC spender=uniswap + revoke :DAI spender=uniswap',
    ],
    [
      'split 1000 usdc evenly into eth and wbtc',
      'swap 500:USDC :ETH + swap 500:USDC :WBTC',
    ],
    [
      'put 60% of my usdc into eth and 40% into wbtc',
      'swap 60%:USDC :ETH + swap 40%:USDC :WBTC',
    ],
    [
      'repay 100 usdc and 50 dai on aave',
      'repay 100:USDC via=aave + repay 50:DAI via=aave',
    ],
    [
      'approve 100 usdc and 50 dai for uniswap',
      'approve 100:USDC spender=uniswap + approve 50:DAI spender=uniswap',
    ],
    [
      'swap 1 eth to usdc, 2 eth to dai, 3 eth to usdt',
      'swap 1:ETH :USDC + swap 2:ETH :DAI + swap 3:ETH :USDT',
    ],
    ['1 eth to usdc; 20 link to dai', 'swap 1:ETH :USDC + swap 20:LINK :DAI'],
    [
      '1 eth to usdc and 20 link to dai',
      'swap 1:ETH :USDC + swap 20:LINK :DAI',
    ],
    [
      '- swap 1 eth to usdc\n- lend it on aave\n- send 5 dai to bob.eth',
      'swap 1:ETH :USDC + supply >1:USDC via=aave + transfer 5:DAI to=bob.eth',
    ],
    [
      '1) swap 1 eth to usdc 2) lend it on aave',
      'swap 1:ETH :USDC + supply >1:USDC via=aave',
    ],
    [
      'first swap 1 eth to usdc, second lend it on aave',
      'swap 1:ETH :USDC + supply >1:USDC via=aave',
    ],
    [
      'a) swap 1 eth to usdc b) lend that on aave',
      'swap 1:ETH :USDC + supply >1:USDC via=aave',
    ],
    [
      'step one swap 1 eth to usdc step two lend it on aave',
      'swap 1:ETH :USDC + supply >1:USDC via=aave',
    ],
    ['long eth 5x 100 usdc', 'long :ETH col=100:USDC lev=5'],
    [
      '5x long eth with 100 usdc on gmx',
      'long :ETH col=100:USDC via=gmx lev=5',
    ],
    ['long 100 usdc of eth at 5x', 'long :ETH col=100:USDC lev=5'],
    [
      'open a 3x short on btc with 200 usdc collateral',
      'short :BTC col=200:USDC lev=3',
    ],
    ['short btc 3x, 200 usdc, gmx', 'short :BTC col=200:USDC via=gmx lev=3'],
    ['go 10x long on sol with 50 usdc', 'long :SOL col=50:USDC lev=10'],
    ['close my eth long', 'close :ETH'],
    ['close half of my btc short on gmx', 'close 50%:BTC via=gmx'],
    ['close out the eth position', 'close :ETH'],
    [
      'supply 1 eth as collateral on aave and borrow 500 usdc',
      'supply 1:ETH via=aave + borrow 500:USDC via=aave',
    ],
    [
      'use 1 eth as collateral to borrow 500 usdc on aave',
      'borrow 500:USDC col=1:ETH via=aave',
    ],
    [
      'borrow 500 usdc against my 1 eth on aave',
      'borrow 500:USDC col=1:ETH via=aave',
    ],
    ['borrow 500 usdc, 1 eth as collateral', 'borrow 500:USDC col=1:ETH'],
    [
      'collateralize 1 eth and borrow 500 usdc',
      'supply 1:ETH + borrow 500:USDC',
    ],
    ['take a 500 usdc loan against 1 eth', 'borrow 500:USDC col=1:ETH'],
    [
      'mint 500 dai against 1 eth on maker',
      'borrow 500:DAI col=1:ETH via=maker',
    ],
    [
      'get a loan of 500 usdc with 1 eth as collateral on aave',
      'borrow 500:USDC col=1:ETH via=aave',
    ],
    ['pay off my whole usdc debt on aave', 'repay *:USDC via=aave'],
    ['pay back 100 usdc to aave', 'repay 100:USDC via=aave'],
    ['repay aave 100 usdc', 'repay 100:USDC via=aave'],
    ['deposit 100 usdc to aave', 'supply 100:USDC via=aave'],
    ['deposit 100 usdc on aave v3', 'supply 100:USDC via=aave'],
    ["put 100 usdc in aave's lending pool", 'supply 100:USDC via=aave'],
    ['lend out my 100 usdc at compound', 'supply 100:USDC via=compound'],
    ['supply 500 usdc to morpho blue', 'supply 500:USDC via=morpho'],
    ['pull 100 usdc from aave', 'withdraw 100:USDC via=aave'],
    ['pull everything out of compound', 'withdraw *: via=compound'],
    ['get my 100 usdc back from aave', 'withdraw 100:USDC via=aave'],
    ['exit aave', 'withdraw *: via=aave'],
    ['redeem my 100 ausdc', 'withdraw 100:aUSDC'],
    [
      'move my usdc from aave to morpho',
      'withdraw *:USDC via=aave + supply >1:USDC via=morpho',
    ],
    ['migrate 500 usdc from compound v2 to v3', '?steps[0].venue'],
    ['increase my aave deposit by 100 usdc', 'supply 100:USDC via=aave'],
    ['top up my aave collateral with 1 eth', 'supply 1:ETH via=aave'],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    if (!isRight([gold], result)) expect.fail(JSON.stringify(result, null, 1))
  })
})
