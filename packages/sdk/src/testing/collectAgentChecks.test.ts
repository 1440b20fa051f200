import './collectAgentChecks.examples.js'
import type { Instruction, Token } from '@behest/spec'
import { encodeFunctionData, erc20Abi } from 'viem'
import { describe, expect, test } from 'vitest'
import type { AgentDefinition, AgentReply } from '../define/Agent.js'
import { defineAgent } from '../define/defineAgent.js'
import { AgentContractError, collectAgentChecks } from './collectAgentChecks.js'
import { createTestRequest } from './createTestRequest.js'

const usdc: Token = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
}
const friend = '0x00000000000000000000000000000000000000bb'
const instruction: Instruction = {
  action: 'transfer',
  token: usdc,
  amount: { type: 'exact', units: 5_000_000n },
  to: friend,
}
const request = createTestRequest({ instruction })

type Quoting = AgentDefinition<'transfer'>['quote']
const good: Quoting = ({ token, amount, to }) => {
  if (amount.type === 'share' || token.address === 'native') return null
  return {
    calls: [
      {
        to: token.address,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'transfer',
          args: [to, amount.units],
        }),
        amountOffsets: [36],
      },
    ],
  }
}
const run = async (quote: Quoting, expected: 'quote' | 'decline' = 'quote') => {
  const agent = defineAgent({
    name: 'pay',
    version: '1.0.0',
    summary: 'Pays.',
    chainIds: 'any',
    serves: ['transfer'],
    limits: { spenders: [], maxValidForSeconds: 60 },
    quote,
  })
  const checks = collectAgentChecks({
    agent,
    fixtures: [{ name: 'pay', request, expected }],
  })
  const broken: string[] = []
  for (const check of checks)
    await check.run().catch((error) => {
      broken.push(check.name)
      if (!check.name.includes('quotes, signed'))
        expect(['AGENT_CONTRACT_BROKEN', 'AGENT_FAILED']).toContain(error.code)
    })
  return broken
}
const change =
  (edit: (reply: AgentReply & object) => unknown): Quoting =>
  async (asked, context) => {
    const reply = await good(asked, context)
    return (reply === null ? null : edit(reply)) as AgentReply
  }

describe('collectAgentChecks', () => {
  test('default: an honest agent passes', async () => {
    expect(await run(good)).toEqual([])
  })

  test('behavior: an agent without a quoted fixture proves nothing', async () => {
    expect(await run(() => null, 'decline')).toEqual([
      'has at least one request that it quotes',
    ])
  })

  test.each<[string, Quoting]>([
    [
      'never spends more than was said',
      change((reply) => ({
        ...reply,
        spend: [{ token: usdc, atMostUnits: 5_000_000n }],
      })),
    ],
    [
      'takes an earlier step’s output',
      change((reply) => ({
        ...reply,
        calls:
          'calls' in reply
            ? reply.calls?.map(({ amountOffsets: _, ...call }) => call)
            : [],
      })),
    ],
    [
      'takes an earlier step’s output',
      change((reply) => ({
        ...reply,
        calls:
          'calls' in reply
            ? reply.calls?.map((call) => ({ ...call, amountOffsets: [4] }))
            : [],
      })),
    ],
    [
      'text in names changes no call',
      (asked, context) =>
        good(
          asked.token.name?.includes('0x')
            ? { ...asked, to: `0x${'0'.repeat(36)}dEaD` }
            : asked,
          context,
        ),
    ],
    [
      'never spends more than was said',
      (asked, context) => {
        if (asked.amount.type === 'exact' && asked.amount.units > 2n ** 64n)
          throw new TypeError('too much')
        return good(asked, context)
      },
    ],
  ])('error: catches what breaks "%s"', async (name, quote) => {
    const broken = await run(quote)
    expect(broken.some((one) => one.includes(name))).toBe(true)
  })

  test('error: AgentContractError', () => {
    expect(
      new AgentContractError({ reason: 'it quoted' }).message,
    ).toMatchInlineSnapshot(`
      "The agent breaks the contract: it quoted. Correct the agent, then run the suite again.

        reason: it quoted"
    `)
  })
})
