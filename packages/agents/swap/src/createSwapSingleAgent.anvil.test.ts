import { openChain, type TestChain } from '@behest/agent-testing'
import { parseUnits } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { swapAndCompare, toSwap } from '../test/swaps.js'
import { createSwapSingleAgent } from './createSwapSingleAgent.js'

let chain: TestChain
let agent: ReturnType<typeof createSwapSingleAgent>
beforeAll(async () => {
  chain = await openChain()
  agent = createSwapSingleAgent(chain.port)
  await chain.deal('USDC', parseUnits('1000000', 6))
  await chain.deal('DAI', parseUnits('1000000', 18))
  await chain.deal('WBTC', parseUnits('10', 8))
  await chain.send({
    to: chain.deployment.wrappedNative,
    valueWei: parseUnits('100', 18),
    data: '0x',
  })
})
afterAll(() => chain.devnet.stop())

describe('swap-direct', () => {
  test.each([
    ['1 ETH', 'USDC'],
    ['1000 USDC', 'ETH'],
    ['1000 USDC', 'WETH'],
    ['0.5 WBTC', 'DAI'],
    ['1000 DAI', 'USDC'],
    ['2 ETH', 'WETH'],
    ['1 WETH', 'ETH'],
    ['ETH', '100 USDC'],
    ['USDC', '1 ETH'],
    ['DAI', '0.1 WBTC'],
    ['USDC', '1000 DAI'],
    ['ETH', '1 WETH'],
  ])('pays what it told: %s for %s', async (sell, buy) => {
    await swapAndCompare(chain, agent, toSwap(chain, sell, buy))
  })

  test.each([
    ['uniswap v2', 'uniswap-v2'],
    ['Uniswap V3', 'uniswap-v3'],
    ['uniswapv2', 'uniswap-v2'],
  ])('venue %s is traded through %s', async (venue, expected) => {
    for (const [sell, buy] of [
      ['1 ETH', 'USDC'],
      ['DAI', '0.1 WBTC'],
    ] as const) {
      const { quote } = await swapAndCompare(
        chain,
        agent,
        toSwap(chain, sell, buy, { venue }),
      )
      expect(new Set(quote.route?.map((hop) => hop.venue))).toEqual(
        new Set([expected]),
      )
    }
  })

  // The pools with the best price sell out long before: one of them would take
  // a part, and the rest would stay behind.
  test.each([
    ['1700 WBTC', 'WETH'],
    ['500000000 USDC', 'WETH'],
    ['170000 ETH', 'USDC'],
  ])('sells all of %s or nothing', async (sell, buy) => {
    const { account } = chain
    await chain.deal('WBTC', parseUnits('1700', 8))
    await chain.deal('USDC', parseUnits('500000000', 6))
    const amountUnits = parseUnits('180000', 18)
    await chain.devnet.deal({ account, token: 'native', amountUnits })
    const instruction = toSwap(chain, sell, buy, { venue: 'uniswap v3' })
    const answer = await chain.ask(agent, instruction)
    if ('code' in answer) expect(answer.code).toBe('AMOUNT_BEYOND_LIQUIDITY')
    else await swapAndCompare(chain, agent, instruction)
  })
})
