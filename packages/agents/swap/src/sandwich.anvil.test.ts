import { writeFileSync } from 'node:fs'
import { openChain, type TestChain } from '@behest/agent-testing'
import { erc20Abi } from '@behest/evm'
import { type Address, isSameAddress, toDecimal } from '@behest/spec'
import { parseUnits } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findSandwich, type Sandwich, turnRound } from '../test/sandwich.js'
import { encodeForRouter } from './calls/encodeForRouter.js'
import { encodeSwap } from './calls/encodeSwap.js'
import type { SwapHop, SwapLeg } from './calls/SwapLeg.js'
import { createSwapRouteAgent } from './createSwapRouteAgent.js'
import { createPoolReader } from './route/createPoolReader.js'
import { routeExactIn } from './route/routeExactIn.js'
import { boundLegs } from './trade/boundLegs.js'
import { readTrade } from './trade/readTrade.js'

// `bench/sandwich.mjs` runs the same over more sizes and writes a table.
const { BEHEST_SANDWICH_SIZES = '10,500', BEHEST_SANDWICH_REPORT } = process.env
const sizes = BEHEST_SANDWICH_SIZES.split(',').map((size) => size.trim())
const tolerances = [10, 50, 100, 300] as const
// Calm for a public chain; more makes attacks dearer.
const gasPriceWei = 5_000_000_000n

let chain: TestChain
let snapshotId: `0x${string}`
beforeAll(async () => {
  chain = await openChain()
  await chain.devnet.deal({
    account: chain.account,
    token: 'native',
    amountUnits: parseUnits('1000000', 18),
  })
  await chain.send({
    to: chain.deployment.wrappedNative,
    valueWei: parseUnits('500000', 18),
    data: '0x',
  })
  for (const [symbol, decimals] of [
    ['USDC', 6],
    ['DAI', 18],
    ['WBTC', 8],
  ] as const)
    await chain.deal(symbol, parseUnits('100000000', decimals))
  snapshotId = await chain.devnet.snapshot()
})
afterAll(() => chain.devnet.stop())

type Row = {
  readonly sell: string
  readonly slippageBps: number
  readonly expectedUsdc: string
  readonly leastUsdc: string
  readonly grossUsd: string
  readonly gasUsd: string
  readonly netUsd: string
  readonly lossBps: string
}
const rows: Row[] = []

/** Our own quote and, for it, the pools and legs behind it. */
const quoteSwap = async (ether: string, maxSlippageBps: number) => {
  const instruction = {
    action: 'swap',
    sell: {
      token: chain.token('WETH'),
      amount: { type: 'exact', units: parseUnits(ether, 18) },
    },
    buy: { token: chain.token('USDC') },
    maxSlippageBps,
  } as const
  const request = await chain.request(instruction)
  const quote = await chain.askRequest(
    createSwapRouteAgent(chain.port),
    request,
  )
  const trade = readTrade(instruction, chain.deployment.wrappedNative)
  if (!('calls' in quote) || 'declined' in trade || trade.type !== 'exact-in')
    throw new RangeError('a quote')
  const { sellToken, buyToken } = trade
  const state = await createPoolReader(chain.port)({
    blockNumber: request.block.number,
    blockHash: request.block.hash,
    tokens: [sellToken, buyToken],
  })
  const pools = state.getPools(['uniswap-v2', 'uniswap-v3'])
  const { parts } = routeExactIn({
    state,
    pools,
    sellToken,
    buyToken,
    maxMilliseconds: 500,
    amountIn: trade.sellUnits,
    maxPaths: 8,
  })
  const legs = boundLegs({ trade, parts })
  if ('declined' in legs) throw new RangeError(legs.message)
  // What is attacked is what the agent quoted, byte by byte.
  expect(quote.calls[0]?.data).toBe(
    encodeForRouter({
      routers: chain.deployment,
      legs,
      account: chain.account,
      sellsNative: false,
      buysNative: false,
      deadlineUnixSeconds: quote.validUntilUnixSeconds,
    }).data,
  )
  return { quote, pools, legs }
}

const describeToken = (address: string) => {
  const token = chain.deployment.tokens.find((one) =>
    isSameAddress(one.address, address),
  )
  if (token === undefined) throw new RangeError(`token ${address}`)
  return token
}

const priceUsdE8 = new Map<string, bigint>()
const readPrices = async () => {
  for (const { address } of chain.deployment.tokens)
    priceUsdE8.set(
      address.toLowerCase(),
      (await chain.port.readPriceUsdE8({ token: address })) ?? 0n,
    )
}
const toUsdE8 = (token: string, units: bigint) =>
  (units * (priceUsdE8.get(token.toLowerCase()) ?? 0n)) /
  10n ** BigInt(describeToken(token).decimals)

const balancesOf = async () =>
  Promise.all(
    chain.deployment.tokens.map(async ({ address }) => ({
      address,
      units: await chain.client.readContract({
        address: address as Address,
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [chain.account],
      }),
    })),
  )

