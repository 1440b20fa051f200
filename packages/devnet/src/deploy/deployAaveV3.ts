import {
  type Address,
  encodeFunctionData,
  type Hex,
  keccak256,
  parseUnits,
  toBytes,
  zeroAddress,
} from 'viem'
import { devnetAccounts } from '../accounts.js'
import {
  type AaveV3Reserve,
  type DevnetAddresses,
  type TokenSymbol,
  tokenDecimals,
  tokenSymbols,
} from '../addresses.js'
import { millions, toUnits } from './amounts.js'
import type { Deployer } from './deployer.js'
import { approve } from './deployTokens.js'

/** This file is long because it is one table: Aave's market, in its order. */

/** Rates in ray; the numbers are the constructor's arguments after the first. */
const rateStrategies = {
  volatile: ['0.45', '0', '0.07', '3', '0.07', '3', '0.02', '0.05', '0.2'],
  stableOne: ['0.9', '0', '0.04', '0.6', '0.005', '0.6', '0.01', '0.08', '0.2'],
  stableTwo: [
    '0.8',
    '0',
    '0.04',
    '0.75',
    '0.005',
    '0.75',
    '0.01',
    '0.08',
    '0.2',
  ],
} as const

type ReserveSettings = {
  readonly rateStrategy: keyof typeof rateStrategies
  readonly ltvBps: bigint
  readonly liquidationThresholdBps: bigint
  readonly liquidationBonusBps: bigint
  readonly reserveFactorBps: bigint
  readonly supplyUsd: bigint
  /** Without borrowers every rate is zero. */
  readonly borrowUsd: bigint
}

const reserveSettings: Readonly<Record<TokenSymbol, ReserveSettings>> = {
  WETH: {
    rateStrategy: 'volatile',
    ltvBps: 8000n,
    liquidationThresholdBps: 8250n,
    liquidationBonusBps: 10_500n,
    reserveFactorBps: 1000n,
    supplyUsd: millions(30),
    borrowUsd: millions(9),
  },
  USDC: {
    rateStrategy: 'stableOne',
    ltvBps: 8000n,
    liquidationThresholdBps: 8500n,
    liquidationBonusBps: 10_500n,
    reserveFactorBps: 1000n,
    supplyUsd: millions(50),
    borrowUsd: millions(36),
  },
  DAI: {
    rateStrategy: 'stableTwo',
    ltvBps: 7500n,
    liquidationThresholdBps: 8000n,
    liquidationBonusBps: 10_500n,
    reserveFactorBps: 1000n,
    supplyUsd: millions(30),
    borrowUsd: millions(18),
  },
  WBTC: {
    rateStrategy: 'volatile',
    ltvBps: 7000n,
    liquidationThresholdBps: 7500n,
    liquidationBonusBps: 11_000n,
    reserveFactorBps: 2000n,
    supplyUsd: millions(20),
    borrowUsd: 0n,
  },
}

type Market = Pick<DevnetAddresses, 'tokens' | 'priceFeeds'>

