import type { Address, AssetAddress, SimulationResult } from '@behest/spec'
import {
  createWalletClient,
  encodeFunctionData,
  encodePacked,
  getAddress,
  type Hex,
  http,
  maxUint256,
  parseAbi,
  parseEther,
  parseSignature,
  parseUnits,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileTestTokens } from '../../test/compileTestTokens.js'
import {
  startChain,
  type TestCall,
  type TestChain,
} from '../../test/startChain.js'
import {
  aaveDebtTokenAbi,
  aavePoolAbi,
  erc20Abi,
  morphoAbi,
  operatorAbi,
  permit2Abi,
  readLendingSnapshot,
  SimulationTooWideError,
  SimulationUnreliableError,
  swapRouter02Abi,
  uniswapV2RouterAbi,
  wethAbi,
  wrappedTokenGatewayAbi,
} from '../index.js'

const testTokensAbi = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'function gift(address to)',
  'function turn(uint256 next)',
  'function mint(uint256 id)',
  'function mintMany(uint256 id, uint256 value)',
  'function setApprovalForAll(address operator, bool approved)',
  'function helpful(address token, uint256 amount) payable',
])
const stranger: Address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'

let chain: TestChain
let usdc: Address
let weth: Address
let snapshotId: Hex
beforeAll(async () => {
  chain = await startChain({ accountIndex: 3 })
  usdc = chain.devnet.addresses.tokens.USDC
  weth = chain.deployment.wrappedNative
  await chain.devnet.deal({
    account: chain.account,
    token: 'USDC',
    amountUnits: parseUnits('100000', 6),
  })
  await chain.send([
    { to: weth, valueWei: parseEther('50'), data: encode.deposit() },
  ])
  snapshotId = await chain.devnet.snapshot()
})
afterAll(() => chain.devnet.stop())

/** Everything back to how it was; a snapshot serves once. */
const reset = async () => {
  await chain.devnet.revert(snapshotId)
  snapshotId = await chain.devnet.snapshot()
}

const encode = {
  deposit: () => encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }),
  approve: (spender: Address, units: bigint) =>
    encodeFunctionData({
      abi: erc20Abi,
      functionName: 'approve',
      args: [spender, units],
    }),
  transfer: (to: Address, units: bigint) =>
    encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args: [to, units],
    }),
  swap: (account: Address, units: bigint) =>
    encodeFunctionData({
      abi: swapRouter02Abi,
      functionName: 'exactInput',
      args: [
        {
          path: encodePacked(
            ['address', 'uint24', 'address', 'uint24', 'address'],
            [weth, 500, usdc, 100, chain.devnet.addresses.tokens.DAI],
          ),
          recipient: account,
          amountIn: units,
          amountOutMinimum: 0n,
        },
      ],
    }),
}

const simulate = async (
  steps: readonly (readonly TestCall[])[],
  options: {
    readonly otherAccounts?: readonly Address[]
    readonly tokens?: readonly AssetAddress[]
    readonly account?: Address
    readonly blockNumber?: bigint
  } = {},
): Promise<SimulationResult> =>
  chain.port.simulate({
    account: options.account ?? chain.account,
    blockNumber: options.blockNumber ?? (await chain.port.readHead()).number,
    steps: steps.map((calls, index) => ({
      stepId: `s${index + 1}`,
      calls: calls.map(({ to, valueWei = 0n, data }) => ({
        to,
        valueWei,
        data,
      })),
    })),
    otherAccounts: options.otherAccounts ?? [],
    tokens: options.tokens ?? [],
    allowances: [],
  })

const toPairs = (
  deltas: SimulationResult['steps'][number]['deltas'] | undefined,
) =>
  Object.fromEntries((deltas ?? []).map(({ symbol, units }) => [symbol, units]))

