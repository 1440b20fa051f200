import { encodeFunctionData, parseAbi, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChain, type TestChain } from '../../test/startChain.js'
import {
  type ConcentratedLine,
  type ConstantProductLine,
  readUniswapSnapshot,
  StateGoneError,
  swapRouter02Abi,
  wethAbi,
} from '../index.js'

const pairAbi = parseAbi([
  'function getReserves() view returns (uint112, uint112, uint32)',
])
const poolAbi = parseAbi([
  'function slot0() view returns (uint160, int24, uint16, uint16, uint16, uint8, bool)',
  'function liquidity() view returns (uint128)',
  'function ticks(int24) view returns (uint128, int128, uint256, uint256, int56, uint160, uint32, bool)',
])

let chain: TestChain
beforeAll(async () => {
  chain = await startChain()
})
afterAll(() => chain.devnet.stop())

const read = (blockNumber?: bigint) =>
  readUniswapSnapshot({
    client: chain.port.client,
    deployment: chain.deployment,
    ...(blockNumber === undefined ? {} : { blockNumber }),
  })

describe('readUniswapSnapshot', () => {
  test('default: every pool of the chain, as the pools themselves say', async () => {
    const { devnet, port } = chain
    const { pools, tokens, lines } = await read()

    expect(pools.map(({ pool }) => pool).sort()).toEqual(
      [...devnet.addresses.uniswapV2.pairs, ...devnet.addresses.uniswapV3.pools]
        .map(({ address }) => address)
        .sort(),
    )
    for (const pool of pools)
      if (pool.kind === 'constant-product') {
        const [reserve0, reserve1] = await port.client.readContract({
          address: pool.pool,
          abi: pairAbi,
          functionName: 'getReserves',
        })
        expect(pool.reserves).toEqual([`${reserve0}`, `${reserve1}`])
      } else {
        const [[sqrtPriceX96, tick], liquidity] = await Promise.all([
          port.client.readContract({
            address: pool.pool,
            abi: poolAbi,
            functionName: 'slot0',
          }),
          port.client.readContract({
            address: pool.pool,
            abi: poolAbi,
            functionName: 'liquidity',
          }),
        ])
        expect(pool).toMatchObject({
          sqrtPriceX96: `${sqrtPriceX96}`,
          tick,
          liquidity: `${liquidity}`,
        })
        for (const { index, liquidityNet } of pool.ticks) {
          const [, net] = await port.client.readContract({
            address: pool.pool,
            abi: poolAbi,
            functionName: 'ticks',
            args: [index],
          })
          expect(liquidityNet).toBe(`${net}`)
        }
      }
    expect(tokens.map(({ symbol, decimals }) => [symbol, decimals])).toEqual([
      ['WETH', 18],
      ['USDC', 6],
      ['DAI', 18],
      ['WBTC', 8],
    ])
    expect(tokens[0]?.priceNative).toBe('1')
    expect(lines.map((line) => JSON.parse(line))).toEqual([...tokens, ...pools])
  })

  test('behavior: the ticks of a pool add up to its liquidity, none is missed', async () => {
    const { pools } = await read()
    const concentrated = pools.filter(
      (pool): pool is ConcentratedLine => pool.kind === 'concentrated',
    )
    expect(concentrated).toHaveLength(6)
    for (const { ticks, tick, liquidity } of concentrated) {
      const sum = (list: ConcentratedLine['ticks']) =>
        list.reduce((total, one) => total + BigInt(one.liquidityNet), 0n)
      expect(sum(ticks)).toBe(0n)
      expect(sum(ticks.filter(({ index }) => index <= tick))).toBe(
        BigInt(liquidity),
      )
    }
  })

  test('behavior: a window is stated where not every tick was looked at', async () => {
    const { pools } = await read()
    const windows = pools.flatMap((pool) =>
      pool.kind === 'concentrated'
        ? [[pool.tickSpacing, pool.window !== undefined]]
        : [],
    )
    expect(new Set(windows.map(String))).toEqual(
      new Set(['1,true', '10,true', '60,false']),
    )
  })

  test('behavior: one request, and it sees the block that was asked for', async () => {
    const { port, send, deployment, account, devnet } = chain
    const before = await read()
    const amount = parseEther('5')
    await send([
      {
        to: deployment.wrappedNative,
        valueWei: amount,
        data: encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }),
      },
      {
        to: deployment.wrappedNative,
        data: encodeFunctionData({
          abi: wethAbi,
          functionName: 'approve',
          args: [deployment.uniswapV3.swapRouter02, amount],
        }),
      },
      {
        to: deployment.uniswapV3.swapRouter02,
        data: encodeFunctionData({
          abi: swapRouter02Abi,
          functionName: 'swapExactTokensForTokens',
          args: [
            amount,
            0n,
            [deployment.wrappedNative, devnet.addresses.tokens.USDC],
            account,
          ],
        }),
      },
    ])
    const old = await read(before.blockNumber)
    const now = await read((await port.readHead()).number)

    expect(old).toEqual(before)
    const reserves = (snapshot: typeof now) =>
      snapshot.pools
        .filter(
          (pool): pool is ConstantProductLine =>
            pool.kind === 'constant-product',
        )
        .map((pool) => pool.reserves.join())
    expect(reserves(now)).not.toEqual(reserves(old))
  })

  test('error: StateGoneError for a block whose state was dropped', async () => {
    await expect(read(1n)).rejects.toBeInstanceOf(StateGoneError)
  })
})