/** Phase 6: an Aave V3 market with four reserves, deposits and debts. */
export async function deployAaveV3(
  deployer: Deployer,
  market: Market,
): Promise<DevnetAddresses['aaveV3']> {
  const { deploy, write, read } = deployer
  const { tokens, priceFeeds } = market
  const me = deployer.account.address
  const assets = tokenSymbols.map((symbol) => tokens[symbol])

  const registry = await deploy('PoolAddressesProviderRegistry', {
    args: [me],
  })
  const libraries = await deployLibraries(deployer)
  const treasury = await deployTreasury(deployer)

  const provider = await deploy('PoolAddressesProvider', {
    args: ['Devnet Aave Market', me],
  })
  const configureProvider = (
    functionName: string,
    ...args: readonly unknown[]
  ) =>
    write({
      name: 'PoolAddressesProvider',
      address: provider,
      functionName,
      args,
    })
  const readProvider = (functionName: string, ...args: readonly unknown[]) =>
    read<Address>({
      name: 'PoolAddressesProvider',
      address: provider,
      functionName,
      args,
    })
  await write({
    name: 'PoolAddressesProviderRegistry',
    address: registry,
    functionName: 'registerAddressesProvider',
    args: [provider, 1n],
  })

  const protocolDataProvider = await deploy('AaveProtocolDataProvider', {
    args: [provider],
  })
  await configureProvider('setPoolDataProvider', protocolDataProvider)

  const poolImplementation = await deploy('Pool', {
    args: [provider],
    libraries,
  })
  await write({
    name: 'Pool',
    address: poolImplementation,
    functionName: 'initialize',
    args: [provider],
  })
  const configuratorImplementation = await deploy('PoolConfigurator', {
    libraries,
  })
  await write({
    name: 'PoolConfigurator',
    address: configuratorImplementation,
    functionName: 'initialize',
    args: [provider],
  })
  const setupHelper = await deploy('ReservesSetupHelper')

  // The access manager's constructor reads the admin.
  await configureProvider('setACLAdmin', me)
  const aclManager = await deploy('ACLManager', { args: [provider] })
  await configureProvider('setACLManager', aclManager)
  const grant = (functionName: string, account: Address) =>
    write({
      name: 'ACLManager',
      address: aclManager,
      functionName,
      args: [account],
    })
  await grant('addPoolAdmin', me)
  await grant('addEmergencyAdmin', me)

  const oracle = await deploy('AaveOracle', {
    args: [
      provider,
      assets,
      tokenSymbols.map((symbol) => priceFeeds[symbol]),
      zeroAddress,
      zeroAddress,
      10n ** 8n,
    ],
  })
  await configureProvider('setPriceOracle', oracle)

  await configureProvider('setPoolImpl', poolImplementation)
  const pool = await readProvider('getPool')
  await configureProvider('setPoolConfiguratorImpl', configuratorImplementation)
  const poolConfigurator = await readProvider('getPoolConfigurator')
  const configure = (functionName: string, ...args: readonly unknown[]) =>
    write({
      name: 'PoolConfigurator',
      address: poolConfigurator,
      functionName,
      args,
    })
  // The protocol's part may not be larger than the total.
  await configure('updateFlashloanPremiumTotal', 5n)
  await configure('updateFlashloanPremiumToProtocol', 4n)

  const emissionManager = await deploy('EmissionManager', { args: [me] })
  const rewardsImplementation = await deploy('RewardsController', {
    args: [emissionManager],
  })
  await write({
    name: 'RewardsController',
    address: rewardsImplementation,
    functionName: 'initialize',
    args: [zeroAddress],
  })
  const incentivesId = keccak256(toBytes('INCENTIVES_CONTROLLER'))
  await configureProvider(
    'setAddressAsProxy',
    incentivesId,
    rewardsImplementation,
  )
  const rewardsController = await readProvider('getAddress', incentivesId)
  await write({
    name: 'EmissionManager',
    address: emissionManager,
    functionName: 'setRewardsController',
    args: [rewardsController],
  })

  const implementations = await deployTokenImplementations(deployer, pool)
  const strategies = await deployRateStrategies(deployer, provider)
  const toReserve = (symbol: TokenSymbol) => ({
    ...implementations,
    underlyingAssetDecimals: tokenDecimals[symbol],
    interestRateStrategyAddress:
      strategies[reserveSettings[symbol].rateStrategy],
    underlyingAsset: tokens[symbol],
    treasury,
    incentivesController: rewardsController,
    aTokenName: `Aave Devnet ${symbol}`,
    aTokenSymbol: `aDev${symbol}`,
    variableDebtTokenName: `Aave Devnet Variable Debt ${symbol}`,
    variableDebtTokenSymbol: `variableDebtDev${symbol}`,
    stableDebtTokenName: `Aave Devnet Stable Debt ${symbol}`,
    stableDebtTokenSymbol: `stableDebtDev${symbol}`,
    params: '0x10' as Hex,
  })
  // Two at a time: all four together cost more gas than one transaction has.
  await configure('initReserves', [toReserve('WETH'), toReserve('USDC')])
  await configure('initReserves', [toReserve('DAI'), toReserve('WBTC')])

  await grant('addRiskAdmin', setupHelper)
  await write({
    name: 'ReservesSetupHelper',
    address: setupHelper,
    functionName: 'configureReserves',
    args: [
      poolConfigurator,
      tokenSymbols.map((symbol) => ({
        asset: tokens[symbol],
        baseLTV: reserveSettings[symbol].ltvBps,
        liquidationThreshold: reserveSettings[symbol].liquidationThresholdBps,
        liquidationBonus: reserveSettings[symbol].liquidationBonusBps,
        reserveFactor: reserveSettings[symbol].reserveFactorBps,
        borrowCap: 0n,
        supplyCap: 0n,
        stableBorrowingEnabled: false,
        borrowingEnabled: true,
        flashLoanEnabled: true,
      })),
    ],
  })
  await grant('removeRiskAdmin', setupHelper)

  for (const asset of assets)
    await configure('setLiquidationProtocolFee', asset, 1000n)
  await configure(
    'setEModeCategory',
    1,
    9300,
    9500,
    10_100,
    zeroAddress,
    'Stablecoins',
  )
  await configure('setAssetEModeCategory', tokens.USDC, 1)
  await configure('setAssetEModeCategory', tokens.DAI, 1)

  const wethGateway = await deploy('WrappedTokenGatewayV3', {
    args: [tokens.WETH, me, pool],
  })
  const walletBalanceProvider = await deploy('WalletBalanceProvider')
  const uiIncentiveDataProvider = await deploy('UiIncentiveDataProviderV3')
  const uiPoolDataProvider = await deploy('UiPoolDataProviderV3', {
    args: [priceFeeds.WETH, priceFeeds.WETH],
  })

  await seedReserves(deployer, { pool, tokens })
  return {
    pool,
    poolAddressesProvider: provider,
    poolAddressesProviderRegistry: registry,
    poolConfigurator,
    aclManager,
    oracle,
    protocolDataProvider,
    wethGateway,
    walletBalanceProvider,
    uiPoolDataProvider,
    uiIncentiveDataProvider,
    treasury,
    emissionManager,
    rewardsController,
    reserves: await readReserves(deployer, { pool, tokens }),
  }
}

