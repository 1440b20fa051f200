import { openChain, type TestChain } from '@behest/agent-testing'
import { erc20Abi } from '@behest/evm'
import type { Instruction, Quote, Token } from '@behest/spec'
import { encodeFunctionData } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFeePair } from '../test/feeToken.js'
import { createSwapRouteAgent } from './createSwapRouteAgent.js'
import { createSwapSingleAgent } from './createSwapSingleAgent.js'

let chain: TestChain
let token: Token

beforeAll(async () => {
  chain = await openChain()
  const address = await openFeePair(chain)
  token = { ...chain.token('WETH'), address, symbol: 'FEE' }
})
afterAll(() => chain?.devnet.stop())

function toInstruction(
  sell: Token,
  buy: Token,
): Extract<Instruction, { action: 'swap' }> {
  return {
    action: 'swap',
    sell: { token: sell, amount: { type: 'exact', units: 10n ** 17n } },
    buy: { token: buy },
    maxSlippageBps: 50,
  }
}

/** Whether a quote's calls go through in simulation, as the engine asks. */
async function isHeld(quote: Quote): Promise<boolean> {
  const head = await chain.port.readHead()
  const { steps } = await chain.port.simulate({
    account: chain.account,
    blockNumber: head.number,
    steps: [
      {
        stepId: 's1',
        calls: [
          ...quote.approvals.map((approval) => ({
            to: approval.token,
            valueWei: 0n,
            data: encodeFunctionData({
              abi: erc20Abi,
              functionName: 'approve',
              args: [approval.spender, approval.units],
            }),
          })),
          ...quote.calls,
        ],
      },
    ],
    otherAccounts: [],
    tokens: [],
    allowances: quote.approvals,
  })
  return steps[0]?.calls.every(({ succeeded }) => succeeded) ?? false
}

describe.each([
  ['swap-best', createSwapRouteAgent],
  ['swap-direct', createSwapSingleAgent],
])('%s and a token that takes a fee on transfer', (_name, create) => {
  test.each(['bought', 'sold'])(
    'behavior: %s, it is refused and nothing moves',
    async (side) => {
      const agent = create(chain.port)
      const weth = chain.token('WETH')
      const [sell, buy] = side === 'bought' ? [weth, token] : [token, weth]
      const answer = await chain.ask(agent, toInstruction(sell, buy))
      // Priced as if it took none: the simulation finds out before anybody approves.
      if (!('signature' in answer)) throw new RangeError(answer.code)
      expect(await isHeld(answer)).toBe(false)
      const before = await chain.balanceOf(sell.address)
      await expect(chain.carryOut(answer)).rejects.toThrow()
      expect(await chain.balanceOf(sell.address)).toBe(before)
    },
  )
})
