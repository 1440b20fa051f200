import { type Address, stringToHex } from 'viem'
import type { DevnetAddresses, TokenSymbol } from '../addresses.js'
import {
  farDeadlineUnixSeconds,
  millions,
  sortTokens,
  toUnits,
} from './amounts.js'
import type { Deployer } from './deployer.js'
import { approveAll } from './deployTokens.js'
import { assertCreationHash } from './deployUniswapV2.js'

type PoolSeed = {
  readonly tokens: readonly [TokenSymbol, TokenSymbol]
  readonly feePips: 100 | 500 | 3000
  /** Both sides together, in US dollars. */
  readonly usd: bigint
  /** How far the price may move to each side; null is the full range. */
  readonly band: number | null
}

const seeds: readonly PoolSeed[] = [
  { tokens: ['WETH', 'USDC'], feePips: 500, usd: millions(50), band: 0.5 },
  { tokens: ['WETH', 'USDC'], feePips: 3000, usd: millions(30), band: null },
  { tokens: ['WBTC', 'USDC'], feePips: 3000, usd: millions(20), band: 0.5 },
  { tokens: ['WBTC', 'WETH'], feePips: 3000, usd: millions(30), band: 0.5 },
  { tokens: ['WETH', 'DAI'], feePips: 3000, usd: millions(10), band: null },
  { tokens: ['DAI', 'USDC'], feePips: 100, usd: millions(50), band: 0.02 },
]

const tickSpacings = { 100: 1, 500: 10, 3000: 60 } as const

export const poolInitCodeHash =
  '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54'

/** Phase 4: Uniswap V3, both routers, both quoters, six pools. */
export async function deployUniswapV3(
  deployer: Deployer,
  tokens: Readonly<Record<TokenSymbol, Address>>,
  uniswapV2Factory: Address,
): Promise<DevnetAddresses['uniswapV3']> {
  const { deploy, write } = deployer
  assertCreationHash(deployer, 'UniswapV3Pool', poolInitCodeHash)

  const factory = await deploy('UniswapV3Factory')
  await write({
    name: 'UniswapV3Factory',
    address: factory,
    functionName: 'enableFeeAmount',
    args: [100, 1],
  })
  const NFTDescriptor = await deploy('NFTDescriptor')
  const descriptor = await deploy('NonfungibleTokenPositionDescriptor', {
    args: [tokens.WETH, stringToHex('ETH', { size: 32 })],
    libraries: { NFTDescriptor },
  })
  const positionManager = await deploy('NonfungiblePositionManager', {
    args: [factory, tokens.WETH, descriptor],
  })
  const swapRouter = await deploy('SwapRouter', {
    args: [factory, tokens.WETH],
  })
  const swapRouter02 = await deploy('SwapRouter02', {
    args: [uniswapV2Factory, factory, positionManager, tokens.WETH],
  })
  const quoterV2 = await deploy('QuoterV2', { args: [factory, tokens.WETH] })
  const tickLens = await deploy('TickLens')
  const mixedRouteQuoterV1 = await deploy('MixedRouteQuoterV1', {
    args: [factory, uniswapV2Factory, tokens.WETH],
  })
  await approveAll(deployer, tokens, positionManager)

  const pools: DevnetAddresses['uniswapV3']['pools'][number][] = []
  for (const seed of seeds)
    pools.push(
      await deployPool(deployer, { seed, tokens, factory, positionManager }),
    )
  return {
    factory,
    positionManager,
    swapRouter,
    swapRouter02,
    quoterV2,
    tickLens,
    mixedRouteQuoterV1,
    pools,
  }
}

async function deployPool(
  deployer: Deployer,
  options: {
    readonly seed: PoolSeed
    readonly tokens: Readonly<Record<TokenSymbol, Address>>
    readonly factory: Address
    readonly positionManager: Address
  },
): Promise<DevnetAddresses['uniswapV3']['pools'][number]> {
  const { seed, tokens, factory, positionManager } = options
  const { feePips, usd, band } = seed
  const [symbol0, symbol1] = sortTokens(tokens, ...seed.tokens)
  const [token0, token1] = [tokens[symbol0], tokens[symbol1]]
  const amount0 = toUnits(symbol0, usd / 2n)
  const amount1 = toUnits(symbol1, usd / 2n)
  const sqrtPriceX96 = getIntegerSquareRoot((amount1 << 192n) / amount0)
  const tickSpacing = tickSpacings[feePips]
  const { tickLower, tickUpper } = getRange(sqrtPriceX96, tickSpacing, band)

  const call = (functionName: string, ...args: readonly unknown[]) =>
    deployer.write({
      name: 'NonfungiblePositionManager',
      address: positionManager,
      functionName,
      args,
    })
  await call(
    'createAndInitializePoolIfNecessary',
    token0,
    token1,
    feePips,
    sqrtPriceX96,
  )
  await call('mint', {
    token0,
    token1,
    fee: feePips,
    tickLower,
    tickUpper,
    amount0Desired: amount0,
    amount1Desired: amount1,
    amount0Min: 0n,
    amount1Min: 0n,
    recipient: deployer.account.address,
    deadline: farDeadlineUnixSeconds,
  })
  const address = await deployer.read<Address>({
    name: 'UniswapV3Factory',
    address: factory,
    functionName: 'getPool',
    args: [token0, token1, feePips],
  })
  return { address, token0, token1, feePips, tickSpacing }
}

/** Gives a position's bounds, rounded outwards to ticks that the pool allows. */
function getRange(
  sqrtPriceX96: bigint,
  tickSpacing: number,
  band: number | null,
): { readonly tickLower: number; readonly tickUpper: number } {
  if (band === null) {
    const tickUpper = Math.floor(887_272 / tickSpacing) * tickSpacing
    return { tickLower: -tickUpper, tickUpper }
  }
  const tick = Math.floor(
    Math.log(Number(sqrtPriceX96) / 2 ** 96) / Math.log(Math.sqrt(1.0001)),
  )
  const width = Math.round(Math.log(1 + band) / Math.log(1.0001))
  return {
    tickLower: Math.floor((tick - width) / tickSpacing) * tickSpacing,
    tickUpper: Math.ceil((tick + width) / tickSpacing) * tickSpacing,
  }
}

function getIntegerSquareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
