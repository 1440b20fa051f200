import type { Instruction, Quote, Token } from '@behest/spec'
import fc from 'fast-check'
import { encodeFunctionData, erc20Abi, maxUint256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import type {
  AgentDefinition,
  AgentReply,
  ServedAction,
} from '../define/Agent.js'
import { askPayAgent } from '../define/defineAgent.examples.js'
import { defineAgent } from '../define/defineAgent.js'
import { createTestRequest } from '../testing/createTestRequest.js'
import { AgentLimitExceededError } from './assertWithinLimits.js'
import { AgentQuoteMalformedError } from './buildQuote.js'
import { AgentFailedError, AgentTooSlowError } from './createQuoter.js'
import { quoteInProcess } from './quoteInProcess.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const pool = '0x00000000000000000000000000000000000000cc'
const thief = '0x00000000000000000000000000000000000000dd'
const usdc: Token = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
}
const eth: Token = {
  chainId: 31_337,
  address: 'native',
  symbol: 'ETH',
  decimals: 18,
}
const supply: Instruction = {
  action: 'supply',
  token: usdc,
  amount: { type: 'exact', units: 500n },
}

const definition: AgentDefinition<ServedAction> = {
  name: 'pool-supply',
  version: '1.0.0',
  summary: 'Supplies.',
  chainIds: [31_337],
  serves: ['supply', 'approve', 'swap', 'ask'],
  venues: ['pool'],
  feeBps: 100,
  limits: { spenders: [pool], maxValidForSeconds: 60 },
  quote: () => null,
}
const ask = (
  reply: AgentReply,
  options: {
    instruction?: Instruction
    change?: Partial<AgentDefinition<ServedAction>>
    request?: Partial<Parameters<typeof createTestRequest>[0]>
  } = {},
) =>
  quoteInProcess(
    defineAgent({ ...definition, quote: async () => reply, ...options.change }),
    {
      request: createTestRequest({
        instruction: options.instruction ?? supply,
        ...options.request,
      }),
      signer,
    },
  )
const approve = (spender: `0x${string}`, units: bigint) =>
  encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [spender, units],
  })

