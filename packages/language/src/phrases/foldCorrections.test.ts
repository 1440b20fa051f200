import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('foldCorrections', () => {
  test.each([
    ['swap 2 eth no 3 eth to usdc', 'swap 3:ETH :USDC'],
    ['swap 2 (no, 3) eth to usdc', 'swap 3:ETH :USDC'],
    ['swap 2 eth to usdc - dai, i mean', 'swap 2:ETH :DAI'],
    ['swap 2 eth to usdc. no wait, i want dai', 'swap 2:ETH :DAI'],
    ['swap 2 eth to usdc, scratch that, swap 3 eth to dai', 'swap 3:ETH :DAI'],
    ['send 50 usdc (sorry, dai) to bob.eth', 'transfer 50:DAI to=bob.eth'],
    [
      'send 2 eth to tom.eth - wait not tom.eth, tim.eth',
      'transfer 2:ETH to=tim.eth',
    ],
    ['lend 500, no, 400 usdc on spark', 'supply 400:USDC via=spark'],
    ['bridge all my usdc, no, half of it to base', 'bridge 50%:USDC toc=base'],
    [
      'Send 1 ETH to bob.eth. Actually, send it to al.eth.',
      'transfer 1:ETH to=al.eth',
    ],
    [
      'Send 1 ETH to bob.eth — make that 2 ETH to al.eth',
      'transfer 2:ETH to=al.eth',
    ],
    ['30USDC、いや50USDCをmei.ethに送って', 'transfer 50:USDC to=mei.eth'],
  ])('behavior: %s', (utterance, gold) => {
    expect(isRight([gold], parseUtterance(utterance, context))).toBe(true)
  })

  test('behavior: nothing is done on a change of mind that is unclear', () => {
    expect(
      parseUtterance('swap 1 eth to usdc tomorrow, no, on friday', context)
        .type,
    ).toBe('clarify')
  })
})
