import { describe, expect, test } from 'vitest'
import { isRight } from '../../../evaluation/strangers.mjs'
import { parseUtterance } from '../../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('amounts in money and amounts to have', () => {
  test.each([
    ['buy me fifty bucks of eth', '?steps[0].sell.token'],
    ['buy fifty dollars worth of link', '?steps[0].sell.token'],
    ['spend 100 bucks on eth', '?steps[0].sell.token'],
    ['put a hundred dollars into eth with usdc', 'swap $100:USDC :ETH'],
    ['grab $20 in pepe', '?steps[0].sell.token'],
    ['$300 of my eth into usdc', 'swap $300:ETH :USDC'],
    ['sell three hundred dollars of eth for usdc', 'swap $300:ETH :USDC'],
    ['send bob.eth twenty dollars in usdc', 'transfer $20:USDC to=bob.eth'],
    ['send $20 of usdc to bob.eth', 'transfer $20:USDC to=bob.eth'],
    ['send bob.eth 20 bucks usdc', 'transfer $20:USDC to=bob.eth'],
    ['pay bob.eth €50 in eurc', 'transfer EUR50:EURC to=bob.eth'],
    ['100usd eth buy', '?steps[0].sell.token'],
    ['buy 100$ eth', '?steps[0].sell.token'],
    ['buy eth 100$', '?steps[0].sell.token'],
    ['buy eth for 100 dollars with usdc', 'swap :USDC $100:ETH'],
    ['i want exactly 500 usdc out, sell eth', 'swap :ETH 500:USDC'],
    ['swap however much eth needed to get 500 usdc', 'swap :ETH 500:USDC'],
    ['swap eth to exactly 500 usdc', 'swap :ETH 500:USDC'],
    ['swap eth to 500 usdc', 'swap :ETH 500:USDC'],
    ['get exactly 1 eth, paying usdc', 'swap :USDC 1:ETH'],
    ['get me exactly 1000 dai from my eth', 'swap :ETH 1000:DAI'],
    ['convert enough eth to have 500 usdc', 'swap :ETH 500:USDC'],
    ['buy precisely 2 weth using dai', 'swap :DAI 2:WETH'],
    ['swap dai so i get 2 weth', 'swap :DAI 2:WETH'],
    ['swap dai for 2 weth', 'swap :DAI 2:WETH'],
    ['trade my usdc for 0.1 wbtc', 'swap :USDC 0.1:WBTC'],
    ['need 0.1 wbtc out of my usdc', 'swap :USDC 0.1:WBTC'],
    ['lend $200 of eth on aave', 'supply $200:ETH via=aave'],
    ['bridge $500 of usdc to base', 'bridge $500:USDC toc=base'],
    ['stake $1000 worth of eth with lido', 'stake $1000:ETH via=lido'],
    ['1k usdc to eth', 'swap 1000:USDC :ETH'],
    ['1.2k usdc into dai', 'swap 1200:USDC :DAI'],
    ['2m shib to usdc', 'swap 2000000:SHIB :USDC'],
    ['.75 eth to dai', 'swap 0.75:ETH :DAI'],
    ['1/2 eth to usdc', 'swap 0.5:ETH :USDC'],
    ['swap 10k usdc → eth', 'swap 10000:USDC :ETH'],
    ['swap a grand of usdc to eth', 'swap 1000:USDC :ETH'],
    ['swap one and a half eth to usdc', 'swap 1.5:ETH :USDC'],
    ['swap 1 and a half eth to usdc', 'swap 1.5:ETH :USDC'],
    ['swap a couple of eth to usdc', 'swap 2:ETH :USDC'],
    ['swap a dozen link to usdc', 'swap 12:LINK :USDC'],
    ['swap 3 hundred usdc to eth', 'swap 300:USDC :ETH'],
    ['swap 2 thousand usdc to eth', 'swap 2000:USDC :ETH'],
    ['swap twenty five usdc to eth', 'swap 25:USDC :ETH'],
    ['swap 0,5 eth to usdc', '?steps[0].sell.amount'],
    ['swap 1.000,50 usdc to eth', 'swap 1000.5:USDC :ETH'],
    ['swap 50 percent of my eth to usdc', 'swap 50%:ETH :USDC'],
    ['swap half of what i have in eth to usdc', 'swap 50%:ETH :USDC'],
    ['swap 1/3 of my eth into usdc', 'swap 33.33%:ETH :USDC'],
    ['swap most of my eth to usdc', '?steps[0].sell.amount'],
    ['swap all eth except 0.1 to usdc', 'swap ~0.1:ETH :USDC'],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    if (!isRight([gold], result)) expect.fail(JSON.stringify(result, null, 1))
  })
})
