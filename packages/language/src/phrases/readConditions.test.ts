import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('conditions', () => {
  test.each([
    ['swap 1 eth to usdc if gas is cheap', '?steps[0].when[0].value'],
    [
      'swap 1 eth to usdc once gas is sub 10',
      'swap 1:ETH :USDC when=gas::<:10:gwei',
    ],
    [
      'swap 1 eth to usdc when gas < 10 gwei',
      'swap 1:ETH :USDC when=gas::<:10:gwei',
    ],
    [
      'buy 0.5 eth with usdc if it dips to 1800',
      'swap :USDC 0.5:ETH when=price:ETH:<=:1800:usd',
    ],
    [
      'buy 0.5 eth with usdc at 1800',
      'swap :USDC 0.5:ETH when=price:ETH:<=:1800:usd',
    ],
    [
      'buy 0.5 eth with usdc @ 1800',
      'swap :USDC 0.5:ETH when=price:ETH:<=:1800:usd',
    ],
    [
      'buy 0.5 eth with usdc the moment it touches 1800',
      'swap :USDC 0.5:ETH when=price:ETH:==:1800:usd',
    ],
    [
      'sell 1 eth for usdc if price > 4k',
      'swap 1:ETH :USDC when=price:ETH:>:4000:usd',
    ],
    [
      'sell 1 eth for usdc when eth is above $4,000',
      'swap 1:ETH :USDC when=price:ETH:>:4000:usd',
    ],
    [
      'sell 1 eth for usdc as soon as eth crosses 4000',
      'swap 1:ETH :USDC when=price:ETH:==:4000:usd',
    ],
    [
      'sell 1 eth for usdc only above 4000',
      'swap 1:ETH :USDC when=price:ETH:>:4000:usd',
    ],
    [
      'sell 1 eth for usdc, but not below 4000',
      'swap 1:ETH :USDC when=price:ETH:>=:4000:usd',
    ],
    [
      "don't sell 1 eth for usdc unless eth is over 4000",
      'swap 1:ETH :USDC when=price:ETH:>:4000:usd',
    ],
    [
      'if btc is under 60k and eth is under 2k, buy 1 eth with usdc',
      'swap :USDC 1:ETH when=price:BTC:<:60000:usd when=&price:ETH:<:2000:usd',
    ],
    [
      'if my eth balance drops below 1, buy 0.5 eth with usdc',
      'swap :USDC 0.5:ETH when=balance:ETH:<:1:token',
    ],
    [
      'if health factor goes under 1.3 repay 100 usdc on aave',
      'repay 100:USDC via=aave when=health::<:1.3:ratio',
    ],
    [
      'if my health drops under 1.3, repay 100 usdc on aave',
      'repay 100:USDC via=aave when=health::<:1.3:ratio',
    ],
    [
      'lend 100 usdc on aave as long as the apy is at least 4%',
      'supply 100:USDC via=aave when=apy::>=:4:percent',
    ],
    [
      'lend 100 usdc on aave if it pays more than 4%',
      'supply 100:USDC via=aave when=apy::>:4:percent',
    ],
    [
      'withdraw my usdc from aave if the rate falls below 2 percent',
      'withdraw *:USDC via=aave when=apy::<:2:percent',
    ],
    [
      'stop loss: sell 1 eth for usdc at 1800',
      'swap 1:ETH :USDC when=price:ETH:<=:1800:usd',
    ],
    [
      'take profit: sell 1 eth for usdc at 5000',
      'swap 1:ETH :USDC when=price:ETH:>=:5000:usd',
    ],
    ['set a stop loss on 1 eth at 1800 usdc', '?steps[0].buy.token'],
    [
      'set a limit order to buy 1 eth with usdc at 1900',
      'swap :USDC 1:ETH when=price:ETH:<=:1900:usd',
    ],
    ['place a limit sell for 1 eth at 4000 usdc', '?steps[0].buy.token'],
    [
      'sell 1 eth at 4000 for usdc',
      'swap 1:ETH :USDC when=price:ETH:>=:4000:usd',
    ],
    ['sell 1 eth into usdc at market', 'swap 1:ETH :USDC'],
    ['if gas allows, swap 1 eth to usdc', '?steps[0].when[0].value'],
    [
      'swap 1 eth to usdc at a price of 3000 or better',
      'swap 1:ETH :USDC when=price:ETH:>=:3000:usd',
    ],
    ['swap 1 eth to usdc for no less than 3000', '?steps[0].maxSlippageBps'],
    [
      'swap 1 eth to usdc provided slippage stays under 1%',
      'swap 1:ETH :USDC slip=100',
    ],
    [
      'swap 1 eth to usdc with gas no higher than 20 gwei',
      'swap 1:ETH :USDC when=gas::<=:20:gwei',
    ],
    [
      'swap 1 eth to usdc while gas is below 20',
      'swap 1:ETH :USDC when=gas::<:20:gwei',
    ],
    [
      'bridge 100 usdc to base if fees are under $2',
      'bridge 100:USDC toc=base when=gas::<:2:usd',
    ],
    [
      'buy 1 eth with usdc when market cap of eth goes over 500b',
      'swap :USDC 1:ETH when=marketCap:ETH:>:500000000000:usd',
    ],
    [
      'swap 1 eth to usdc when eth/btc > 0.05',
      'swap 1:ETH :USDC when=price:ETH:>:0.05:BTC',
    ],
    [
      'when eth reaches 3k: sell 1 eth for usdc',
      'swap 1:ETH :USDC when=price:ETH:==:3000:usd',
    ],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    if (!isRight([gold], result)) expect.fail(JSON.stringify(result, null, 1))
  })
})
