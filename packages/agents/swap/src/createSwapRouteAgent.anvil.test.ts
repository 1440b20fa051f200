import { openChain, type TestChain } from '@behest/agent-testing'
import { uniswapV2RouterAbi } from '@behest/evm'
import type { Instruction, InstructionAmount } from '@behest/spec'
import { encodeFunctionData, parseUnits } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { swapAndCompare, toSwap } from '../test/swaps.js'
import { createSwapRouteAgent } from './createSwapRouteAgent.js'
import { createSwapSingleAgent } from './createSwapSingleAgent.js'

let chain: TestChain
let agent: ReturnType<typeof createSwapRouteAgent>
let direct: ReturnType<typeof createSwapSingleAgent>
let snapshotId: `0x${string}`
beforeAll(async () => {
  chain = await openChain()
  agent = createSwapRouteAgent(chain.port)
  direct = createSwapSingleAgent(chain.port)
  await chain.deal('USDC', parseUnits('10000000', 6))
  await chain.deal('DAI', parseUnits('10000000', 18))
  await chain.deal('WBTC', parseUnits('100', 8))
  await chain.send({
    to: chain.deployment.wrappedNative,
    valueWei: parseUnits('2000', 18),
    data: '0x',
  })
  snapshotId = await chain.devnet.snapshot()
})
beforeEach(async () => {
  await chain.devnet.revert(snapshotId)
  snapshotId = await chain.devnet.snapshot()
})
afterAll(() => chain.devnet.stop())

const cases = [
  ['0.001 ETH', 'USDC'],
  ['1 ETH', 'USDC'],
  ['500 ETH', 'USDC'],
  ['500 WETH', 'DAI'],
  ['1000000 USDC', 'ETH'],
  ['1000000 USDC', 'WETH'],
  ['20 WBTC', 'DAI'],
  ['20 WBTC', 'ETH'],
  ['500000 DAI', 'USDC'],
  ['0.000003 USDC', 'DAI'],
  ['2 ETH', 'WETH'],
  ['1 WETH', 'ETH'],
  ['ETH', '0.01 USDC'],
  ['ETH', '1000000 USDC'],
  ['USDC', '500 ETH'],
  ['USDC', '500 WETH'],
  ['DAI', '10 WBTC'],
  ['WBTC', '300000 DAI'],
  ['USDC', '1000 DAI'],
  ['ETH', '1 WETH'],
  ['WETH', '1 ETH'],
] as const

