import { openChain } from '@behest/agent-testing'
import { describeAgentContract } from '@behest/sdk/testing'
import { afterAll, describe, test } from 'vitest'
import { toSwap } from '../test/swaps.js'
import { createSwapRouteAgent, createSwapSingleAgent } from './index.js'

const chain = await openChain()
afterAll(() => chain.devnet.stop())

const names = [
  ['1 ETH', 'USDC'],
  ['1000 USDC', 'ETH'],
  ['20 WBTC', 'DAI'],
  ['USDC', '1 ETH'],
  ['2 ETH', 'WETH'],
] as const
const fixtures = [
  ...(await Promise.all(
    names.map(async ([sell, buy]) => ({
      name: `${sell} for ${buy}`,
      request: await chain.request(toSwap(chain, sell, buy)),
      expected: 'quote' as const,
    })),
  )),
  {
    name: 'no amount',
    request: await chain.request(toSwap(chain, 'ETH', 'USDC')),
    expected: 'decline' as const,
  },
  {
    name: 'another venue',
    request: await chain.request(
      toSwap(chain, '1 ETH', 'USDC', { venue: 'curve' }),
    ),
    expected: 'decline' as const,
  },
]

for (const create of [createSwapRouteAgent, createSwapSingleAgent])
  describeAgentContract(create(chain.port), { fixtures, describe, test })