/** Sends a trade of the attacker; gives the gas that it took. */
const attack = async (hops: readonly SwapHop[], units: bigint) => {
  const [first] = hops
  if (first === undefined) throw new RangeError('a hop')
  const leg: SwapLeg = {
    type: 'exact-in',
    hops,
    amountInUnits: units,
    expectedOutUnits: 1n,
    leastOutUnits: 1n,
  }
  const { swapRouter02 } = chain.deployment.uniswapV3
  // Given once and for all, so no cost of this attack.
  await chain.approve(first.tokenIn, swapRouter02, units)
  const { gasUsed } = await chain.send({
    to: swapRouter02,
    ...encodeSwap({
      legs: [leg],
      account: chain.account,
      sellsNative: false,
      buysNative: false,
      deadlineUnixSeconds: 99_999_999_999,
    }),
  })
  return gasUsed
}

/** Really does it: front-runs, the swap, back-runs, one after the other. */
const carryOut = async (
  found: Sandwich,
  quote: Awaited<ReturnType<typeof quoteSwap>>['quote'],
) => {
  if (!('calls' in quote)) throw new RangeError('a quote')
  const start = await balancesOf()
  let gasUsed = 0n
  const held: { readonly token: Address; readonly units: bigint }[] = []
  for (const { hops, units } of found.attacks) {
    const token = hops.at(-1)?.tokenOut
    if (token === undefined) throw new RangeError('a hop')
    const before = await chain.balanceOf(token)
    gasUsed += await attack(hops, units)
    held.push({ token, units: (await chain.balanceOf(token)) - before })
  }
  const victim = await chain.carryOut(quote)
  for (const [index, { hops }] of [...found.attacks.entries()].reverse())
    gasUsed += await attack(turnRound(hops), held[index]?.units ?? 0n)
  const end = await balancesOf()
  // Both are one account here: what the swap did is taken off again.
  const profitUsdE8 = end.reduce((sum, { address, units }, index) => {
    const own = victim.deltas.get(address.toLowerCase()) ?? 0n
    return sum + toUsdE8(address, units - own - (start[index]?.units ?? 0n))
  }, 0n)
  return { victim, gasUsed, profitUsdE8 }
}

describe('what a public mempool can take', () => {
  test.each(
    sizes.flatMap((size) => tolerances.map((bps) => [size, bps] as const)),
  )('%s WETH within %s bps', async (size, bps) => {
    await chain.devnet.revert(snapshotId)
    snapshotId = await chain.devnet.snapshot()
    await readPrices()
    const { quote, pools, legs } = await quoteSwap(size, bps)
    const [received] = quote.receive
    if (received === undefined) throw new RangeError('a side')
    const { atLeastUnits, expectedUnits } = received
    // Never looser than asked, and no unit tighter.
    expect(atLeastUnits).toBe((expectedUnits * BigInt(10_000 - bps)) / 10_000n)

    const found = findSandwich({ pools, legs, toUsdE8 })
    expect(found.victimUnits).toBeGreaterThanOrEqual(atLeastUnits)
    const usdc = chain.token('USDC').address.toLowerCase()
    const { victim, gasUsed, profitUsdE8 } = await carryOut(found, quote)
    // The chain pays the attacker, and us, what the search says.
    expect(victim.deltas.get(usdc)).toBe(found.victimUnits)
    expect(Number(profitUsdE8)).toBeCloseTo(Number(found.profitUsdE8), -2)
    // Nobody takes more than the slippage allowed.
    expect(profitUsdE8).toBeLessThanOrEqual(
      toUsdE8(usdc, expectedUnits - atLeastUnits),
    )
    const gasUsdE8 = toUsdE8(
      chain.deployment.wrappedNative,
      gasUsed * gasPriceWei,
    )
    rows.push({
      sell: size,
      slippageBps: bps,
      expectedUsdc: toDecimal(expectedUnits, 6),
      leastUsdc: toDecimal(atLeastUnits, 6),
      grossUsd: toDecimal(profitUsdE8, 8),
      gasUsd: toDecimal(gasUsdE8, 8),
      netUsd: toDecimal(profitUsdE8 - gasUsdE8, 8),
      lossBps: toDecimal(
        ((expectedUnits - found.victimUnits) * 1_000_000n) / expectedUnits,
        2,
      ),
    })
    if (BEHEST_SANDWICH_REPORT !== undefined)
      writeFileSync(BEHEST_SANDWICH_REPORT, JSON.stringify(rows, null, 2))
  })

  test('an attacker earns no less where more slippage is allowed', () => {
    for (const size of sizes) {
      const earned = rows
        .filter(({ sell }) => sell === size)
        .map(({ grossUsd }) => Number(grossUsd))
      expect(earned).toHaveLength(tolerances.length)
      expect(earned).toEqual([...earned].sort((a, b) => a - b))
    }
  })
})
