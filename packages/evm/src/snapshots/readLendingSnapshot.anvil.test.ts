import { encodeFunctionData, parseAbi, parseEther, parseUnits } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChain, type TestChain } from '../../test/startChain.js'
import {
  aavePoolAbi,
  erc20Abi,
  morphoAbi,
  readLendingSnapshot,
} from '../index.js'

const dataProviderAbi = parseAbi([
  'function getReserveConfigurationData(address) view returns (uint256 decimals, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus, uint256 reserveFactor, bool usageAsCollateralEnabled, bool borrowingEnabled, bool stableBorrowRateEnabled, bool isActive, bool isFrozen)',
  'function getReserveData(address) view returns (uint256 unbacked, uint256 accruedToTreasuryScaled, uint256 totalAToken, uint256 totalStableDebt, uint256 totalVariableDebt, uint256 liquidityRate, uint256 variableBorrowRate, uint256 stableBorrowRate, uint256 averageStableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex, uint40 lastUpdateTimestamp)',
  'function getUserReserveData(address, address) view returns (uint256 currentATokenBalance, uint256 currentStableDebt, uint256 currentVariableDebt, uint256 principalStableDebt, uint256 scaledVariableDebt, uint256 stableBorrowRate, uint256 liquidityRate, uint40 stableRateLastUpdated, bool usageAsCollateralEnabled)',
])

let chain: TestChain
beforeAll(async () => {
  chain = await startChain()
})
afterAll(() => chain.devnet.stop())

