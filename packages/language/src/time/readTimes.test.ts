import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('schedules', () => {
  test.each([
    [
      'buy $50 of eth with usdc every monday',
      'swap :USDC $50:ETH every=1week start=2026-03-09T00:00',
    ],
    ['buy $50 of eth with usdc every weekday', '?steps[0].schedule'],
    ['dca 50 usdc into eth weekly', 'swap 50:USDC :ETH every=1week'],
    [
      'dca 50 usdc into eth daily for a month',
      'swap 50:USDC :ETH every=1day end=2026-04-04T10:00',
    ],
    [
      'dca 500 usdc into eth over 10 days',
      'swap 500:USDC :ETH end=2026-03-14T10:00',
    ],
    ['buy eth with 20 usdc every 6h', 'swap 20:USDC :ETH every=6hour'],
    [
      'buy eth with 20 usdc every 6 hours for 3 days',
      'swap 20:USDC :ETH every=6hour end=2026-03-07T10:00',
    ],
    [
      'swap 1 eth to usdc tomorrow morning',
      'swap 1:ETH :USDC start=2026-03-05T00:00',
    ],
    [
      'swap 1 eth to usdc tonight at 10',
      'swap 1:ETH :USDC start=2026-03-04T22:00',
    ],
    [
      'swap 1 eth to usdc in an hour',
      'swap 1:ETH :USDC start=2026-03-04T11:00',
    ],
    ['swap 1 eth to usdc in 45 min', 'swap 1:ETH :USDC start=2026-03-04T10:45'],
    [
      'swap 1 eth to usdc in half an hour',
      'swap 1:ETH :USDC start=2026-03-04T10:30',
    ],
    ['swap 1 eth to usdc in a day and a half', '?steps[0].sell.amount'],
    [
      'swap 1 eth to usdc next tuesday at 3pm',
      'swap 1:ETH :USDC start=2026-03-10T15:00',
    ],
    [
      'swap 1 eth to usdc on the 15th',
      'swap 1:ETH :USDC start=2026-03-15T00:00',
    ],
    [
      'swap 1 eth to usdc on march 15',
      'swap 1:ETH :USDC start=2026-03-15T00:00',
    ],
    [
      'swap 1 eth to usdc march 15 at noon utc',
      'swap 1:ETH :USDC start=2026-03-15T12:00',
    ],
    [
      'swap 1 eth to usdc at midnight',
      'swap 1:ETH :USDC start=2026-03-05T00:00',
    ],
    ['swap 1 eth to usdc by friday', 'swap 1:ETH :USDC end=2026-03-06T00:00'],
    [
      'swap 1 eth to usdc before friday',
      'swap 1:ETH :USDC end=2026-03-06T00:00',
    ],
    [
      'swap 1 eth to usdc at the weekend',
      'swap 1:ETH :USDC start=2026-03-07T00:00',
    ],
    [
      'swap 1 eth to usdc end of month',
      'swap 1:ETH :USDC start=2026-03-31T23:59',
    ],
    [
      'send bob.eth 100 usdc on the first of every month',
      'transfer 100:USDC to=bob.eth every=1month start=2026-04-01T00:00',
    ],
    [
      'pay bob.eth 100 usdc monthly',
      'transfer 100:USDC to=bob.eth every=1month',
    ],
    [
      'pay bob.eth 100 usdc every 2 weeks starting friday',
      'transfer 100:USDC to=bob.eth every=2week start=2026-03-06T00:00',
    ],
    [
      'pay bob.eth 100 usdc every month until december',
      'transfer 100:USDC to=bob.eth every=1month end=2026-12-01T00:00',
    ],
    [
      'claim my rewards on curve every sunday night',
      'claim via=curve every=1week start=2026-03-08T00:00',
    ],
    [
      'every day at 8am buy $10 of eth with usdc',
      'swap :USDC $10:ETH every=1day start=2026-03-05T08:00',
    ],
    ['each morning swap 10 usdc to eth', 'swap 10:USDC :ETH every=1day'],
    ['once a week swap 10 usdc to eth', 'swap 10:USDC :ETH every=1week'],
    ['twice a day swap 10 usdc to eth', 'swap 10:USDC :ETH every=12hour'],
    [
      'three times a week swap 10 usdc to eth',
      'swap 10:USDC :ETH every=56hour',
    ],
    [
      '10 times, every hour: swap 10 usdc to eth',
      'swap 10:USDC :ETH every=1hour times=10',
    ],
    ['swap 10 usdc to eth every other day', 'swap 10:USDC :ETH every=2day'],
    [
      'swap 10 usdc to eth every friday for 4 weeks',
      'swap 10:USDC :ETH every=1week start=2026-03-06T00:00 end=2026-04-03T00:00',
    ],
    [
      'swap 10 usdc to eth every 15 minutes, 8 times',
      'swap 10:USDC :ETH every=15minute times=8',
    ],
    [
      'swap 10 usdc to eth hourly until 6pm',
      'swap 10:USDC :ETH every=1hour end=2026-03-04T18:00',
    ],
    [
      'after 2 days withdraw 100 usdc from aave',
      'withdraw 100:USDC via=aave start=2026-03-06T10:00',
    ],
    ['swap 1 eth to usdc and in 3 days swap it back', '?steps[1].buy.token'],
    [
      'swap 1 eth to usdc now and 1 eth to dai tomorrow',
      'swap 1:ETH :USDC + swap 1:ETH :DAI start=2026-03-05T00:00',
    ],
    [
      'swap 1 eth to usdc at 9am est',
      'swap 1:ETH :USDC start=2026-03-04T14:00',
    ],
    ['swap 1 eth to usdc at 14:30', 'swap 1:ETH :USDC start=2026-03-04T14:30'],
    [
      'swap 1 eth to usdc 5 minutes from now',
      'swap 1:ETH :USDC start=2026-03-04T10:05',
    ],
    [
      'starting tomorrow, buy 10 usdc of eth every day',
      'swap 10:USDC :ETH every=1day start=2026-03-05T00:00',
    ],
    [
      'from march 10 to march 20 buy 10 usdc of eth daily',
      'swap 10:USDC :ETH every=1day start=2026-03-10T00:00 end=2026-03-20T00:00',
    ],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    if (!isRight([gold], result)) expect.fail(JSON.stringify(result, null, 1))
  })
})
