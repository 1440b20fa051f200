import { openChain } from '@behest/agent-testing'
import { describeAgentContract } from '@behest/sdk/testing'
import type { Instruction } from '@behest/spec'
import { parseUnits } from 'viem'
import { afterAll, describe, test } from 'vitest'
import { createAaveAgent, createMorphoAgent } from './index.js'

const chain = await openChain()
afterAll(() => chain.devnet.stop())

const exact = (amount: string, symbol: string) => {
  const token = chain.token(symbol)
  return {
    token,
    amount: {
      type: 'exact',
      units: parseUnits(amount, token.decimals),
    } as const,
  }
}

// Everything that can be asked about has to be there first.
await chain.deal('USDC', parseUnits('100000', 6))
for (const agent of [
  createAaveAgent(chain.port),
  createMorphoAgent(chain.port),
]) {
  const steps: readonly Instruction[] = [
    {
      action: 'borrow',
      ...exact('1000', 'USDC'),
      collateral: exact('2', 'ETH'),
    },
    { action: 'supply', ...exact('500', 'USDC') },
  ]
  for (const step of steps)
    await chain.carryOut(await chain.askQuote(agent, step))
}

const quoted: readonly (readonly [string, Instruction])[] = [
  ['supply', { action: 'supply', ...exact('100', 'USDC') }],
  ['withdraw', { action: 'withdraw', ...exact('100', 'USDC') }],
  ['borrow', { action: 'borrow', ...exact('10', 'USDC') }],
  [
    'borrow with collateral',
    {
      action: 'borrow',
      ...exact('10', 'USDC'),
      collateral: exact('1', 'WETH'),
    },
  ],
  ['repay', { action: 'repay', ...exact('100', 'USDC') }],
]
const declined: readonly (readonly [string, Instruction])[] = [
  ['supply of nothing', { action: 'supply', ...exact('0', 'USDC') }],
  ['borrow past reason', { action: 'borrow', ...exact('90000', 'USDC') }],
  ['no debt', { action: 'repay', ...exact('1', 'DAI') }],
]
const toFixtures = async <Expected extends 'quote' | 'decline'>(
  list: readonly (readonly [string, Instruction])[],
  expected: Expected,
) =>
  Promise.all(
    list.map(async ([name, instruction]) => ({
      name,
      request: await chain.request(instruction),
      expected,
    })),
  )
const fixtures = [
  ...(await toFixtures(quoted, 'quote')),
  ...(await toFixtures(declined, 'decline')),
]

describeAgentContract(createMorphoAgent(chain.port), {
  fixtures,
  describe,
  test,
})
describeAgentContract(createAaveAgent(chain.port), {
  fixtures: [
    ...fixtures,
    ...(await toFixtures(
      [['supply of ether', { action: 'supply', ...exact('1', 'ETH') }]],
      'quote',
    )),
  ],
  describe,
  test,
})