describe('readLendingSnapshot', () => {
  test('default: what Aave says of itself, reserve by reserve', async () => {
    const { port, deployment } = chain
    const { number } = await port.readHead()
    const snapshot = await readLendingSnapshot({
      client: port.client,
      deployment,
      blockNumber: number,
    })

    expect(snapshot.aave.reserves.map(({ symbol }) => symbol)).toEqual([
      'WETH',
      'USDC',
      'DAI',
      'WBTC',
    ])
    for (const reserve of snapshot.aave.reserves) {
      const read = {
        address: deployment.aaveV3.dataProvider,
        abi: dataProviderAbi,
        args: [reserve.token],
        blockNumber: number,
      } as const
      const [configuration, data] = await Promise.all([
        port.client.readContract({
          ...read,
          functionName: 'getReserveConfigurationData',
        }),
        port.client.readContract({ ...read, functionName: 'getReserveData' }),
      ])
      expect(reserve).toMatchObject({
        decimals: Number(configuration[0]),
        ltvBps: Number(configuration[1]),
        liquidationThresholdBps: Number(configuration[2]),
        reserveFactorBps: Number(configuration[4]),
        isBorrowable: configuration[6],
        isActive: configuration[8],
        isFrozen: configuration[9],
        isPaused: false,
        suppliedUnits: data[2],
        borrowedUnits: data[3] + data[4],
        supplyRateRay: data[5],
        borrowRateRay: data[6],
        priceUsdE8: await port.readPriceUsdE8({ token: reserve.token }),
      })
    }
  })

  test('default: lines of a market file, with the curve of each market', async () => {
    const { port, deployment } = chain
    const { markets, tokens, lines } = await readLendingSnapshot({
      client: port.client,
      deployment,
    })
    expect(markets.map(({ kind, symbol }) => `${kind} ${symbol}`)).toEqual([
      'aave-v3 WETH',
      'aave-v3 USDC',
      'aave-v3 DAI',
      'aave-v3 WBTC',
      'morpho-blue USDC',
      'morpho-blue DAI',
    ])
    expect(markets[1]).toMatchObject({
      market: chain.devnet.addresses.tokens.USDC,
      version: '3.0',
      reserveFactorBps: 1000,
      ltvBps: 8000,
      liquidationThresholdBps: 8500,
      supplyCap: '0',
      rate: {
        optimalUsageRay: `${9n * 10n ** 26n}`,
        baseRay: '0',
        slope1Ray: `${4n * 10n ** 25n}`,
        slope2Ray: `${6n * 10n ** 26n}`,
      },
    })
    // The model answers rates per second only; its curve is found from those.
    expect(markets[4]).toMatchObject({
      market: deployment.morpho.markets[0]?.id,
      lltvWad: '860000000000000000',
      rate: {
        optimalUsageRay: `${9n * 10n ** 26n}`,
        baseRay: `${10n ** 25n}`,
        slope1Ray: `${3n * 10n ** 25n}`,
        slope2Ray: `${12n * 10n ** 25n}`,
      },
    })
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      ...tokens,
      ...markets,
    ])
  })

  test('default: an account, its positions and its health at both', async () => {
    const { port, deployment, account, devnet, send } = chain
    const { USDC, WETH } = devnet.addresses.tokens
    const [market] = deployment.morpho.markets
    if (market === undefined) expect.unreachable('there is a market')
    await devnet.deal({ account, token: 'USDC', amountUnits: 5_000_000_000n })
    await devnet.deal({ account, token: 'WETH', amountUnits: parseEther('2') })
    const approve = (token: `0x${string}`, spender: `0x${string}`) => ({
      to: token,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [spender, parseEther('1')],
      }),
    })
    const { pool } = deployment.aaveV3
    const { morpho } = deployment.morpho
    await send([
      approve(USDC, pool),
      approve(WETH, morpho),
      {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'supply',
          args: [USDC, parseUnits('4000', 6), account, 0],
        }),
      },
      {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'borrow',
          args: [WETH, parseEther('0.5'), 2n, 0, account],
        }),
      },
      {
        to: morpho,
        data: encodeFunctionData({
          abi: morphoAbi,
          functionName: 'supplyCollateral',
          args: [market, parseEther('1'), account, '0x'],
        }),
      },
      {
        to: morpho,
        data: encodeFunctionData({
          abi: morphoAbi,
          functionName: 'borrow',
          args: [market, parseUnits('1000', 6), 0n, account, account],
        }),
      },
    ])
    const { number } = await port.readHead()
    const snapshot = await readLendingSnapshot({
      client: port.client,
      deployment,
      account,
      blockNumber: number,
    })

    for (const reserve of snapshot.aave.reserves) {
      const data = await port.client.readContract({
        address: deployment.aaveV3.dataProvider,
        abi: dataProviderAbi,
        functionName: 'getUserReserveData',
        args: [reserve.token, account],
        blockNumber: number,
      })
      expect(reserve.account).toEqual({
        suppliedUnits: data[0],
        stableDebtUnits: data[1],
        variableDebtUnits: data[2],
        isCollateral: data[8],
      })
    }
    const data = await port.client.readContract({
      address: pool,
      abi: aavePoolAbi,
      functionName: 'getUserAccountData',
      args: [account],
      blockNumber: number,
    })
    expect(snapshot.aave.account).toEqual({
      collateralUsdE8: data[0],
      debtUsdE8: data[1],
      borrowableUsdE8: data[2],
      liquidationThresholdBps: Number(data[3]),
      ltvBps: Number(data[4]),
      healthWad: data[5],
      eModeCategory: 0,
    })
    const position = snapshot.morpho.markets[0]?.account
    expect(position).toMatchObject({
      collateralUnits: parseEther('1'),
      suppliedUnits: 0n,
    })
    // Shares round against the borrower, by one unit at most.
    expect([1_000_000_000n, 1_000_000_001n]).toContain(position?.borrowedUnits)
    expect(await port.readHealth({ account })).toEqual([
      {
        venue: 'aave',
        after: expect.stringMatching(/^2\.26\d{4}$/),
      },
      {
        venue: 'morpho',
        market: market.id,
        after: expect.stringMatching(/^2\.579\d{3}$/),
      },
    ])
  })
})
