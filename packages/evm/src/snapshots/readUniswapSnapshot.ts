import type { Address } from '@behest/spec'
import { isSameAddress } from '@behest/spec'
import { getAddress } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { callLens } from '../lens/callLens.js'
import { uniswapLens } from '../lens/lenses.js'
import {
  type ConcentratedLine,
  type ConstantProductLine,
  type PoolLine,
  poolGas,
  type TokenLine,
} from './poolLine.js'
import { toTokenLine } from './toTokenLine.js'

export type ReadUniswapSnapshotOptions = {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  /** Tokens besides the listed ones; native coin is the wrapped one here. */
  readonly tokens?: readonly Address[]
  /** The block that everything is read at; the newest if absent. */
  readonly blockNumber?: bigint
  /**
   * How far around the price ticks are read where there are too many to read
   * all, which is so for fees under 0.3 %: words of 256 ticks on each side, 24 if
   * absent. At a fee of 0.05 % that is a price 450 times higher and lower.
   */
  readonly wordsEachSide?: number
}

/** Every pool between some tokens, all of one block. */
export type UniswapSnapshot = {
  readonly blockNumber: bigint
  readonly timestampUnixSeconds: number
  readonly tokens: readonly TokenLine[]
  readonly pools: readonly PoolLine[]
  /** The same as the lines of a pool file: one JSON object each. */
  readonly lines: readonly string[]
}

// The upper half of the range of a signed 128-bit number.
const halfRange = 1n << 127n
const fullRange = 1n << 128n

/**
 * Reads the pools of Uniswap V2 and V3 between tokens: one request.
 *
 * Pools are asked of the factories each time, so a new one is never missed. Pools
 * that hold nothing are left out.
 *
 * @param options.tokens - Tokens besides the listed ones.
 * @param options.blockNumber - The block; the newest if absent.
 * @param options.wordsEachSide - How far around the price ticks are read.
 * @returns Pools and tokens in the form of a pool file.
 * @throws {StateGoneError} when the node dropped that block's state.
 * @throws {ChainReadError} when the node refuses, e.g. for lack of gas.
 * @throws {ChainUnreachableError} when it does not answer.
 */
export async function readUniswapSnapshot(
  options: ReadUniswapSnapshotOptions,
): Promise<UniswapSnapshot> {
  const { client, deployment, blockNumber, wordsEachSide = 24 } = options
  const state = await callLens({
    client,
    lens: uniswapLens,
    functionName: 'readUniswap',
    args: [
      {
        v2Factory: deployment.uniswapV2.factory,
        v3Factory: deployment.uniswapV3.factory,
        oracle: deployment.aaveV3.oracle,
        tokens: listTokens(options),
        fees: deployment.uniswapV3.feeTiers.map(BigInt),
        wordsEachSide: BigInt(wordsEachSide),
      },
    ],
    blockNumber,
  })
  const nativePrice =
    state.tokens.find(({ token }) =>
      isSameAddress(token, deployment.wrappedNative),
    )?.price ?? 0n
  const tokens = state.tokens.flatMap((token) => {
    const line = toTokenLine({ ...token, deployment, nativePrice })
    return line === undefined ? [] : [line]
  })
  const isKnown = (address: Address) =>
    tokens.some(({ token }) => isSameAddress(token, address))
  const pools = [
    ...state.pairs.map(toConstantProductLine),
    ...state.pools.map(toConcentratedLine),
  ].filter((pool) => pool.tokens.every(isKnown))
  return {
    blockNumber: state.blockNumber,
    timestampUnixSeconds: Number(state.timestamp),
    tokens,
    pools,
    lines: [...tokens, ...pools].map((line) => JSON.stringify(line)),
  }
}

function listTokens(options: ReadUniswapSnapshotOptions): readonly Address[] {
  const { deployment, tokens = [] } = options
  const all = [
    deployment.wrappedNative,
    ...deployment.tokens.map(({ address }) => address),
    ...tokens,
  ]
  const unique = new Map<string, Address>()
  for (const address of all)
    if (address !== 'native')
      unique.set(address.toLowerCase(), getAddress(address))
  return [...unique.values()]
}

function toConstantProductLine(pair: {
  readonly pool: Address
  readonly token0: Address
  readonly token1: Address
  readonly reserve0: bigint
  readonly reserve1: bigint
}): ConstantProductLine {
  return {
    pool: pair.pool,
    kind: 'constant-product',
    venue: 'uniswap-v2',
    tokens: [pair.token0, pair.token1],
    reserves: [pair.reserve0.toString(), pair.reserve1.toString()],
    // Fixed in the pair's code.
    feePips: 3000,
    gas: poolGas['constant-product'],
  }
}

function toConcentratedLine(pool: {
  readonly pool: Address
  readonly token0: Address
  readonly token1: Address
  readonly fee: bigint
  readonly tickSpacing: bigint
  readonly sqrtPriceX96: bigint
  readonly tick: bigint
  readonly liquidity: bigint
  readonly lowest: bigint
  readonly highest: bigint
  readonly ticks: readonly bigint[]
}): ConcentratedLine {
  const spacing = Number(pool.tickSpacing)
  const most = Math.floor(887_272 / spacing) * spacing
  const lowest = Number(pool.lowest)
  const highest = Number(pool.highest)
  return {
    pool: pool.pool,
    kind: 'concentrated',
    venue: 'uniswap-v3',
    tokens: [pool.token0, pool.token1],
    feePips: Number(pool.fee),
    tickSpacing: spacing,
    sqrtPriceX96: pool.sqrtPriceX96.toString(),
    liquidity: pool.liquidity.toString(),
    tick: Number(pool.tick),
    ticks: pool.ticks.map((packed) => ({
      index: Number(toSigned(packed >> 128n)),
      liquidityNet: toSigned(packed % fullRange).toString(),
    })),
    ...(lowest <= -most && highest >= most
      ? {}
      : { window: { lowest, highest } }),
    gas: poolGas.concentrated,
  }
}

function toSigned(half: bigint): bigint {
  return half >= halfRange ? half - fullRange : half
}