const deploy = async (code: Hex): Promise<Address> => {
  const { port, devnet } = chain
  const wallet = createWalletClient({
    account: mnemonicToAccount(
      'test test test test test test test test test test test junk',
      { addressIndex: 3 },
    ),
    chain: devnet.chain,
    transport: http(devnet.url),
  })
  const hash = await wallet.deployContract({
    abi: [],
    bytecode: code,
    gas: 5_000_000n,
  })
  for (;;) {
    const receipt = await port.client
      .getTransactionReceipt({ hash })
      .catch(() => null)
    if (receipt?.contractAddress) return getAddress(receipt.contractAddress)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('simulateCalls: what it says is what happens', () => {
  /** Simulates, sends for real, and holds both against outside balances. */
  const compare = async (
    calls: readonly TestCall[],
    tokens: readonly AssetAddress[],
  ) => {
    const { account, send, port, balanceOf } = chain
    const simulated = await simulate([calls])
    const before = await Promise.all(
      tokens.map((token) => balanceOf(token, account)),
    )
    const hashes = await send(calls)
    const after = await Promise.all(
      tokens.map((token) => balanceOf(token, account)),
    )
    const realised = await port.readRealised({
      account,
      otherAccounts: [],
      tokens,
      transactions: hashes,
    })
    const receipts = await Promise.all(
      hashes.map((hash) => port.client.getTransactionReceipt({ hash })),
    )
    return { simulated, realised, before, after, receipts }
  }

  test('default: wrap, swap over two pools, leave nothing allowed', async () => {
    await reset()
    const { account, deployment, devnet } = chain
    const { DAI } = devnet.addresses.tokens
    const router = deployment.uniswapV3.swapRouter02
    const { simulated, realised, before, after, receipts } = await compare(
      [
        { to: weth, valueWei: parseEther('2'), data: encode.deposit() },
        { to: weth, data: encode.approve(router, parseEther('1')) },
        { to: router, data: encode.swap(account, parseEther('1')) },
      ],
      ['native', weth, DAI, usdc],
    )
    const gas = receipts.reduce(
      (sum, { gasUsed, effectiveGasPrice }) =>
        sum + gasUsed * effectiveGasPrice,
      0n,
    )
    const [native = 0n, wrapped = 0n, dai = 0n] = after.map(
      (units, index) => units - (before[index] ?? 0n),
    )

    expect(realised.deltas.map(({ token, units }) => [token, units])).toEqual([
      ['native', native + gas],
      [weth, wrapped],
      [DAI, dai],
    ])
    expect(simulated.steps[0]?.deltas).toEqual(realised.deltas)
    expect(toPairs(realised.deltas)).toMatchObject({
      ETH: -parseEther('2'),
      WETH: parseEther('1'),
    })
    expect(simulated.allowances).toEqual([
      {
        token: weth,
        symbol: 'WETH',
        spender: router,
        kind: 'erc20',
        beforeUnits: 0n,
        afterUnits: 0n,
      },
    ])
    simulated.steps[0]?.calls.forEach(({ gasUsed, succeeded }, index) => {
      const real = receipts[index]?.gasUsed ?? 0n
      expect(succeeded).toBe(true)
      expect(gasUsed * 100n).toBeGreaterThanOrEqual(real * 98n)
      expect(gasUsed * 100n).toBeLessThanOrEqual(real * 102n)
    })
  })

  test('default: lend and borrow at Aave', async () => {
    await reset()
    const { account, deployment, devnet } = chain
    const { pool } = deployment.aaveV3
    const { reserves } = devnet.addresses.aaveV3
    const calls = [
      { to: usdc, data: encode.approve(pool, parseUnits('5000', 6)) },
      {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'supply',
          args: [usdc, parseUnits('5000', 6), account, 0],
        }),
      },
      {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'borrow',
          args: [weth, parseEther('1'), 2n, 0, account],
        }),
      },
    ]
    const { simulated, realised, before, after } = await compare(calls, [
      usdc,
      weth,
      reserves.USDC.aToken,
      reserves.WETH.variableDebtToken,
    ])
    const units = (token: Address) =>
      realised.deltas.find((delta) => delta.token === token)?.units

    expect([
      units(usdc),
      units(weth),
      units(reserves.USDC.aToken),
      units(reserves.WETH.variableDebtToken),
    ]).toEqual(after.map((value, index) => value - (before[index] ?? 0n)))
    // A second may pass between the calls when they are sent for real. What bears
    // interest is a share times an index: by the second it is rounded a unit off.
    const isNear = (units: bigint | undefined, wanted: bigint) => {
      const off = (units ?? 0n) - wanted
      expect(off >= -1n && off <= 1n, `${units} for ${wanted}`).toBe(true)
    }
    const { aDevUSDC, variableDebtDevWETH, ...paid } = toPairs(
      simulated.steps[0]?.deltas,
    )
    expect(paid).toEqual({
      USDC: -parseUnits('5000', 6),
      WETH: parseEther('1'),
    })
    isNear(aDevUSDC, parseUnits('5000', 6))
    isNear(variableDebtDevWETH, parseEther('1'))
    const positions = simulated.steps[0]?.positions ?? []
    expect(
      positions.map(({ venue, market, kind }) => [venue, market, kind]),
    ).toEqual([
      ['aave', usdc, 'supplied'],
      ['aave', weth, 'borrowed'],
    ])
    isNear(positions[0]?.units, parseUnits('5000', 6))
    isNear(positions[1]?.units, parseEther('1'))
    expect(
      realised.positions.map(({ market, kind }) => [market, kind]),
    ).toEqual([
      [usdc, 'supplied'],
      [weth, 'borrowed'],
    ])
    // 5000 USD at 85 % against 3000 USD of debt.
    expect(simulated.health).toEqual([
      {
        venue: 'aave',
        after: '1.416666',
        // 3000 / (5000 * 0.85), the collateral's dollar price that breaks it.
        liquidationPrices: [{ symbol: 'USDC', priceUsd: '0.70588236' }],
      },
    ])
    const [supplied, borrowed] = simulated.rates
    const chainRates = await readAaveRates([usdc, weth])
    expect(Number(supplied?.supplyPerYear)).toBeCloseTo(
      Number(chainRates[0]?.supply) / 1e27,
      8,
    )
    expect(Number(borrowed?.borrowPerYear)).toBeCloseTo(
      Number(chainRates[1]?.borrow) / 1e27,
      8,
    )
  })

  test('default: native coin in and out through the gateway', async () => {
    await reset()
    const { account, deployment, devnet } = chain
    const { pool, wrappedTokenGateway } = deployment.aaveV3
    const { aToken } = devnet.addresses.aaveV3.reserves.WETH
    const { simulated } = await compare(
      [
        {
          to: wrappedTokenGateway,
          valueWei: parseEther('3'),
          data: encodeFunctionData({
            abi: wrappedTokenGatewayAbi,
            functionName: 'depositETH',
            args: [pool, account, 0],
          }),
        },
      ],
      ['native', aToken],
    )
    expect(toPairs(simulated.steps[0]?.deltas)).toEqual({
      ETH: -parseEther('3'),
      aDevWETH: parseEther('3'),
    })
    const back = await compare(
      [
        // Shares round down: at some indices what the gateway takes over is a
        // wei short of what it then withdraws. A little of its own bridges that.
        { to: aToken, data: encode.transfer(wrappedTokenGateway, 1000n) },
        {
          to: aToken,
          data: encode.approve(wrappedTokenGateway, parseEther('1')),
        },
        {
          to: wrappedTokenGateway,
          data: encodeFunctionData({
            abi: wrappedTokenGatewayAbi,
            functionName: 'withdrawETH',
            args: [pool, parseEther('1'), account],
          }),
        },
      ],
      ['native'],
    )
    expect(toPairs(back.realised.deltas).ETH).toBe(parseEther('1'))
    expect(toPairs(back.simulated.steps[0]?.deltas)).toMatchObject({
      ETH: parseEther('1'),
    })
  })

  test('default: every action of Morpho, step by step', async () => {
    await reset()
    const { account, deployment, send, port } = chain
    const { morpho, markets } = deployment.morpho
    const [market] = markets
    if (market === undefined) expect.unreachable('there is a market')
    const steps = [
      [
        { to: usdc, data: encode.approve(morpho, parseUnits('1000', 6)) },
        {
          to: morpho,
          data: encodeFunctionData({
            abi: morphoAbi,
            functionName: 'supply',
            args: [market, parseUnits('1000', 6), 0n, account, '0x'],
          }),
        },
      ],
      [
        { to: weth, data: encode.approve(morpho, parseEther('1')) },
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
            args: [market, parseUnits('1500', 6), 0n, account, account],
          }),
        },
      ],
      [
        { to: usdc, data: encode.approve(morpho, parseUnits('500', 6)) },
        {
          to: morpho,
          data: encodeFunctionData({
            abi: morphoAbi,
            functionName: 'repay',
            args: [market, parseUnits('500', 6), 0n, account, '0x'],
          }),
        },
        {
          to: morpho,
          data: encodeFunctionData({
            abi: morphoAbi,
            functionName: 'withdraw',
            args: [market, parseUnits('400', 6), 0n, account, account],
          }),
        },
      ],
    ] as const
    const simulated = await simulate(steps)
    const nearly = (units: bigint) =>
      expect.toSatisfy(
        (value: bigint) => value >= units - 1n && value <= units + 1n,
      )
    const expected = [
      [['supplied', nearly(parseUnits('1000', 6))]],
      [
        ['borrowed', nearly(parseUnits('1500', 6))],
        ['collateral', parseEther('1')],
      ],
      [
        ['borrowed', nearly(-parseUnits('500', 6))],
        ['supplied', nearly(-parseUnits('400', 6))],
      ],
    ]
    expect(
      simulated.steps.map(({ positions }) =>
        positions.map(({ kind, units }) => [kind, units]).sort(),
      ),
    ).toEqual(expected)
    expect(simulated.health).toEqual([
      {
        venue: 'morpho',
        market: market.id,
        after: expect.stringMatching(/^2\.5799\d\d$/),
        liquidationPrices: [
          { symbol: 'WETH', priceUsd: expect.stringMatching(/^1162\.79/) },
        ],
      },
    ])

    for (const [index, calls] of steps.entries()) {
      const hashes = await send(calls)
      const realised = await port.readRealised({
        account,
        otherAccounts: [],
        tokens: ['native'],
        transactions: hashes,
      })
      const kinds = realised.positions.map(({ kind, units }) => [kind, units])
      expect(kinds.sort()).toEqual(expected[index]?.sort())
      expect(toPairs(realised.deltas)).toEqual(
        toPairs(simulated.steps[index]?.deltas),
      )
    }
    const [rates] = simulated.rates
    expect(rates).toMatchObject({ venue: 'morpho', market: market.id })
    const { morpho: now } = await readLendingSnapshot({
      client: port.client,
      deployment,
    })
    const real = now.markets.find(({ id }) => id === market.id)
    expect(Number(rates?.supplyPerYear)).toBeCloseTo(
      Number(real?.supplyRateWad) / 1e18,
      8,
    )
    expect(Number(rates?.borrowPerYear)).toBeCloseTo(
      Number(real?.borrowRateWad) / 1e18,
      8,
    )
  })

  const readAaveRates = (assets: readonly Address[]) =>
    Promise.all(
      assets.map(async (asset) => {
        const data = await chain.port.client.readContract({
          address: chain.deployment.aaveV3.dataProvider,
          abi: parseAbi([
            'function getReserveData(address) view returns (uint256,uint256,uint256,uint256,uint256,uint256 liquidityRate,uint256 variableBorrowRate,uint256,uint256,uint256,uint256,uint40)',
          ]),
          functionName: 'getReserveData',
          args: [asset],
        })
        return { supply: data[5], borrow: data[6] }
      }),
    )
})

