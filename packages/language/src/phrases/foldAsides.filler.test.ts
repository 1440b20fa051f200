import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('words beside the order', () => {
  test.each([
    [
      'yo could u swap like 0.5 eth for some usdc real quick',
      'swap 0.5:ETH :USDC',
    ],
    ['ayy swap 1 eth for usdc no cap', 'swap 1:ETH :USDC'],
    ['gm ser, pls ape 0.2 eth into pepe wagmi', 'swap 0.2:ETH :PEPE'],
    ['lowkey wanna bridge 100 usdc to base', 'bridge 100:USDC toc=base'],
    ['can someone swap 1 eth to usdc for me', 'swap 1:ETH :USDC'],
    ['alright so um swap uh 1 eth to like usdc', 'swap 1:ETH :USDC'],
    ['okie dokie lets swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ['honestly just sell 2 eth for usdc', 'swap 2:ETH :USDC'],
    ['fine, swap the 1 eth to usdc already', 'swap 1:ETH :USDC'],
    ['listen, send 5 usdc to bob.eth, ok?', 'transfer 5:USDC to=bob.eth'],
    ['swap 1 eth to usdc plzzz', 'swap 1:ETH :USDC'],
    ['swap 1 eth to usdc asap!!!', 'swap 1:ETH :USDC'],
    ['swap 1 eth to usdc rn fr', 'swap 1:ETH :USDC'],
    ['do me a favor and swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ['be a dear and send 5 usdc to bob.eth', 'transfer 5:USDC to=bob.eth'],
    ["if you don't mind, swap 1 eth to usdc", 'swap 1:ETH :USDC'],
    ['time to swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ["i'm gonna need you to swap 1 eth to usdc", 'swap 1:ETH :USDC'],
    ['mind swapping 1 eth to usdc?', 'swap 1:ETH :USDC'],
    ['would it be possible to swap 1 eth to usdc?', 'swap 1:ETH :USDC'],
    ['how about swapping 1 eth to usdc', 'swap 1:ETH :USDC'],
    ["i'd love to have 1 eth swapped to usdc", 'swap 1:ETH :USDC'],
    ['i feel like swapping 1 eth to usdc', 'swap 1:ETH :USDC'],
    ['i decided to swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ["i've decided: 1 eth to usdc", 'swap 1:ETH :USDC'],
    ["thinking it's time, swap 1 eth to usdc", 'swap 1:ETH :USDC'],
    ['market looks bad so sell 2 eth for usdc', 'swap 2:ETH :USDC'],
    ['eth is pumping, sell 2 eth for usdc', 'swap 2:ETH :USDC'],
    ['i need cash, sell 2 eth for usdc', 'swap 2:ETH :USDC'],
    ['rent is due. sell 2 eth for usdc', 'swap 2:ETH :USDC'],
    ['my wallet: swap 1 eth to usdc', 'swap 1:ETH :USDC'],
    ['as discussed, send 5 usdc to bob.eth', 'transfer 5:USDC to=bob.eth'],
    ['for lunch send 5 usdc to bob.eth', 'transfer 5:USDC to=bob.eth'],
    ['send 5 usdc to bob.eth for the pizza', 'transfer 5:USDC to=bob.eth'],
    ['send bob.eth 5 usdc for lunch yesterday', 'transfer 5:USDC to=bob.eth'],
    [
      'send 5 usdc to bob.eth (he paid for dinner)',
      'transfer 5:USDC to=bob.eth',
    ],
    ['send 5 usdc to bob.eth as a thank you', 'transfer 5:USDC to=bob.eth'],
    [
      'send 5 usdc to bob.eth with a note saying thanks',
      'transfer 5:USDC to=bob.eth',
    ],
    ['lend 500 usdc on aave so it earns something', 'supply 500:USDC via=aave'],
    ['lend 500 usdc on aave, rates are good there', 'supply 500:USDC via=aave'],
    ["swap 1 eth to usdc i don't trust this market", 'swap 1:ETH :USDC'],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    if (!isRight([gold], result)) expect.fail(JSON.stringify(result, null, 1))
  })
})