async function deployLibraries(
  deployer: Deployer,
): Promise<Readonly<Record<string, Address>>> {
  const { deploy } = deployer
  const SupplyLogic = await deploy('SupplyLogic')
  const BorrowLogic = await deploy('BorrowLogic')
  const LiquidationLogic = await deploy('LiquidationLogic')
  const EModeLogic = await deploy('EModeLogic')
  const BridgeLogic = await deploy('BridgeLogic')
  const ConfiguratorLogic = await deploy('ConfiguratorLogic')
  const FlashLoanLogic = await deploy('FlashLoanLogic', {
    libraries: { BorrowLogic },
  })
  const PoolLogic = await deploy('PoolLogic')
  return {
    SupplyLogic,
    BorrowLogic,
    LiquidationLogic,
    EModeLogic,
    BridgeLogic,
    ConfiguratorLogic,
    FlashLoanLogic,
    PoolLogic,
  }
}

async function deployTreasury(deployer: Deployer): Promise<Address> {
  const { deploy, write, artifacts } = deployer
  const treasury = await deploy('InitializableAdminUpgradeabilityProxy')
  const collector = await deploy('Collector')
  await write({
    name: 'InitializableAdminUpgradeabilityProxy',
    address: treasury,
    functionName: 'initialize',
    args: [
      collector,
      // The admin must not be the caller: it could not call through the proxy.
      devnetAccounts[9].address,
      encodeFunctionData({
        abi: artifacts.contracts.get('Collector')?.abi ?? [],
        functionName: 'initialize',
        args: [deployer.account.address],
      }),
    ],
  })
  return treasury
}

