import type { Address } from 'viem'
import { devnetAccounts } from '../accounts.js'
import { type TokenSymbol, tokenDecimals } from '../addresses.js'
import { maxUnits, startPricesUsd } from './amounts.js'
import type { Deployer } from './deployer.js'

/** Phase 2: the four tokens and their price feeds. */
export async function deployTokens(deployer: Deployer): Promise<{
  readonly tokens: Readonly<Record<TokenSymbol, Address>>
  readonly priceFeeds: Readonly<Record<TokenSymbol, Address>>
}> {
  const { deploy, write } = deployer
  const me = deployer.account.address

  const WETH = await deploy('WETH9')
  const USDC = await deployUsdc(deployer)
  const deployTestToken = (name: string, symbol: 'DAI' | 'WBTC') =>
    deploy('TestnetERC20', { args: [name, symbol, tokenDecimals[symbol], me] })
  const DAI = await deployTestToken('Dai Stablecoin', 'DAI')
  const WBTC = await deployTestToken('Wrapped BTC', 'WBTC')

  await write({
    name: 'WETH9',
    address: WETH,
    functionName: 'deposit',
    value: 1_000_000n * 10n ** 18n,
  })
  const mint = (name: string, address: Address, units: bigint) =>
    write({ name, address, functionName: 'mint', args: [me, units] })
  await mint('FiatTokenV2_2', USDC, 10n ** 10n * 10n ** 6n)
  await mint('TestnetERC20', DAI, 10n ** 10n * 10n ** 18n)
  await mint('TestnetERC20', WBTC, 100_000n * 10n ** 8n)

  const deployFeed = (symbol: TokenSymbol) =>
    deploy('DevPriceFeed', {
      args: [8, startPricesUsd[symbol] * 10n ** 8n, `${symbol} / USD`],
    })
  const priceFeeds = {
    WETH: await deployFeed('WETH'),
    WBTC: await deployFeed('WBTC'),
    USDC: await deployFeed('USDC'),
    DAI: await deployFeed('DAI'),
  }
  return { tokens: { WETH, USDC, DAI, WBTC }, priceFeeds }
}

/** Approves a spender for all of the whale's tokens. */
export async function approveAll(
  deployer: Deployer,
  tokens: Readonly<Record<TokenSymbol, Address>>,
  spender: Address,
): Promise<void> {
  for (const symbol of ['WETH', 'WBTC', 'USDC', 'DAI'] as const)
    await approve(deployer, tokens[symbol], spender)
}

/** Approves a spender for all of the whale's holdings of one token. */
export async function approve(
  deployer: Deployer,
  token: Address,
  spender: Address,
): Promise<void> {
  await deployer.write({
    name: 'TestnetERC20',
    address: token,
    functionName: 'approve',
    args: [spender, maxUnits],
  })
}

async function deployUsdc(deployer: Deployer): Promise<Address> {
  const { deploy, write } = deployer
  const me = deployer.account.address
  const SignatureChecker = await deploy('SignatureChecker')
  const implementation = await deploy('FiatTokenV2_2', {
    libraries: { SignatureChecker },
  })
  const USDC = await deploy('FiatTokenProxy', { args: [implementation] })
  // The proxy's admin cannot call through it, so it must not be the minter.
  await write({
    name: 'FiatTokenProxy',
    address: USDC,
    functionName: 'changeAdmin',
    args: [devnetAccounts[9].address],
  })
  const call = (functionName: string, ...args: readonly unknown[]) =>
    write({ name: 'FiatTokenV2_2', address: USDC, functionName, args })
  await call('initialize', 'USD Coin', 'USDC', 'USD', 6, me, me, me, me)
  await call('initializeV2', 'USD Coin')
  await call('initializeV2_1', me)
  await call('initializeV2_2', [], 'USDC')
  await call('configureMinter', me, maxUnits)
  return USDC
}