describe('simulateCalls: measured, not inferred', () => {
  test('behavior: interest of an untouched position is no change', async () => {
    await reset()
    const { account, deployment, send } = chain
    const { pool } = deployment.aaveV3
    await send([
      { to: usdc, data: encode.approve(pool, parseUnits('90000', 6)) },
      {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'supply',
          args: [usdc, parseUnits('90000', 6), account, 0],
        }),
      },
    ])
    await chain.devnet.control.increaseTime({ seconds: 86_400 })
    const { aToken } = chain.devnet.addresses.aaveV3.reserves.USDC
    const result = await simulate(
      [
        [{ to: weth, valueWei: 1n, data: encode.deposit() }],
        [{ to: weth, data: encode.transfer(stranger, 1n) }],
      ],
      { tokens: [aToken] },
    )
    expect(result.steps.map(({ deltas }) => toPairs(deltas))).toEqual([
      { ETH: -1n, WETH: 1n },
      { WETH: -1n },
    ])
    expect(result.health).toEqual([])
  })

  test('behavior: others are measured too, and only those named', async () => {
    const { otherAccounts } = { otherAccounts: [stranger] }
    const { steps } = await simulate(
      [[{ to: usdc, data: encode.transfer(stranger, 7n) }]],
      { otherAccounts },
    )
    expect(
      steps[0]?.deltas.map(({ account, units }) => [account, units]),
    ).toEqual([
      [chain.account, -7n],
      [stranger, 7n],
    ])
  })

  test('behavior: a failing call tells why, and the others go on', async () => {
    await reset()
    const { account, deployment } = chain
    const { steps } = await simulate([
      [
        { to: usdc, data: encode.transfer(stranger, maxUint256) },
        {
          to: deployment.aaveV3.pool,
          data: encodeFunctionData({
            abi: aavePoolAbi,
            functionName: 'borrow',
            args: [usdc, 1n, 2n, 0, account],
          }),
        },
        { to: stranger, valueWei: parseEther('1000000'), data: '0x' },
        { to: weth, valueWei: 5n, data: encode.deposit() },
      ],
    ])
    expect(steps[0]?.calls).toEqual([
      expect.objectContaining({
        succeeded: false,
        reason: 'ERC20: transfer amount exceeds balance',
      }),
      expect.objectContaining({
        succeeded: false,
        reason: 'the account has no collateral (Aave error 34)',
      }),
      {
        succeeded: false,
        gasUsed: 0n,
        reason: 'the account has less native coin than the call sends',
      },
      expect.objectContaining({ succeeded: true }),
    ])
    expect(toPairs(steps[0]?.deltas)).toEqual({ ETH: -5n, WETH: 5n })
  })

  test('behavior: it sees the block that it was asked for', async () => {
    await reset()
    const { send, port } = chain
    const { number } = await port.readHead()
    const drain = { to: usdc, data: encode.transfer(stranger, 99_999_000_000n) }
    const calls = [[{ to: usdc, data: encode.transfer(stranger, 5_000_000n) }]]
    await send([drain])
    expect((await simulate(calls)).steps[0]?.calls[0]?.succeeded).toBe(false)
    expect(
      (await simulate(calls, { blockNumber: number })).steps[0]?.calls[0]
        ?.succeeded,
    ).toBe(true)
  })

  test('behavior: a deadline that ends before the next block fails here already', async () => {
    await reset()
    const { account, deployment, port } = chain
    const swapBefore = async (seconds: number) => {
      const { timestampUnixSeconds } = await port.readHead()
      return simulate([
        [
          {
            to: deployment.uniswapV2.router,
            valueWei: parseEther('1'),
            data: encodeFunctionData({
              abi: uniswapV2RouterAbi,
              functionName: 'swapExactETHForTokens',
              args: [
                0n,
                [weth, usdc],
                account,
                BigInt(timestampUnixSeconds + seconds),
              ],
            }),
          },
        ],
      ])
    }
    expect((await swapBefore(300)).steps[0]?.calls[0]).toMatchObject({
      succeeded: true,
    })
    await chain.devnet.control.increaseTime({ seconds: 3600 })
    expect((await swapBefore(300)).steps[0]?.calls[0]).toMatchObject({
      succeeded: false,
      reason: 'UniswapV2Router: EXPIRED',
    })
  })

  test('behavior: addresses may come in any spelling', async () => {
    const upper = (address: Address): Address =>
      `0x${address.slice(2).toUpperCase()}`
    const { steps } = await simulate(
      [[{ to: upper(usdc), data: encode.transfer(stranger, 3n) }]],
      {
        account: upper(chain.account),
        otherAccounts: [upper(stranger)],
        tokens: [upper(usdc)],
      },
    )
    expect(steps[0]?.deltas.map(({ units }) => units)).toEqual([-3n, 3n])
  })
})

