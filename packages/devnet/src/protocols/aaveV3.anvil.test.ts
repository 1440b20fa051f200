import {
  erc20Abi,
  type Hex,
  maxUint256,
  type PrivateKeyAccount,
  parseAbi,
  parseEther,
  parseSignature,
  parseUnits,
} from 'viem'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
import {
  type DevnetAddresses,
  type TokenSymbol,
  tokenSymbols,
} from '../addresses.js'
import {
  openTestChain,
  type TestChain,
  toSigner,
} from '../testing/openTestChain.js'

let chain: TestChain
let addresses: DevnetAddresses
let user: PrivateKeyAccount
let liquidator: PrivateKeyAccount
let snapshotId: Hex

beforeAll(async () => {
  chain = await openTestChain()
  addresses = chain.devnet.addresses
  user = toSigner(chain.devnet, 1)
  liquidator = toSigner(chain.devnet, 2)
})
afterAll(() => chain.devnet.stop())
beforeEach(async () => {
  snapshotId = await chain.devnet.snapshot()
})
afterEach(() => chain.devnet.revert(snapshotId))

const poolAbi = parseAbi([
  'function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)',
  'function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)',
  'function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) returns (uint256)',
  'function repayWithPermit(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf, uint256 deadline, uint8 permitV, bytes32 permitR, bytes32 permitS) returns (uint256)',
  'function withdraw(address asset, uint256 amount, address to) returns (uint256)',
  'function liquidationCall(address collateralAsset, address debtAsset, address user, uint256 debtToCover, bool receiveAToken)',
  'function getUserAccountData(address user) view returns (uint256 totalCollateralBase, uint256 totalDebtBase, uint256 availableBorrowsBase, uint256 currentLiquidationThreshold, uint256 ltv, uint256 healthFactor)',
])

const gatewayAbi = parseAbi([
  'function depositETH(address pool, address onBehalfOf, uint16 referralCode) payable',
])

const dataProviderAbi = parseAbi([
  'function getReserveData(address asset) view returns (uint256 unbacked, uint256 accruedToTreasuryScaled, uint256 totalAToken, uint256 totalStableDebt, uint256 totalVariableDebt, uint256 liquidityRate, uint256 variableBorrowRate, uint256 stableBorrowRate, uint256 averageStableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex, uint40 lastUpdateTimestamp)',
])

const uiAbi = parseAbi([
  'function getReservesList(address provider) view returns (address[])',
])

const nonceAbi = parseAbi(['function nonces(address) view returns (uint256)'])

const variableRate = 2n

function call(
  account: PrivateKeyAccount,
  functionName: string,
  ...args: readonly unknown[]
) {
  return chain.write(account, {
    address: addresses.aaveV3.pool,
    abi: poolAbi,
    functionName,
    args,
  })
}

async function readHealth(): Promise<bigint> {
  const [, , , , , healthFactor] = await chain.client.readContract({
    address: addresses.aaveV3.pool,
    abi: poolAbi,
    functionName: 'getUserAccountData',
    args: [user.address],
  })
  return healthFactor
}

function readDebt(): Promise<bigint> {
  const { variableDebtToken } = addresses.aaveV3.reserves.USDC
  return chain.readBalance(variableDebtToken, user.address)
}

async function supply(symbol: TokenSymbol, units: bigint): Promise<void> {
  await chain.deal(user, symbol, units)
  await chain.approve(user, symbol, addresses.aaveV3.pool, units)
  await call(user, 'supply', addresses.tokens[symbol], units, user.address, 0)
}

async function borrowUsdc(units: bigint): Promise<void> {
  const { USDC } = addresses.tokens
  await call(user, 'borrow', USDC, units, variableRate, 0, user.address)
}