async function deployTokenImplementations(
  deployer: Deployer,
  pool: Address,
): Promise<{
  readonly aTokenImpl: Address
  readonly stableDebtTokenImpl: Address
  readonly variableDebtTokenImpl: Address
}> {
  const deployOne = async (
    name: string,
    label: string,
    addresses: readonly Address[],
  ) => {
    const address = await deployer.deploy(name, { args: [pool] })
    await deployer.write({
      name,
      address,
      functionName: 'initialize',
      args: [pool, ...addresses, 0, label, label, '0x00'],
    })
    return address
  }
  return {
    aTokenImpl: await deployOne('AToken', 'ATOKEN_IMPL', [
      zeroAddress,
      zeroAddress,
      zeroAddress,
    ]),
    stableDebtTokenImpl: await deployOne(
      'StableDebtToken',
      'STABLE_DEBT_TOKEN_IMPL',
      [zeroAddress, zeroAddress],
    ),
    variableDebtTokenImpl: await deployOne(
      'VariableDebtToken',
      'VARIABLE_DEBT_TOKEN_IMPL',
      [zeroAddress, zeroAddress],
    ),
  }
}

async function deployRateStrategies(
  deployer: Deployer,
  provider: Address,
): Promise<Readonly<Record<keyof typeof rateStrategies, Address>>> {
  const deployOne = (name: keyof typeof rateStrategies) =>
    deployer.deploy('DefaultReserveInterestRateStrategy', {
      args: [
        provider,
        ...rateStrategies[name].map((rate) => parseUnits(rate, 27)),
      ],
    })
  return {
    volatile: await deployOne('volatile'),
    stableOne: await deployOne('stableOne'),
    stableTwo: await deployOne('stableTwo'),
  }
}

/** The whale supplies and borrows, so that reserves have depth and rates. */
async function seedReserves(
  deployer: Deployer,
  options: {
    readonly pool: Address
    readonly tokens: Readonly<Record<TokenSymbol, Address>>
  },
): Promise<void> {
  const { pool, tokens } = options
  const me = deployer.account.address
  const call = (functionName: string, ...args: readonly unknown[]) =>
    deployer.write({ name: 'Pool', address: pool, functionName, args })
  for (const symbol of tokenSymbols) {
    await approve(deployer, tokens[symbol], pool)
    const units = toUnits(symbol, reserveSettings[symbol].supplyUsd)
    await call('supply', tokens[symbol], units, me, 0)
  }
  const variableRate = 2n
  for (const symbol of ['USDC', 'DAI', 'WETH'] as const) {
    const units = toUnits(symbol, reserveSettings[symbol].borrowUsd)
    await call('borrow', tokens[symbol], units, variableRate, 0, me)
  }
}

async function readReserves(
  deployer: Deployer,
  options: {
    readonly pool: Address
    readonly tokens: Readonly<Record<TokenSymbol, Address>>
  },
): Promise<Readonly<Record<TokenSymbol, AaveV3Reserve>>> {
  const readOne = async (symbol: TokenSymbol): Promise<AaveV3Reserve> => {
    const underlying = options.tokens[symbol]
    const data = await deployer.read<{
      readonly aTokenAddress: Address
      readonly stableDebtTokenAddress: Address
      readonly variableDebtTokenAddress: Address
      readonly interestRateStrategyAddress: Address
    }>({
      name: 'Pool',
      address: options.pool,
      functionName: 'getReserveData',
      args: [underlying],
    })
    return {
      underlying,
      aToken: data.aTokenAddress,
      stableDebtToken: data.stableDebtTokenAddress,
      variableDebtToken: data.variableDebtTokenAddress,
      interestRateStrategy: data.interestRateStrategyAddress,
    }
  }
  return {
    WETH: await readOne('WETH'),
    USDC: await readOne('USDC'),
    DAI: await readOne('DAI'),
    WBTC: await readOne('WBTC'),
  }
}
