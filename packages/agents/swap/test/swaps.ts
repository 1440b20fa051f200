import type { TestChain } from '@behest/agent-testing'
import type { Agent } from '@behest/sdk'
import type { Instruction, Quote } from '@behest/spec'
import { parseUnits } from 'viem'
import { expect } from 'vitest'

/** A swap as tests write it: `'1 ETH'` for `'USDC'`, or for `'100 USDC'`. */
export function toSwap(
  chain: TestChain,
  sell: string,
  buy: string,
  more: { maxSlippageBps?: number; venue?: string; pool?: string } = {},
): Extract<Instruction, { action: 'swap' }> {
  const side = (said: string) => {
    const [first = '', symbol] = said.split(' ')
    const token = chain.token(symbol ?? first)
    return symbol === undefined
      ? { token }
      : {
          token,
          amount: {
            type: 'exact' as const,
            units: parseUnits(first, token.decimals),
          },
        }
  }
  return {
    action: 'swap',
    sell: side(sell),
    buy: side(buy),
    maxSlippageBps: 50,
    ...more,
  }
}

/**
 * Quotes a swap, carries it out, and holds what it did against what was told:
 * to the unit, with nothing else gained or lost and no allowance left.
 */
export async function swapAndCompare(
  chain: TestChain,
  agent: Agent,
  instruction: Extract<Instruction, { action: 'swap' }>,
): Promise<{ readonly quote: Quote; readonly gasUsed: bigint }> {
  const quote = await chain.askQuote(agent, instruction)
  const { deltas, gasUsed } = await chain.carryOut(quote)
  const [spent] = quote.spend
  const [received] = quote.receive
  const sold = deltas.get(instruction.sell.token.address.toLowerCase()) ?? 0n
  const bought = deltas.get(instruction.buy.token.address.toLowerCase()) ?? 0n
  expect(bought).toBe(received?.expectedUnits)
  expect(received?.atLeastUnits).toBeLessThanOrEqual(bought)
  expect(-sold).toBeLessThanOrEqual(spent?.atMostUnits ?? 0n)
  if (instruction.sell.amount?.type === 'exact')
    expect(-sold).toBe(instruction.sell.amount.units)
  for (const [asset, units] of deltas)
    if (
      asset !== instruction.sell.token.address.toLowerCase() &&
      asset !== instruction.buy.token.address.toLowerCase()
    )
      expect(units).toBe(0n)
  for (const { token, spender } of quote.approvals)
    expect(await chain.allowanceOf(token, spender)).toBe(0n)
  return { quote, gasUsed }
}