describe('Aave V3', () => {
  test('behavior: each reserve has the rates of its seed', async () => {
    const rates = await Promise.all(
      tokenSymbols.map(async (symbol) => {
        const data = await chain.client.readContract({
          address: addresses.aaveV3.protocolDataProvider,
          abi: dataProviderAbi,
          functionName: 'getReserveData',
          args: [addresses.tokens[symbol]],
        })
        const toBps = (ray: bigint) => Number(ray / 10n ** 23n)
        return [symbol, toBps(data[5]), toBps(data[6])]
      }),
    )
    expect(rates).toEqual([
      ['WETH', 126, 466],
      ['USDC', 207, 320],
      ['DAI', 162, 300],
      ['WBTC', 0, 0],
    ])
  })

  test('behavior: supply, borrow, accrue, repay, withdraw', async () => {
    await supply('WETH', parseEther('10'))
    await borrowUsdc(parseUnits('15000', 6))
    const health = await readHealth()
    expect(health).toBeGreaterThan(parseEther('1.64'))
    expect(health).toBeLessThan(parseEther('1.66'))

    await chain.client.increaseTime({ seconds: 30 * 24 * 3600 })
    await chain.client.mine({ blocks: 1 })
    const debt = await readDebt()
    expect(debt).toBeGreaterThan(parseUnits('15030', 6))
    expect(debt).toBeLessThan(parseUnits('15050', 6))

    await chain.deal(user, 'USDC', parseUnits('20000', 6))
    await chain.approve(user, 'USDC', addresses.aaveV3.pool)
    const { USDC, WETH } = addresses.tokens
    await call(user, 'repay', USDC, maxUint256, variableRate, user.address)
    expect(await readDebt()).toBe(0n)
    await call(user, 'withdraw', WETH, maxUint256, user.address)
    expect(await chain.readBalance('WETH', user.address)).toBeGreaterThan(
      parseEther('10'),
    )
  })

  test('error: 36, the collateral does not cover the loan', async () => {
    await supply('WETH', parseEther('10'))
    await expect(borrowUsdc(parseUnits('24001', 6))).rejects.toThrow(
      /reason: 36\./,
    )
  })

  test('behavior: repays with a signed permit, without an approval', async () => {
    await supply('WETH', parseEther('10'))
    const units = parseUnits('5000', 6)
    await borrowUsdc(units)
    const before = await readDebt()
    const deadline = await chain.readDeadline()
    const { USDC } = addresses.tokens
    const signature = parseSignature(
      await user.signTypedData({
        domain: {
          name: 'USD Coin',
          version: '2',
          chainId: addresses.chainId,
          verifyingContract: USDC,
        },
        types: {
          Permit: [
            { name: 'owner', type: 'address' },
            { name: 'spender', type: 'address' },
            { name: 'value', type: 'uint256' },
            { name: 'nonce', type: 'uint256' },
            { name: 'deadline', type: 'uint256' },
          ],
        },
        primaryType: 'Permit',
        message: {
          owner: user.address,
          spender: addresses.aaveV3.pool,
          value: units,
          nonce: await chain.client.readContract({
            address: USDC,
            abi: nonceAbi,
            functionName: 'nonces',
            args: [user.address],
          }),
          deadline,
        },
      }),
    )
    await call(
      user,
      'repayWithPermit',
      USDC,
      units,
      variableRate,
      user.address,
      deadline,
      27 + signature.yParity,
      signature.r,
      signature.s,
    )
    const after = await readDebt()
    // The interest of the seconds in between stays.
    expect(before - after).toBeGreaterThan(units - 1_000n)
    expect(before - after).toBeLessThanOrEqual(units)
  })

  test('behavior: takes ETH through the gateway', async () => {
    const value = parseEther('2')
    await chain.write(user, {
      address: addresses.aaveV3.wethGateway,
      abi: gatewayAbi,
      functionName: 'depositETH',
      args: [addresses.aaveV3.pool, user.address, 0],
      value,
    })
    const { aToken } = addresses.aaveV3.reserves.WETH
    expect(await chain.readBalance(aToken, user.address)).toBe(value)
  })

  test('behavior: a price fall makes a loan liquidatable', async () => {
    await supply('WETH', parseEther('10'))
    await borrowUsdc(parseUnits('15000', 6))
    const { WETH, USDC } = addresses.tokens
    const units = parseUnits('5000', 6)
    await chain.deal(liquidator, 'USDC', units)
    await chain.approve(liquidator, 'USDC', addresses.aaveV3.pool, units)
    const liquidate = () =>
      call(
        liquidator,
        'liquidationCall',
        WETH,
        USDC,
        user.address,
        units,
        false,
      )
    // 45: the health factor is not below the threshold.
    await expect(liquidate()).rejects.toThrow(/reason: 45\./)

    await chain.devnet.setPrice({ symbol: 'WETH', usd: '1700' })
    expect(await readHealth()).toBeLessThan(parseEther('1'))
    await liquidate()
    expect(await chain.readBalance('WETH', liquidator.address)).toBeGreaterThan(
      parseEther('2.9'),
    )
  })

  test('behavior: the data provider of user interfaces answers', async () => {
    const listed = await chain.client.readContract({
      address: addresses.aaveV3.uiPoolDataProvider,
      abi: uiAbi,
      functionName: 'getReservesList',
      args: [addresses.aaveV3.poolAddressesProvider],
    })
    expect(new Set(listed)).toEqual(new Set(Object.values(addresses.tokens)))
  })

  test('behavior: deposits are tokens with a name', async () => {
    const symbols = await Promise.all(
      tokenSymbols.map((symbol) =>
        chain.client.readContract({
          address: addresses.aaveV3.reserves[symbol].aToken,
          abi: erc20Abi,
          functionName: 'symbol',
        }),
      ),
    )
    expect(symbols).toEqual(['aDevWETH', 'aDevUSDC', 'aDevDAI', 'aDevWBTC'])
  })
})
