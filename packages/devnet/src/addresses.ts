import { readFileSync } from 'node:fs'
import type { Address, Hex } from 'viem'

/** The tokens of the local chain. */
export type TokenSymbol = 'WETH' | 'USDC' | 'DAI' | 'WBTC'

/** The tokens of the local chain, in the order in which they are listed. */
export const tokenSymbols = ['WETH', 'USDC', 'DAI', 'WBTC'] as const

/** How many decimals each token has. */
export const tokenDecimals: Readonly<Record<TokenSymbol, number>> = {
  WETH: 18,
  USDC: 6,
  DAI: 18,
  WBTC: 8,
}

/** One Uniswap V2 pair. */
export type UniswapV2Pair = {
  readonly address: Address
  readonly token0: Address
  readonly token1: Address
}

/** One Uniswap V3 pool. */
export type UniswapV3Pool = {
  readonly address: Address
  readonly token0: Address
  readonly token1: Address
  /** Fee in millionths: 500 is 0.05 %. */
  readonly feePips: number
  readonly tickSpacing: number
}

/** The tokens that one Aave reserve issues. */
export type AaveV3Reserve = {
  readonly underlying: Address
  readonly aToken: Address
  readonly stableDebtToken: Address
  readonly variableDebtToken: Address
  readonly interestRateStrategy: Address
}

/** One Morpho market: its id, and the five fields that the id is the hash of. */
export type MorphoMarket = {
  readonly id: Hex
  readonly loanToken: Address
  readonly collateralToken: Address
  readonly oracle: Address
  readonly irm: Address
  /** Liquidation loan-to-value, 1e18 is 100 %. */
  readonly lltv: bigint
}

/** Where everything is on the local chain. */
export type DevnetAddresses = {
  /** The chain that permits, Safe and delegations are signed for. */
  readonly chainId: number
  /** The last block of the snapshot. */
  readonly snapshot: {
    readonly blockNumber: number
    readonly timestampUnixSeconds: number
  }
  readonly multicall3: Address
  readonly permit2: Address
  readonly create2Factory: Address
  readonly tokens: Readonly<Record<TokenSymbol, Address>>
  /** One feed per token: US dollars with 8 decimals. */
  readonly priceFeeds: Readonly<Record<TokenSymbol, Address>>
  readonly uniswapV2: {
    readonly factory: Address
    readonly router02: Address
    readonly pairs: readonly UniswapV2Pair[]
  }
  readonly uniswapV3: {
    readonly factory: Address
    readonly positionManager: Address
    readonly swapRouter: Address
    readonly swapRouter02: Address
    readonly quoterV2: Address
    readonly tickLens: Address
    readonly mixedRouteQuoterV1: Address
    readonly pools: readonly UniswapV3Pool[]
  }
  readonly universalRouter: Address
  readonly aaveV3: {
    readonly pool: Address
    readonly poolAddressesProvider: Address
    readonly poolAddressesProviderRegistry: Address
    readonly poolConfigurator: Address
    readonly aclManager: Address
    readonly oracle: Address
    readonly protocolDataProvider: Address
    readonly wethGateway: Address
    readonly walletBalanceProvider: Address
    readonly uiPoolDataProvider: Address
    readonly uiIncentiveDataProvider: Address
    readonly treasury: Address
    readonly emissionManager: Address
    readonly rewardsController: Address
    readonly reserves: Readonly<Record<TokenSymbol, AaveV3Reserve>>
  }
  readonly morpho: {
    readonly morpho: Address
    readonly irm: Address
    readonly markets: readonly MorphoMarket[]
  }
  readonly entryPoints: {
    readonly v07: Address
    readonly v08: Address
  }
  readonly simpleAccountFactory: Address
  readonly simple7702Account: Address
  readonly safe: {
    readonly singletonFactory: Address
    readonly safe: Address
    readonly safeL2: Address
    readonly safeProxyFactory: Address
    readonly multiSend: Address
    readonly multiSendCallOnly: Address
    readonly compatibilityFallbackHandler: Address
    readonly signMessageLib: Address
    readonly createCall: Address
    readonly simulateTxAccessor: Address
  }
  /** What the delegation toolkit calls an environment. */
  readonly delegation: {
    readonly DelegationManager: Address
    readonly EntryPoint: Address
    readonly SimpleFactory: Address
    readonly implementations: Readonly<Record<string, Address>>
    readonly caveatEnforcers: Readonly<Record<string, Address>>
  }
}

/**
 * Reads where everything is on the local chain.
 *
 * The addresses belong to the committed snapshot, so they are known before the
 * chain starts and are the same on every machine.
 *
 * @returns The addresses, in checksum form.
 */
export function readAddresses(): DevnetAddresses {
  const file = new URL('../snapshot/addresses.json', import.meta.url)
  return parseAddresses(readFileSync(file, 'utf8'))
}

/** Our own build wrote the file; only its amounts need to become bigints. */
export function parseAddresses(json: string): DevnetAddresses {
  return JSON.parse(json, (key, value: unknown) =>
    key === 'lltv' && typeof value === 'string' ? BigInt(value) : value,
  ) as DevnetAddresses
}

/** The counterpart of `parseAddresses`. */
export function encodeAddresses(addresses: DevnetAddresses): string {
  const json = JSON.stringify(
    addresses,
    (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    2,
  )
  return `${json}\n`
}
