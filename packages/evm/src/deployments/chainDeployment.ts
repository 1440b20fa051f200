import type { Address, AssetAddress, Hex } from '@behest/spec'

/** A token that a chain's list vouches for. */
export type ListedToken = {
  readonly symbol: string
  readonly address: AssetAddress
  /** As the list says; checked against the contract before it is used. */
  readonly decimals: number
  readonly name: string
  /** Other things that people call it. */
  readonly aliases: readonly string[]
}

/** A Morpho Blue market: its id is the hash of the other five. */
export type MorphoMarket = {
  readonly id: Hex
  readonly loanToken: Address
  readonly collateralToken: Address
  readonly oracle: Address
  readonly irm: Address
  /** Liquidation loan-to-value in wad: 0.86e18 is 86 %. */
  readonly lltv: bigint
}

/** The caveat enforcers that a mandate is made of. */
export type DelegationEnforcers = {
  readonly exactExecutionBatch: Address
  readonly erc20BalanceChange: Address
  readonly nativeBalanceChange: Address
  readonly timestamp: Address
  readonly redeemer: Address
  readonly limitedCalls: Address
}

/** Where the contracts that we use are on one chain. */
export type ChainDeployment = {
  readonly chainId: number
  /** Canonical lower-case name, as in an intent's `chain`. */
  readonly name: string
  readonly nativeToken: ListedToken & { readonly address: 'native' }
  /** Blocks on top of which a transaction counts as settled. */
  readonly finalityDepth: number
  /**
   * The block whose hash names the chain, where that is not its genesis: a local
   * chain is named by the first block after its snapshot, which each run mines at
   * its own time and which outlives a restart with the run's own state.
   */
  readonly identityBlock?: bigint
  /** Seconds between blocks, at least 1: the next block's time, where the node does not tell. */
  readonly blockSeconds: number
  /** ERC-20 tokens; the native token stands apart. */
  readonly tokens: readonly ListedToken[]
  readonly wrappedNative: Address
  readonly uniswapV2: { readonly factory: Address; readonly router: Address }
  readonly uniswapV3: {
    readonly factory: Address
    readonly swapRouter02: Address
    readonly quoterV2: Address
    /** Fees that pools are looked for at, in millionths: 500 is 0.05 %. */
    readonly feeTiers: readonly number[]
  }
  readonly universalRouter: Address
  readonly permit2: Address
  readonly multicall3: Address
  readonly aaveV3: {
    readonly pool: Address
    readonly oracle: Address
    readonly dataProvider: Address
    readonly wrappedTokenGateway: Address
    readonly addressesProvider: Address
  }
  readonly morpho: {
    readonly morpho: Address
    readonly markets: readonly MorphoMarket[]
  }
  /** Feeds by symbol: US dollars with 8 decimals. Only where tests may move them. */
  readonly priceFeeds?: Readonly<Record<string, Address>>
  /** The delegation framework that mandates are redeemed through. */
  readonly delegation?: {
    readonly delegationManager: Address
    readonly implementation: Address
    readonly enforcers: DelegationEnforcers
  }
  /** Its enforcers of what may be taken in a period, for standing orders. */
  readonly periodEnforcers?: {
    readonly erc20PeriodTransfer: Address
    readonly erc20TransferAmount: Address
    readonly nativeTokenPeriodTransfer: Address
    readonly nativeTokenTransferAmount: Address
    readonly allowedCalldata: Address
    readonly exactCalldata: Address
    readonly allowedTargets: Address
    readonly valueLte: Address
  }
}