describe('simulateCalls: grants are found by their effect', () => {
  const grants = async (calls: readonly TestCall[]) =>
    (await simulate([calls])).allowances.map(
      ({ kind, spender, beforeUnits, afterUnits }) => [
        kind,
        spender,
        beforeUnits,
        afterUnits,
      ],
    )
  const signer = mnemonicToAccount(
    'test test test test test test test test test test test junk',
    { addressIndex: 3 },
  )

  test('behavior: approve and increaseAllowance', async () => {
    await reset()
    expect(
      await grants([{ to: usdc, data: encode.approve(stranger, 5n) }]),
    ).toEqual([['erc20', stranger, 0n, 5n]])
    expect(
      await grants([
        {
          to: usdc,
          data: encodeFunctionData({
            abi: erc20Abi,
            functionName: 'increaseAllowance',
            args: [stranger, 6n],
          }),
        },
      ]),
    ).toEqual([['erc20', stranger, 0n, 6n]])
  })

  test('behavior: a signed permit, alone and inside a multicall', async () => {
    const permitTo = async (spender: Address) =>
      parseSignature(
        await signer.signTypedData({
          domain: {
            name: 'USD Coin',
            version: '2',
            chainId: 31337,
            verifyingContract: usdc,
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
            owner: signer.address,
            spender,
            value: 9n,
            nonce: 0n,
            deadline: maxUint256,
          },
        }),
      )
    const alone = await permitTo(stranger)
    expect(
      await grants([
        {
          to: usdc,
          data: encodeFunctionData({
            abi: parseAbi([
              'function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)',
            ]),
            functionName: 'permit',
            args: [
              signer.address,
              stranger,
              9n,
              maxUint256,
              Number(alone.v),
              alone.r,
              alone.s,
            ],
          }),
        },
      ]),
    ).toEqual([['erc20', stranger, 0n, 9n]])

    const router = chain.deployment.uniswapV3.swapRouter02
    const wrapped = await permitTo(router)
    expect(
      await grants([
        {
          to: router,
          data: encodeFunctionData({
            abi: swapRouter02Abi,
            functionName: 'multicall',
            args: [
              [
                encodeFunctionData({
                  abi: swapRouter02Abi,
                  functionName: 'selfPermit',
                  args: [
                    usdc,
                    9n,
                    maxUint256,
                    Number(wrapped.v),
                    wrapped.r,
                    wrapped.s,
                  ],
                }),
              ],
            ],
          }),
        },
      ]),
    ).toEqual([['erc20', router, 0n, 9n]])
  })

  test('behavior: Permit2 by call and by signature; one that ends is none', async () => {
    const { permit2 } = chain.deployment
    const approve = (expiration: number) => ({
      to: permit2,
      data: encodeFunctionData({
        abi: permit2Abi,
        functionName: 'approve',
        args: [usdc, stranger, 11n, expiration],
      }),
    })
    expect(await grants([approve(2 ** 40)])).toEqual([
      ['permit2', stranger, 0n, 11n],
    ])
    // Zero stands for "this block only".
    expect(await grants([approve(0)])).toEqual([['permit2', stranger, 0n, 0n]])

    const details = {
      token: usdc,
      amount: 12n,
      expiration: 2 ** 40,
      nonce: 0,
    }
    const signature = await signer.signTypedData({
      domain: { name: 'Permit2', chainId: 31337, verifyingContract: permit2 },
      types: {
        PermitDetails: [
          { name: 'token', type: 'address' },
          { name: 'amount', type: 'uint160' },
          { name: 'expiration', type: 'uint48' },
          { name: 'nonce', type: 'uint48' },
        ],
        PermitSingle: [
          { name: 'details', type: 'PermitDetails' },
          { name: 'spender', type: 'address' },
          { name: 'sigDeadline', type: 'uint256' },
        ],
      },
      primaryType: 'PermitSingle',
      message: { details, spender: stranger, sigDeadline: maxUint256 },
    })
    expect(
      await grants([
        {
          to: permit2,
          data: encodeFunctionData({
            abi: permit2Abi,
            functionName: 'permit',
            args: [
              signer.address,
              { details, spender: stranger, sigDeadline: maxUint256 },
              signature,
            ],
          }),
        },
      ]),
    ).toEqual([['permit2', stranger, 0n, 12n]])
  })

  test('error: SimulationTooWideError when there is too much to measure', async () => {
    const approvals = Array.from({ length: 97 }, (_, index) => ({
      to: usdc,
      data: encode.approve(
        `0x${(0xabcdef0000n + BigInt(index)).toString(16).padEnd(40, '0')}`,
        1n,
      ),
    }))
    await expect(simulate([approvals])).rejects.toBeInstanceOf(
      SimulationTooWideError,
    )
    expect((await simulate([approvals.slice(0, 90)])).allowances).toHaveLength(
      90,
    )
  })

  test('behavior: credit at Aave and authority at Morpho', async () => {
    const { variableDebtToken } = chain.devnet.addresses.aaveV3.reserves.USDC
    expect(
      await grants([
        {
          to: variableDebtToken,
          data: encodeFunctionData({
            abi: aaveDebtTokenAbi,
            functionName: 'approveDelegation',
            args: [stranger, 13n],
          }),
        },
      ]),
    ).toEqual([['operator', stranger, 0n, 13n]])
    expect(
      await grants([
        {
          to: chain.deployment.morpho.morpho,
          data: encodeFunctionData({
            abi: morphoAbi,
            functionName: 'setAuthorization',
            args: [stranger, true],
          }),
        },
      ]),
    ).toEqual([['operator', stranger, 0n, 1n]])
  })
})