describe('quoteInProcess', () => {
  test('default: the example', async () => {
    await expect(askPayAgent()).resolves.toMatchObject({
      type: 'behest.quote',
      agentName: 'pay',
      venue: 'pay',
      spend: [{ atMostUnits: 5_000_000n }],
      receive: [{ atLeastUnits: 5_000_000n }],
      validUntilUnixSeconds: 1_760_000_300,
    })
  })

  test('behavior: fills in what derives from request and definition', async () => {
    const quote = (await ask({ calls: [{ to: pool }] })) as Quote
    expect(quote).toMatchObject({
      requestId: 'request-1',
      agent: signer.address,
      agentVersion: '1.0.0',
      chainId: 31_337,
      venue: 'pool',
      calls: [{ to: pool, valueWei: 0n, data: '0x' }],
      approvals: [],
      spend: [{ token: usdc, atMostUnits: 500n }],
      validUntilUnixSeconds: 1_760_000_060,
    })
  })

  test('law: a transfer promises what was said, and never less', async () => {
    const tooLittle = {
      cause: { code: 'AGENT_LIMIT_EXCEEDED', facts: { limit: 'receive' } },
    }
    const units = fc.bigInt({ min: 1n, max: 2n ** 128n })
    await fc.assert(
      fc.asyncProperty(units, units, async (said, promised) => {
        const pay = (receive?: Quote['receive']) =>
          ask(
            { calls: [{ to: thief }], ...(receive ? { receive } : {}) },
            {
              instruction: {
                action: 'transfer',
                token: usdc,
                amount: { type: 'exact', units: said },
                to: pool,
              },
              change: { serves: ['transfer'] },
            },
          )
        const due = { token: usdc, account: pool } as const
        await expect(pay()).resolves.toMatchObject({
          receive: [{ ...due, atLeastUnits: said, expectedUnits: said }],
        })
        const stated = pay([
          { ...due, atLeastUnits: promised, expectedUnits: said },
        ])
        if (promised >= said)
          await expect(stated).resolves.toMatchObject({ type: 'behest.quote' })
        else await expect(stated).rejects.toMatchObject(tooLittle)
        await expect(
          pay([
            {
              token: usdc,
              account: thief,
              atLeastUnits: said,
              expectedUnits: said,
            },
          ]),
        ).rejects.toMatchObject(tooLittle)
      }),
    )
  })

  test('behavior: the same request has the same id, another one another', async () => {
    const first = (await ask({ calls: [] })) as Quote
    const again = (await ask({ calls: [] })) as Quote
    const other = (await ask(
      { calls: [] },
      { request: { requestId: 'request-2' } },
    )) as Quote
    expect(again).toEqual(first)
    expect(other.quoteId).not.toBe(first.quoteId)
  })

  test.each([
    ['null', null, 'NOT_SERVED'],
    [
      'a reason',
      { declined: 'POOL_FULL', message: 'The pool is full.' },
      'POOL_FULL',
    ],
  ] as const)('behavior: declines with %s', async (_name, reply, code) => {
    await expect(ask(reply)).resolves.toMatchObject({
      type: 'behest.decline',
      code,
    })
  })

  test('L-MSG-12: in process too, what the definition excludes never reaches the agent', async () => {
    let calls = 0
    const change = {
      quote: () => {
        calls += 1
        return null
      },
    }
    const codes = [
      await ask(null, { change, request: { chainId: 1 } }),
      await ask(null, {
        change,
        instruction: { ...supply, action: 'repay' } as Instruction,
      }),
      await ask(null, {
        change,
        instruction: {
          ...supply,
          token: { ...usdc, chainId: 1 },
        } as Instruction,
      }),
      await ask(null, { change, request: { validForSeconds: 0 } }),
    ].map((decline) => ('code' in decline ? decline.code : 'quoted'))
    expect(codes).toEqual([
      'CHAIN_NOT_SERVED',
      'ACTION_NOT_SERVED',
      'TOKEN_OF_ANOTHER_CHAIN',
      'DEADLINE_PASSED',
    ])
    expect(calls).toBe(0)
  })

  test('behavior: a spender that the user named may be approved, and no other', async () => {
    const instruction: Instruction = {
      action: 'approve',
      token: usdc,
      amount: { type: 'exact', units: 5n },
      spender: thief,
    }
    await expect(
      ask({ calls: [{ to: pool, data: approve(thief, 5n) }] }, { instruction }),
    ).resolves.toMatchObject({ type: 'behest.quote' })
    await expect(
      ask(
        { calls: [{ to: pool, data: approve(signer.address, 5n) }] },
        { instruction },
      ),
    ).rejects.toMatchObject({ cause: { facts: { limit: 'spenders' } } })
  })

  test('behavior: ether wrapped on the way may be approved in its wrapped form', async () => {
    const weth = '0x0000000000000000000000000000000000000c02'
    const wrapping = (units: bigint) =>
      ask(
        {
          calls: [{ to: weth, valueWei: 500n }, { to: pool }],
          approvals: [{ token: weth, spender: pool, units }],
        },
        {
          instruction: {
            action: 'supply',
            token: eth,
            amount: { type: 'exact', units: 500n },
          },
        },
      )
    await expect(wrapping(500n)).resolves.toMatchObject({
      type: 'behest.quote',
    })
    await expect(wrapping(501n)).rejects.toMatchObject({
      cause: { facts: { limit: 'approvals' } },
    })
  })

  test('behavior: taking an allowance away needs no listed spender', async () => {
    await expect(
      ask({ calls: [{ to: pool, data: approve(thief, 0n) }] }),
    ).resolves.toMatchObject({ type: 'behest.quote' })
  })

  const usdcAddress = usdc.address as `0x${string}`
  const permit2Approve = `0x87517c45${[usdcAddress, thief]
    .map((address) => address.slice(2).padStart(64, '0'))
    .join('')}${'1'.padStart(64, '0')}${'f'.padStart(64, '0')}` as const
  test.each<[string, AgentReply]>([
    [
      'spenders',
      { approvals: [{ token: usdcAddress, spender: thief, units: 1n }] },
    ],
    ['spenders', { calls: [{ to: usdcAddress, data: approve(thief, 1n) }] }],
    ['spenders', { calls: [{ to: usdcAddress, data: permit2Approve }] }],
    [
      'approvals',
      { approvals: [{ token: usdcAddress, spender: pool, units: maxUint256 }] },
    ],
    [
      'approvals',
      {
        approvals: [
          { token: usdcAddress, spender: pool, units: 300n },
          { token: usdcAddress, spender: pool, units: 300n },
        ],
      },
    ],
    ['maxValidForSeconds', { validUntilUnixSeconds: 1_760_000_061 }],
    ['maxValidForSeconds', { validUntilUnixSeconds: 1_760_000_000 }],
    ['calls.valueWei', { calls: [{ to: pool, valueWei: 1n }] }],
    ['feeBps', { fee: [{ token: usdc, to: signer.address, units: 6n }] }],
    ['feeBps', { fee: [{ token: eth, to: signer.address, units: 1n }] }],
    ['instruction amount', { spend: [{ token: usdc, atMostUnits: 501n }] }],
    ['chain', { spend: [{ token: { ...usdc, chainId: 1 }, atMostUnits: 1n }] }],
    [
      'amountOffsets',
      { calls: [{ to: pool, data: '0xa9059cbb', amountOffsets: [4] }] },
    ],
  ])('error: AgentLimitExceededError at %s', async (limit, reply) => {
    const outcome = ask(reply)
    await expect(outcome).rejects.toBeInstanceOf(AgentFailedError)
    await outcome.catch((error) => {
      expect(error.cause).toBeInstanceOf(AgentLimitExceededError)
      expect(error.cause.facts.limit).toBe(limit)
    })
  })

  test('L-UNIT-09: no reply makes it spend past the instruction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 1n, max: 2n ** 128n }),
        fc.bigInt({ min: 0n, max: 2n ** 128n }),
        async (asked, offered) => {
          const outcome = await ask(
            { spend: [{ token: usdc, atMostUnits: offered }] },
            {
              instruction: {
                action: 'supply',
                token: usdc,
                amount: { type: 'exact', units: asked },
              },
            },
          ).catch(() => null)
          expect(outcome !== null).toBe(offered <= asked)
        },
      ),
      { numRuns: 30 },
    )
  })

  test.each<[string, unknown]>([
    ['a number for money', { spend: [{ token: usdc, atMostUnits: 5 }] }],
    ['a negative amount', { spend: [{ token: usdc, atMostUnits: -5n }] }],
    ['an unknown field', { surprise: 1 }],
    ['a broken address', { calls: [{ to: '0x12' }] }],
    ['control characters', { summary: 'a\u0000b' }],
  ])('error: AgentQuoteMalformedError for %s', async (_name, reply) => {
    const outcome = ask(reply as AgentReply)
    await expect(outcome).rejects.toBeInstanceOf(AgentFailedError)
    await outcome.catch((error) =>
      expect(error.cause).toBeInstanceOf(AgentQuoteMalformedError),
    )
  })

  test.each<[string, AgentDefinition<ServedAction>['quote']]>([
    [
      'throws',
      () => {
        throw new TypeError('secret')
      },
    ],
    ['rejects', async () => Promise.reject(new TypeError('secret'))],
    ['answers nothing', () => undefined as never],
    ['answers text', () => 'yes' as never],
  ])('error: AgentFailedError when the agent %s', async (_name, quote) => {
    const outcome = ask(null, { change: { quote } })
    await expect(outcome).rejects.toBeInstanceOf(AgentFailedError)
    await outcome.catch((error) =>
      expect(error.message).not.toContain('secret'),
    )
  })

  test('error: AgentTooSlowError, and the agent is told to stop', async () => {
    let stopped = false
    await expect(
      ask(null, {
        change: {
          quote: (_instruction, { signal }) =>
            new Promise((resolve) =>
              signal.addEventListener('abort', () => {
                stopped = true
                resolve(null)
              }),
            ),
        },
        request: { respondWithinMs: 5 },
      }),
    ).rejects.toBeInstanceOf(AgentTooSlowError)
    expect(stopped).toBe(true)
  })

  test('error: texts', async () => {
    const failure = await ask({
      approvals: [{ token: usdcAddress, spender: thief, units: 1n }],
    }).catch((error) => error)
    expect(failure.message).toMatchInlineSnapshot(`
      "Agent "pool-supply" failed to quote. Ask another agent; its author finds the reason in the cause.

        agent: pool-supply"
    `)
    expect(failure.cause.message).toMatchInlineSnapshot(`
      "Agent "pool-supply" offered 0x00000000000000000000000000000000000000dd where its limit "spenders" allows 0x00000000000000000000000000000000000000cc. The quote was not sent; correct the agent or its limits.

        agent:   pool-supply
        limit:   spenders
        allowed: 0x00000000000000000000000000000000000000cc
        offered: 0x00000000000000000000000000000000000000dd"
    `)
  })
})