describe('swap-best', () => {
  test.each(cases)('pays what it told: %s for %s', async (sell, buy) => {
    const instruction = toSwap(chain, sell, buy)
    const { quote } = await swapAndCompare(chain, agent, instruction)
    if (quote.certificate === undefined) return
    // Backwards the two venues cannot be mixed, which costs a little; and of
    // three units a rounded one is much.
    const most = instruction.sell.amount === undefined ? 2 : 0.01
    if (sell !== '0.000003 USDC')
      expect(Number(quote.certificate.gapBps)).toBeLessThan(most)
    expect(quote.certificate.pools).toBe(10)
    expect(quote.certificate.upperBoundUnits).toBeGreaterThanOrEqual(
      instruction.sell.amount === undefined
        ? 0n
        : (quote.receive[0]?.expectedUnits ?? 0n),
    )
  })

  test.each(cases)(
    'is never worse than swap-direct: %s for %s',
    async (sell, buy) => {
      const instruction = toSwap(chain, sell, buy)
      const ours = await chain.askQuote(agent, instruction)
      const theirs = await chain.askQuote(direct, instruction)
      if (instruction.sell.amount === undefined)
        expect(ours.spend[0]?.atMostUnits).toBeLessThanOrEqual(
          theirs.spend[0]?.atMostUnits ?? 0n,
        )
      else
        expect(ours.receive[0]?.expectedUnits).toBeGreaterThanOrEqual(
          theirs.receive[0]?.expectedUnits ?? 0n,
        )
    },
  )

  test('a route over both venues runs in one call', async () => {
    const { quote } = await swapAndCompare(
      chain,
      agent,
      toSwap(chain, '20 WBTC', 'DAI'),
    )
    expect(new Set(quote.route?.map(({ venue }) => venue))).toEqual(
      new Set(['uniswap-v2', 'uniswap-v3']),
    )
    expect(quote.calls).toHaveLength(1)
    const given = quote.route?.filter(
      ({ tokenIn }) => tokenIn.symbol === 'WBTC',
    )
    expect(
      given?.reduce((sum, { amountInUnits }) => sum + amountInUnits, 0n),
    ).toBe(parseUnits('20', 8))
  })

  test.each([
    ['uniswap v2', 'uniswap-v2'],
    ['Uniswap V3', 'uniswap-v3'],
  ])('venue %s is traded through %s', async (venue, expected) => {
    for (const [sell, buy] of [
      ['100 ETH', 'USDC'],
      ['DAI', '5 WBTC'],
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

  test('a pool that the user names is the only one', async () => {
    for (const by of [agent, direct]) {
      const pool = '0xB29B1963A8aAAE849Ce245C0269548a4Eb87e557'
      const quote = await chain.askQuote(
        by,
        toSwap(chain, '100 ETH', 'USDC', { pool }),
      )
      expect(quote.route?.map((hop) => hop.pool)).toEqual([pool])
      const answer = await chain.ask(
        by,
        toSwap(chain, '1 ETH', 'USDC', { pool: 'the good one' }),
      )
      expect(answer).toMatchObject({ code: 'POOL_UNKNOWN' })
    }
  })

  test.each([
    ['uniswap', true],
    ['sushiswap', false],
  ])('venue %s is ours: %s', async (venue, isOurs) => {
    for (const by of [agent, direct]) {
      const answer = await chain.ask(
        by,
        toSwap(chain, '1 ETH', 'USDC', { venue }),
      )
      expect('code' in answer ? answer.code : 'quoted').toBe(
        isOurs ? 'quoted' : 'NOT_SERVED',
      )
    }
  })
})

describe('swap agents, what an earlier step gave', () => {
  const output = (
    symbol: string,
    least: string,
    expected: string,
  ): InstructionAmount => ({
    type: 'output',
    step: 's0',
    units: parseUnits(least, chain.token(symbol).decimals),
    expectedUnits: parseUnits(expected, chain.token(symbol).decimals),
  })
  const swap = (
    sell: string,
    buy: string,
    amount: InstructionAmount,
  ): Instruction => ({
    action: 'swap',
    sell: { token: chain.token(sell), amount },
    buy: { token: chain.token(buy) },
    maxSlippageBps: 50,
  })

  test.each([
    ['USDC', 'WETH', '199000', '200000', '200500'],
    ['USDC', 'ETH', '199000', '200000', '200500'],
    ['ETH', 'USDC', '99', '100', '100.5'],
    ['WBTC', 'DAI', '4.9', '5', '5.01'],
    ['WETH', 'ETH', '4.9', '5', '5.01'],
    ['ETH', 'WETH', '4.9', '5', '5.01'],
  ])(
    '%s for %s: least %s, expected %s, came %s',
    async (sell, buy, least, expected, came) => {
      const before = await chain.devnet.snapshot()
      let saved = before
      for (const by of [agent, direct]) {
        const quote = await chain.askQuote(
          by,
          swap(sell, buy, output(sell, least, expected)),
        )
        expect(quote.spend[0]?.atMostUnits).toBe(
          parseUnits(expected, chain.token(sell).decimals),
        )
        const realisedUnits = parseUnits(came, chain.token(sell).decimals)
        const { deltas } = await chain.carryOut(quote, { realisedUnits })
        const sold = deltas.get(chain.token(sell).address.toLowerCase()) ?? 0n
        const bought = deltas.get(chain.token(buy).address.toLowerCase()) ?? 0n
        expect(-sold).toBe(realisedUnits)
        expect(bought).toBeGreaterThan(quote.receive[0]?.expectedUnits ?? 0n)
        await chain.devnet.revert(saved)
        saved = await chain.devnet.snapshot()
      }
    },
  )
})

describe('swap agents, when the price has moved', () => {
  /** Somebody trades first, so that ours gets a worse price. */
  const moveV2Price = async (sell: 'WETH' | 'USDC', units: bigint) => {
    const { uniswapV2, wrappedNative } = chain.deployment
    const { USDC } = chain.devnet.addresses.tokens
    const path = sell === 'WETH' ? [wrappedNative, USDC] : [USDC, wrappedNative]
    await chain.approve(path[0] ?? USDC, uniswapV2.router, units)
    await chain.send({
      to: uniswapV2.router,
      valueWei: 0n,
      data: encodeFunctionData({
        abi: uniswapV2RouterAbi,
        functionName: 'swapExactTokensForTokens',
        args: [units, 0n, path, chain.account, 99_999_999_999n],
      }),
    })
  }
  const venue = 'uniswap v2'

  test.each([
    ['10 ETH', 'USDC', 'WETH'],
    ['USDC', '10 ETH', 'USDC'],
  ] as const)(
    '%s for %s: the chain holds to the bound',
    async (sell, buy, other) => {
      const small = other === 'WETH' ? '5' : '15000'
      const large = other === 'WETH' ? '100' : '300000'
      for (const by of [agent, direct]) {
        const saved = await chain.devnet.snapshot()
        const quote = await chain.askQuote(
          by,
          toSwap(chain, sell, buy, { venue, maxSlippageBps: 50 }),
        )
        const decimals = chain.token(other).decimals
        await moveV2Price(other, parseUnits(small, decimals))
        const again = await chain.devnet.snapshot()
        const { deltas } = await chain.carryOut(quote)
        const symbol = buy.split(' ')[1] ?? buy
        const bought = deltas.get(chain.token(symbol).address.toLowerCase())
        const [received] = quote.receive
        expect(bought ?? 0n).toBeGreaterThanOrEqual(
          received?.atLeastUnits ?? 0n,
        )
        // It was really worse: the bound had something to do.
        if (sell === '10 ETH')
          expect(bought).toBeLessThan(received?.expectedUnits ?? 0n)
        await chain.devnet.revert(again)
        await moveV2Price(other, parseUnits(large, decimals))
        await expect(chain.carryOut(quote)).rejects.toThrow(
          /Too (little received|much requested)|EXCESSIVE_INPUT_AMOUNT|INSUFFICIENT_OUTPUT_AMOUNT/,
        )
        await chain.devnet.revert(saved)
      }
    },
  )

  test.each([
    // The Universal Router's TransactionDeadlinePassed, by its selector.
    ['by the Universal Router', '1 ETH', undefined, /0x5bf6f916/],
    ['by SwapRouter02', '1 WETH', 'uniswap v3', /Transaction too old/],
    ['by the router of V2', '1 WETH', venue, /EXPIRED/],
  ] as const)(
    'a quote past its time is refused by the chain, %s',
    async (_router, sell, at, reason) => {
      for (const by of [agent, direct]) {
        const saved = await chain.devnet.snapshot()
        const quote = await chain.askQuote(
          by,
          toSwap(chain, sell, 'USDC', at === undefined ? {} : { venue: at }),
        )
        await chain.passTime(181)
        await expect(chain.carryOut(quote)).rejects.toThrow(reason)
        await chain.devnet.revert(saved)
      }
    },
  )
})

describe('swap agents, declines', () => {
  const codeOf = async (
    by: typeof agent,
    instruction: Instruction,
  ): Promise<string> => {
    const answer = await chain.ask(by, instruction)
    return 'code' in answer ? answer.code : 'quoted'
  }

  test('a token without a pool', async () => {
    const instruction = toSwap(chain, '1 ETH', 'USDC')
    const stranger = {
      ...instruction,
      buy: {
        token: {
          ...chain.token('USDC'),
          address: '0x00000000000000000000000000000000000000ff',
        },
      },
    } as const
    expect(await codeOf(agent, stranger)).toBe('ROUTE_TOKEN_UNKNOWN')
    expect(await codeOf(direct, stranger)).toBe('NO_ROUTE')
  })

  test('more than the pools can give', async () => {
    const instruction = toSwap(chain, 'ETH', '900000000 USDC')
    expect(await codeOf(agent, instruction)).toBe(
      'ROUTE_AMOUNT_BEYOND_LIQUIDITY',
    )
    expect(await codeOf(direct, instruction)).toBe('AMOUNT_BEYOND_LIQUIDITY')
  })

  test('less than the user wants for it', async () => {
    const instruction = toSwap(chain, '1 ETH', '3100 USDC')
    expect(await codeOf(agent, instruction)).toBe('GIVES_TOO_LITTLE')
    expect(await codeOf(direct, instruction)).toBe('GIVES_TOO_LITTLE')
    const quote = await chain.askQuote(
      agent,
      toSwap(chain, '1 ETH', '2998 USDC', { maxSlippageBps: 500 }),
    )
    expect(quote.receive[0]?.atLeastUnits).toBe(parseUnits('2998', 6))
  })
})

describe('swap-best, pools', () => {
  test('are read once per block, and again for another one', async () => {
    const own = await openChain()
    const ours = createSwapRouteAgent(own.port)
    const first = await own.request(toSwap(own, '1 ETH', 'USDC'))
    const again = await own.request(toSwap(own, '7 ETH', 'USDC'))
    await own.send({
      to: own.deployment.wrappedNative,
      valueWei: 1n,
      data: '0x',
    })
    const later = await own.request(toSwap(own, '1 ETH', 'USDC'))
    await own.askRequest(ours, first)
    await own.devnet.stop()
    expect(await own.askRequest(ours, again)).toMatchObject({
      type: 'behest.quote',
    })
    await expect(own.askRequest(ours, later)).rejects.toThrow()
  })
})
