import { parseUnits } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openChain, type TestChain } from '../test/openChain.js'
import { createAaveAgent } from './createAaveAgent.js'

let chain: TestChain
let agent: ReturnType<typeof createAaveAgent>
beforeAll(async () => {
  chain = await openChain()
  agent = createAaveAgent(chain.port)
  await chain.deal('USDC', parseUnits('100000', 6))
})
afterAll(() => chain.devnet.stop())

describe('aave-v3', () => {
  test.each([
    ['USDC', '1000'],
    ['USDC', '0.123457'],
    ['USDC', '0.000002'],
    ['ETH', '1.5'],
  ])('supply: %s, %s of it', async (symbol, decimalAmount) => {
    const token = chain.token(symbol)
    const units = parseUnits(decimalAmount, token.decimals)
    const quote = await chain.askQuote(agent, {
      action: 'supply',
      token,
      amount: { type: 'exact', units },
    })
    const { deltas } = await chain.carryOut(quote)
    const [aToken] = quote.receive
    const gained = deltas.get(aToken?.token.address.toLowerCase() ?? '') ?? 0n
    expect(gained).toBeGreaterThanOrEqual(aToken?.atLeastUnits ?? units)
    expect(gained - units).toBeLessThanOrEqual(2n)
    expect(deltas.get(token.address.toLowerCase())).toBe(-units)
  })
})
