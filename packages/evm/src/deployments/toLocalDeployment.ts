import { addressSchema, BehestError, hashSchema } from '@behest/spec'
import { getAddress, isHex } from 'viem'
import * as z from 'zod'
import type { ChainDeployment, ListedToken } from './chainDeployment.js'

const address = addressSchema.transform((value) => getAddress(value))
const wad = z.union([z.bigint(), z.string().regex(/^\d{1,30}$/)])
const local = z.object({
  chainId: z.int().min(1),
  snapshot: z.object({ blockNumber: z.int().min(0) }),
  multicall3: address,
  permit2: address,
  tokens: z.object({
    WETH: address,
    USDC: address,
    DAI: address,
    WBTC: address,
  }),
  priceFeeds: z.record(z.string(), address),
  uniswapV2: z.object({ factory: address, router02: address }),
  uniswapV3: z.object({
    factory: address,
    swapRouter02: address,
    quoterV2: address,
  }),
  universalRouter: address,
  aaveV3: z.object({
    pool: address,
    oracle: address,
    protocolDataProvider: address,
    wethGateway: address,
    poolAddressesProvider: address,
  }),
  morpho: z.object({
    morpho: address,
    markets: z.array(
      z.object({
        id: hashSchema,
        loanToken: address,
        collateralToken: address,
        oracle: address,
        irm: address,
        lltv: wad.transform((value) => BigInt(value)),
      }),
    ),
  }),
  delegation: z.object({
    DelegationManager: address,
    implementations: z.object({ EIP7702StatelessDeleGatorImpl: address }),
    caveatEnforcers: z.object({
      ExactExecutionBatchEnforcer: address,
      ERC20BalanceChangeEnforcer: address,
      NativeBalanceChangeEnforcer: address,
      TimestampEnforcer: address,
      RedeemerEnforcer: address,
      LimitedCallsEnforcer: address,
      ERC20PeriodTransferEnforcer: address,
      ERC20TransferAmountEnforcer: address,
      NativeTokenPeriodTransferEnforcer: address,
      NativeTokenTransferAmountEnforcer: address,
      AllowedCalldataEnforcer: address,
      ExactCalldataEnforcer: address,
      AllowedTargetsEnforcer: address,
      ValueLteEnforcer: address,
    }),
  }),
})

const tokens = [
  ['WETH', 18, 'Wrapped Ether', ['wrapped eth', 'wrapped ether']],
  ['USDC', 6, 'USD Coin', ['usd coin']],
  ['DAI', 18, 'Dai Stablecoin', []],
  ['WBTC', 8, 'Wrapped BTC', ['btc', 'bitcoin', 'wrapped bitcoin']],
] as const

/**
 * Builds the local chain's deployment from its addresses.
 *
 * @param addresses - The object in the snapshot's `addresses.json`, or its text.
 * @returns The deployment named `'local'`.
 * @throws {LocalAddressesMalformedError} when an address is missing or malformed.
 */
export function toLocalDeployment(addresses: unknown): ChainDeployment {
  const parsed = local.safeParse(readJson(addresses))
  if (!parsed.success)
    throw new LocalAddressesMalformedError({
      problem: z.prettifyError(parsed.error),
      cause: parsed.error,
    })
  const { data } = parsed
  return {
    chainId: data.chainId,
    name: 'local',
    nativeToken: {
      symbol: 'ETH',
      address: 'native',
      decimals: 18,
      name: 'Ether',
      aliases: ['ether', 'ethereum'],
    },
    // It mines on demand and never reorganises unless a test tells it to.
    finalityDepth: 1,
    blockSeconds: 1,
    // Each start mines its own right away, at its own time.
    identityBlock: BigInt(data.snapshot.blockNumber) + 1n,
    tokens: tokens.map(
      ([symbol, decimals, name, aliases]): ListedToken => ({
        symbol,
        address: data.tokens[symbol],
        decimals,
        name,
        aliases,
      }),
    ),
    wrappedNative: data.tokens.WETH,
    uniswapV2: {
      factory: data.uniswapV2.factory,
      router: data.uniswapV2.router02,
    },
    uniswapV3: {
      factory: data.uniswapV3.factory,
      swapRouter02: data.uniswapV3.swapRouter02,
      quoterV2: data.uniswapV3.quoterV2,
      feeTiers: [100, 500, 3000, 10_000],
    },
    universalRouter: data.universalRouter,
    permit2: data.permit2,
    multicall3: data.multicall3,
    aaveV3: {
      pool: data.aaveV3.pool,
      oracle: data.aaveV3.oracle,
      dataProvider: data.aaveV3.protocolDataProvider,
      wrappedTokenGateway: data.aaveV3.wethGateway,
      addressesProvider: data.aaveV3.poolAddressesProvider,
    },
    morpho: {
      morpho: data.morpho.morpho,
      markets: data.morpho.markets,
    },
    priceFeeds: data.priceFeeds,
    delegation: {
      delegationManager: data.delegation.DelegationManager,
      implementation:
        data.delegation.implementations.EIP7702StatelessDeleGatorImpl,
      enforcers: {
        exactExecutionBatch:
          data.delegation.caveatEnforcers.ExactExecutionBatchEnforcer,
        erc20BalanceChange:
          data.delegation.caveatEnforcers.ERC20BalanceChangeEnforcer,
        nativeBalanceChange:
          data.delegation.caveatEnforcers.NativeBalanceChangeEnforcer,
        timestamp: data.delegation.caveatEnforcers.TimestampEnforcer,
        redeemer: data.delegation.caveatEnforcers.RedeemerEnforcer,
        limitedCalls: data.delegation.caveatEnforcers.LimitedCallsEnforcer,
      },
    },
    periodEnforcers: {
      erc20PeriodTransfer:
        data.delegation.caveatEnforcers.ERC20PeriodTransferEnforcer,
      erc20TransferAmount:
        data.delegation.caveatEnforcers.ERC20TransferAmountEnforcer,
      nativeTokenPeriodTransfer:
        data.delegation.caveatEnforcers.NativeTokenPeriodTransferEnforcer,
      nativeTokenTransferAmount:
        data.delegation.caveatEnforcers.NativeTokenTransferAmountEnforcer,
      allowedCalldata: data.delegation.caveatEnforcers.AllowedCalldataEnforcer,
      exactCalldata: data.delegation.caveatEnforcers.ExactCalldataEnforcer,
      allowedTargets: data.delegation.caveatEnforcers.AllowedTargetsEnforcer,
      valueLte: data.delegation.caveatEnforcers.ValueLteEnforcer,
    },
  }
}

function readJson(addresses: unknown): unknown {
  if (typeof addresses !== 'string' || isHex(addresses)) return addresses
  try {
    return JSON.parse(addresses)
  } catch (cause) {
    throw new LocalAddressesMalformedError({ problem: 'it is not JSON', cause })
  }
}

/** Thrown when the local chain's addresses are not what its snapshot writes. */
export class LocalAddressesMalformedError extends BehestError {
  readonly code = 'LOCAL_ADDRESSES_MALFORMED'
  readonly retry = 'never'

  constructor(facts: { readonly problem: string; readonly cause: unknown }) {
    super(
      `The local chain's addresses cannot be used: ${facts.problem.slice(0, 500)}. Pass the object in the snapshot's addresses.json.`,
      { cause: facts.cause },
    )
  }
}
