import {
  encodeAbiParameters,
  type Hex,
  keccak256,
  type PrivateKeyAccount,
  parseAbi,
  parseEther,
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
import type { DevnetAddresses, MorphoMarket } from '../addresses.js'
import {
  openTestChain,
  type TestChain,
  toSigner,
} from '../testing/openTestChain.js'

let chain: TestChain
let addresses: DevnetAddresses
let user: PrivateKeyAccount
let snapshotId: Hex

beforeAll(async () => {
  chain = await openTestChain()
  addresses = chain.devnet.addresses
  user = toSigner(chain.devnet, 1)
})
afterAll(() => chain.devnet.stop())
beforeEach(async () => {
  snapshotId = await chain.devnet.snapshot()
})
afterEach(() => chain.devnet.revert(snapshotId))

const marketParams =
  '(address loanToken, address collateralToken, address oracle, address irm, uint256 lltv)'

const morphoAbi = parseAbi([
  `function supply(${marketParams} market, uint256 assets, uint256 shares, address onBehalf, bytes data) returns (uint256, uint256)`,
  `function withdraw(${marketParams} market, uint256 assets, uint256 shares, address onBehalf, address receiver) returns (uint256, uint256)`,
  `function supplyCollateral(${marketParams} market, uint256 assets, address onBehalf, bytes data)`,
  `function withdrawCollateral(${marketParams} market, uint256 assets, address onBehalf, address receiver)`,
  `function borrow(${marketParams} market, uint256 assets, uint256 shares, address onBehalf, address receiver) returns (uint256, uint256)`,
  `function repay(${marketParams} market, uint256 assets, uint256 shares, address onBehalf, bytes data) returns (uint256, uint256)`,
  'function market(bytes32 id) view returns (uint128 totalSupplyAssets, uint128 totalSupplyShares, uint128 totalBorrowAssets, uint128 totalBorrowShares, uint128 lastUpdate, uint128 fee)',
  'function position(bytes32 id, address user) view returns (uint256 supplyShares, uint128 borrowShares, uint128 collateral)',
])

const irmAbi = parseAbi([
  `function borrowRateView(${marketParams} marketParams, (uint128 totalSupplyAssets, uint128 totalSupplyShares, uint128 totalBorrowAssets, uint128 totalBorrowShares, uint128 lastUpdate, uint128 fee) market) view returns (uint256)`,
])

const oracleAbi = parseAbi(['function price() view returns (uint256)'])

const dataProviderAbi = parseAbi([
  'function getReserveData(address asset) view returns (uint256, uint256, uint256, uint256, uint256, uint256 liquidityRate, uint256, uint256, uint256, uint256, uint256, uint40)',
])

function getMarket(index: 0 | 1): MorphoMarket {
  const market = addresses.morpho.markets[index]
  if (market === undefined) throw new RangeError(`no market ${index}`)
  return market
}

function call(functionName: string, ...args: readonly unknown[]) {
  return chain.write(user, {
    address: addresses.morpho.morpho,
    abi: morphoAbi,
    functionName,
    args,
  })
}

function readPosition(market: MorphoMarket) {
  return chain.client.readContract({
    address: addresses.morpho.morpho,
    abi: morphoAbi,
    functionName: 'position',
    args: [market.id, user.address],
  })
}

/** Yearly rates of a market: what borrowers pay and lenders get, in 1e18. */
async function readRates(market: MorphoMarket) {
  const [
    totalSupplyAssets,
    totalSupplyShares,
    totalBorrowAssets,
    totalBorrowShares,
    lastUpdate,
    fee,
  ] = await chain.client.readContract({
    address: addresses.morpho.morpho,
    abi: morphoAbi,
    functionName: 'market',
    args: [market.id],
  })
  const perSecond = await chain.client.readContract({
    address: market.irm,
    abi: irmAbi,
    functionName: 'borrowRateView',
    args: [
      market,
      {
        totalSupplyAssets,
        totalSupplyShares,
        totalBorrowAssets,
        totalBorrowShares,
        lastUpdate,
        fee,
      },
    ],
  })
  const borrowWad = perSecond * 31_536_000n
  return {
    borrowWad,
    supplyWad: (borrowWad * totalBorrowAssets) / totalSupplyAssets,
  }
}

async function readAaveSupplyWad(token: 'USDC' | 'DAI'): Promise<bigint> {
  const [, , , , , liquidityRateRay] = await chain.client.readContract({
    address: addresses.aaveV3.protocolDataProvider,
    abi: dataProviderAbi,
    functionName: 'getReserveData',
    args: [addresses.tokens[token]],
  })
  return liquidityRateRay / 10n ** 9n
}

describe('Morpho', () => {
  test('behavior: a market id is the hash of its five fields', () => {
    for (const market of addresses.morpho.markets)
      expect(
        keccak256(
          encodeAbiParameters(
            [
              { type: 'address' },
              { type: 'address' },
              { type: 'address' },
              { type: 'address' },
              { type: 'uint256' },
            ],
            [
              market.loanToken,
              market.collateralToken,
              market.oracle,
              market.irm,
              market.lltv,
            ],
          ),
        ),
      ).toBe(market.id)
  })

  test('behavior: borrowers pay 3.67 % for USDC and 2.67 % for DAI', async () => {
    const toBps = (wad: bigint) => Number(wad / 10n ** 14n)
    expect(toBps((await readRates(getMarket(0))).borrowWad)).toBe(366)
    expect(toBps((await readRates(getMarket(1))).borrowWad)).toBe(266)
  })

  test('behavior: Morpho pays more for USDC, Aave for DAI', async () => {
    const usdc = await readRates(getMarket(0))
    expect(usdc.supplyWad).toBeGreaterThan(await readAaveSupplyWad('USDC'))
    const dai = await readRates(getMarket(1))
    expect(dai.supplyWad).toBeLessThan(await readAaveSupplyWad('DAI'))
  })

  test('behavior: collateral, borrow, accrue, repay, withdraw', async () => {
    const market = getMarket(0)
    const { morpho } = addresses.morpho
    const collateral = parseEther('10')
    await chain.deal(user, 'WETH', collateral)
    await chain.approve(user, 'WETH', morpho, collateral)
    await call('supplyCollateral', market, collateral, user.address, '0x')
    const loan = parseUnits('10000', 6)
    await call('borrow', market, loan, 0n, user.address, user.address)
    expect(await chain.readBalance('USDC', user.address)).toBe(loan)

    await chain.client.increaseTime({ seconds: 365 * 24 * 3600 })
    await chain.deal(user, 'USDC', loan * 2n)
    await chain.approve(user, 'USDC', morpho)
    const [, borrowShares] = await readPosition(market)
    await call('repay', market, 0n, borrowShares, user.address, '0x')
    const paid = loan * 2n - (await chain.readBalance('USDC', user.address))
    expect(paid).toBeGreaterThan(parseUnits('10350', 6))
    expect(paid).toBeLessThan(parseUnits('10400', 6))
    await call(
      'withdrawCollateral',
      market,
      collateral,
      user.address,
      user.address,
    )
    expect(await chain.readBalance('WETH', user.address)).toBe(collateral)
  })

  test('behavior: lenders get their deposit back with interest', async () => {
    const market = getMarket(1)
    const deposit = parseEther('1000')
    await chain.deal(user, 'DAI', deposit)
    await chain.approve(user, 'DAI', addresses.morpho.morpho, deposit)
    await call('supply', market, deposit, 0n, user.address, '0x')
    await chain.client.increaseTime({ seconds: 365 * 24 * 3600 })
    const [supplyShares] = await readPosition(market)
    await call('withdraw', market, 0n, supplyShares, user.address, user.address)
    expect(await chain.readBalance('DAI', user.address)).toBeGreaterThan(
      parseEther('1013'),
    )
  })

  test('error: the collateral does not cover the loan', async () => {
    const market = getMarket(0)
    await chain.deal(user, 'WETH', parseEther('1'))
    await chain.approve(user, 'WETH', addresses.morpho.morpho)
    await call('supplyCollateral', market, parseEther('1'), user.address, '0x')
    const tooMuch = parseUnits('2581', 6)
    await expect(
      call('borrow', market, tooMuch, 0n, user.address, user.address),
    ).rejects.toThrow('insufficient collateral')
  })

  test('behavior: its oracles follow the feeds', async () => {
    const readPrice = (index: 0 | 1) =>
      chain.client.readContract({
        address: getMarket(index).oracle,
        abi: oracleAbi,
        functionName: 'price',
      })
    expect(await readPrice(0)).toBe(3_000n * 10n ** 24n)
    expect(await readPrice(1)).toBe(3_000n * 10n ** 36n)
    await chain.devnet.setPrice({ symbol: 'WETH', usd: '1500' })
    expect(await readPrice(0)).toBe(1_500n * 10n ** 24n)
    expect(await readPrice(1)).toBe(1_500n * 10n ** 36n)
  })
})