describe('simulateCalls: hostile and odd tokens', () => {
  let code: Readonly<Record<string, Hex>>
  beforeAll(async () => {
    code = compileTestTokens()
    await reset()
  })
  const deployNamed = (name: string) => deploy(code[name] ?? '0x')
  const call = (
    to: Address,
    functionName: 'gift' | 'turn' | 'mint' | 'mintMany' | 'helpful',
    args: readonly (Address | bigint)[],
  ): TestCall => ({
    to,
    data: encodeFunctionData({
      abi: testTokensAbi,
      functionName,
      args: args as never,
    }),
  })

  test('behavior: a token that logs nothing is measured all the same', async () => {
    const token = await deployNamed('SilentToken')
    const result = await simulate([
      [
        { to: token, data: encode.transfer(stranger, 5n) },
        { to: token, data: encode.approve(stranger, 6n) },
      ],
    ])
    // Its symbol is that of a listed token, so its address stands beside it.
    const symbol = `USDC (${token.slice(0, 6)}…${token.slice(-4)})`
    expect(toPairs(result.steps[0]?.deltas)).toEqual({ [symbol]: -5n })
    expect(result.allowances).toEqual([
      expect.objectContaining({ token, spender: stranger, afterUnits: 6n }),
    ])
  })

  test('behavior: a log is not a gift', async () => {
    const token = await deployNamed('LyingToken')
    const { steps } = await simulate([[call(token, 'gift', [chain.account])]])
    expect(steps[0]?.deltas).toEqual([])
  })

  test('behavior: what arrives is what counts', async () => {
    const token = await deployNamed('FeeToken')
    const { steps } = await simulate(
      [[{ to: token, data: encode.transfer(stranger, 1000n) }]],
      { otherAccounts: [stranger] },
    )
    expect(steps[0]?.deltas.map(({ units }) => units)).toEqual([-1000n, 900n])
  })

  test('behavior: an old allowance that is drained shows as a loss', async () => {
    const drainer = await deployNamed('Drainer')
    await chain.send([{ to: usdc, data: encode.approve(drainer, 500n) }])
    const result = await simulate([[call(drainer, 'helpful', [usdc, 400n])]])
    expect(toPairs(result.steps[0]?.deltas)).toEqual({ USDC: -400n })
    expect(result.allowances).toEqual([
      expect.objectContaining({ beforeUnits: 500n, afterUnits: 100n }),
    ])
  })

  test.each([
    ['reverts', 1n],
    ['burns all gas', 2n],
  ])('error: SimulationUnreliableError when a token %s', async (_, mood) => {
    const token = await deployNamed('MoodyToken')
    await expect(
      simulate([[call(token, 'turn', [mood])]]),
    ).rejects.toBeInstanceOf(SimulationUnreliableError)
  })

  test('error: SimulationUnreliableError when a token writes as it is read', async () => {
    const token = await deployNamed('MoodyToken')
    await expect(
      simulate([[call(token, 'turn', [4n])]]),
    ).rejects.toBeInstanceOf(SimulationUnreliableError)
  })

  test('behavior: an answer of a megabyte spoils nothing', async () => {
    const token = await deployNamed('MoodyToken')
    const { steps } = await simulate([
      [
        call(token, 'turn', [3n]),
        { to: weth, valueWei: 2n, data: encode.deposit() },
      ],
    ])
    expect(toPairs(steps[0]?.deltas)).toMatchObject({ ETH: -2n, WETH: 2n })
  })

  test('behavior: collectibles and their operators', async () => {
    const token = await deployNamed('Collectibles')
    const symbol = `${token.slice(0, 6)}…${token.slice(-4)}`
    const result = await simulate([
      [call(token, 'mint', [1n]), call(token, 'mintMany', [9n, 40n])],
      [
        {
          to: token,
          data: encodeFunctionData({
            abi: operatorAbi,
            functionName: 'setApprovalForAll',
            args: [stranger, true],
          }),
        },
        { to: token, data: encode.approve(stranger, 1n) },
      ],
    ])
    expect(toPairs(result.steps[0]?.deltas)).toEqual({
      [symbol]: 1n,
      [`${symbol} #9`]: 40n,
    })
    expect(
      result.allowances.map(({ kind, spender, afterUnits }) => [
        kind,
        spender,
        afterUnits,
      ]),
    ).toEqual([
      ['operator', stranger, 1n],
      ['operator', stranger, 1n],
    ])
  })
})
