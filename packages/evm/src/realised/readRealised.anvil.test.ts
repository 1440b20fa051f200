import { encodeFunctionData, type Hex, parseEther, parseUnits } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChain, type TestChain } from '../../test/startChain.js'
import {
  aavePoolAbi,
  erc20Abi,
  morphoAbi,
  swapRouter02Abi,
  TransactionNotMinedError,
  wethAbi,
} from '../index.js'

let chain: TestChain
beforeAll(async () => {
  chain = await startChain({ accountIndex: 2 })
  await chain.devnet.deal({
    account: chain.account,
    token: 'USDC',
    amountUnits: parseUnits('50000', 6),
  })
})
afterAll(() => chain.devnet.stop())

const mine = (count: number) => chain.devnet.control.mine({ blocks: count })

/** So many blocks later this node has dropped the state around a transaction. */
const age = () => mine(40)

const approve = (token: Hex, spender: Hex, units: bigint) => ({
  to: token,
  data: encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [spender, units],
  }),
})

describe('readRealised', () => {
  test('behavior: two payments in one block are not held against each other', async () => {
    const { account, port, devnet } = chain
    const [, , , first, second] = devnet.accounts
    const { control } = devnet
    await control.setAutomine(false)
    const pay = (to: Hex, value: bigint) =>
      control.sendUnsignedTransaction({ from: account, to, value })
    const one = await pay(first.address, 111n)
    const two = await pay(second.address, 2_222n)
    await mine(1)
    await control.setAutomine(true)
    const receipts = await Promise.all(
      [one, two].map((hash) => port.client.getTransactionReceipt({ hash })),
    )
    expect(receipts[0]?.blockNumber).toBe(receipts[1]?.blockNumber)
    for (const [hash, to, wei] of [
      [one, first.address, 111n],
      [two, second.address, 2_222n],
    ] as const) {
      const { deltas } = await port.readRealised({
        account,
        otherAccounts: [to],
        tokens: ['native'],
        transactions: [hash],
      })
      expect(deltas.map(({ account: who, units }) => [who, units])).toEqual([
        [account, -wei],
        [to, wei],
      ])
    }
  })

  test('default: sold for native coin; logs and traces say the same later', async () => {
    const { account, deployment, send, port, devnet, balanceOf } = chain
    const { USDC } = devnet.addresses.tokens
    const router = deployment.uniswapV3.swapRouter02
    const amountIn = parseUnits('3000', 6)
    const before = await balanceOf('native', account)
    const hashes = await send([
      approve(USDC, router, amountIn),
      {
        to: router,
        data: encodeFunctionData({
          abi: swapRouter02Abi,
          functionName: 'multicall',
          args: [
            [
              encodeFunctionData({
                abi: swapRouter02Abi,
                functionName: 'exactInputSingle',
                args: [
                  {
                    tokenIn: USDC,
                    tokenOut: deployment.wrappedNative,
                    fee: 500,
                    // The router itself, which then unwraps.
                    recipient: '0x0000000000000000000000000000000000000002',
                    amountIn,
                    amountOutMinimum: 0n,
                    sqrtPriceLimitX96: 0n,
                  },
                ],
              }),
              encodeFunctionData({
                abi: swapRouter02Abi,
                functionName: 'unwrapWETH9',
                args: [0n, account],
              }),
            ],
          ],
        }),
      },
    ])
    const request = {
      account,
      otherAccounts: [],
      tokens: ['native', USDC] as const,
      transactions: hashes,
    }
    const realised = await port.readRealised(request)
    const fees = await Promise.all(
      hashes.map((hash) => port.client.getTransactionReceipt({ hash })),
    )
    const gas = fees.reduce(
      (sum, { gasUsed, effectiveGasPrice }) =>
        sum + gasUsed * effectiveGasPrice,
      0n,
    )
    const gained = (await balanceOf('native', account)) - before + gas
    expect(realised.deltas.map(({ token, units }) => [token, units])).toEqual([
      ['native', gained],
      [USDC, -amountIn],
    ])
    expect(gained).toBeGreaterThan(parseEther('0.99'))

    await age()
    expect(await port.readRealised(request)).toEqual(realised)
  })

  test('default: a plain payment, both sides, before and after the state is gone', async () => {
    const { account, send, port, devnet } = chain
    const [, , , other] = devnet.accounts
    const [hash] = await send([
      { to: other.address, valueWei: 12_345n, data: '0x' },
    ])
    const request = {
      account,
      otherAccounts: [other.address],
      tokens: ['native'] as const,
      transactions: [hash ?? '0x'],
    }
    const realised = await port.readRealised(request)
    expect(
      realised.deltas.map(({ account: one, units }) => [one, units]),
    ).toEqual([
      [account, -12_345n],
      [other.address, 12_345n],
    ])
    await age()
    expect(await port.readRealised(request)).toEqual(realised)
  })

  test('default: wrapping, which WETH does not log as a transfer', async () => {
    const { account, send, port, deployment } = chain
    const weth = deployment.wrappedNative
    const hashes = await send([
      {
        to: weth,
        valueWei: parseEther('3'),
        data: encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }),
      },
      {
        to: weth,
        data: encodeFunctionData({
          abi: wethAbi,
          functionName: 'withdraw',
          args: [parseEther('1')],
        }),
      },
    ])
    const request = {
      account,
      otherAccounts: [],
      tokens: ['native'] as const,
      transactions: hashes,
    }
    const realised = await port.readRealised(request)
    expect(realised.deltas.map(({ token, units }) => [token, units])).toEqual([
      ['native', -parseEther('2')],
      [weth, parseEther('2')],
    ])
    await age()
    expect(await port.readRealised(request)).toEqual(realised)
  })

  test('default: lending positions; from logs they are the same to a unit', async () => {
    const { account, send, port, deployment, devnet } = chain
    const { USDC } = devnet.addresses.tokens
    const { aToken } = devnet.addresses.aaveV3.reserves.USDC
    const { pool } = deployment.aaveV3
    const { morpho, markets } = deployment.morpho
    const [market] = markets
    if (market === undefined) expect.unreachable('there is a market')
    const units = parseUnits('1000', 6)
    const hashes = await send([
      approve(USDC, pool, units),
      {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'supply',
          args: [USDC, units, account, 0],
        }),
      },
      approve(USDC, morpho, units),
      {
        to: morpho,
        data: encodeFunctionData({
          abi: morphoAbi,
          functionName: 'supply',
          args: [market, units, 0n, account, '0x'],
        }),
      },
    ])
    const request = {
      account,
      otherAccounts: [],
      tokens: ['native', USDC] as const,
      transactions: hashes,
    }
    const nearly = expect.toSatisfy(
      (value: bigint) => value >= units - 1n && value <= units + 1n,
    )
    const expected = {
      deltas: [
        expect.objectContaining({ token: USDC, units: -2n * units }),
        expect.objectContaining({ token: aToken, units: nearly }),
      ],
      positions: [
        expect.objectContaining({
          venue: 'aave',
          market: USDC,
          kind: 'supplied',
          units: nearly,
        }),
        expect.objectContaining({
          venue: 'morpho',
          market: market.id,
          kind: 'supplied',
          units: nearly,
        }),
      ],
    }
    expect(await port.readRealised(request)).toEqual(expected)
    await age()
    expect(await port.readRealised(request)).toEqual(expected)
  })

  test('behavior: a transaction that failed changed nothing but gas', async () => {
    const { account, send, port, devnet } = chain
    const [hash] = await send([
      {
        to: devnet.addresses.tokens.USDC,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'transfer',
          args: [devnet.accounts[5].address, 2n ** 255n],
        }),
      },
    ])
    expect(
      await port.readRealised({
        account,
        otherAccounts: [],
        tokens: ['native', devnet.addresses.tokens.USDC],
        transactions: [hash ?? '0x'],
      }),
    ).toEqual({ deltas: [], positions: [] })
  })

  test('error: TransactionNotMinedError', async () => {
    await expect(
      chain.port.readRealised({
        account: chain.account,
        otherAccounts: [],
        tokens: ['native'],
        transactions: [`0x${'ab'.repeat(32)}`],
      }),
    ).rejects.toBeInstanceOf(TransactionNotMinedError)
  })
})
