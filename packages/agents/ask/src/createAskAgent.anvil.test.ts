import { type Devnet, start } from '@behest/devnet'
import {
  aavePoolAbi,
  createChainPort,
  type EvmChainPort,
  erc20Abi,
  quoterV2Abi,
  toLocalDeployment,
} from '@behest/evm'
import { quoteInProcess } from '@behest/sdk'
import { collectAgentChecks, createTestRequest } from '@behest/sdk/testing'
import {
  type Address,
  type Instruction,
  type Quote,
  type QuoteDecline,
  type Token,
  toDecimal,
} from '@behest/spec'
import {
  type Abi,
  createWalletClient,
  encodeFunctionData,
  http,
  parseAbi,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAskAgent } from './createAskAgent.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
let devnet: Devnet
let chain: EvmChainPort
let account: Address
let stranger: Address
let tokens: Readonly<
  Record<'USDC' | 'WETH' | 'DAI' | 'WBTC', Token & { address: Address }>
>

beforeAll(async () => {
  devnet = await start()
  const deployment = toLocalDeployment(devnet.addresses)
  chain = createChainPort({ rpcUrl: devnet.url, deployment })
  account = devnet.accounts[1].address
  stranger = devnet.accounts[8].address
  const toToken = (symbol: keyof typeof tokens, decimals: number) => ({
    chainId: chain.chainId,
    address: devnet.addresses.tokens[symbol],
    symbol,
    decimals,
  })
  tokens = {
    USDC: toToken('USDC', 6),
    WETH: toToken('WETH', 18),
    DAI: toToken('DAI', 18),
    WBTC: toToken('WBTC', 8),
  }
  await devnet.deal({ account, token: 'USDC', amountUnits: 5_000_123_456n })
  const { pool } = deployment.aaveV3
  const { USDC, WETH } = tokens
  await send(USDC.address, erc20Abi, 'approve', [pool, 3_000_000_000n])
  await send(pool, aavePoolAbi, 'supply', [
    USDC.address,
    3_000_000_000n,
    account,
    0,
  ])
  await send(pool, aavePoolAbi, 'borrow', [
    WETH.address,
    10n ** 17n,
    2n,
    0,
    account,
  ])
  await send(USDC.address, erc20Abi, 'approve', [deployment.permit2, 77n])
})
afterAll(() => devnet?.stop())

async function send(
  to: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
) {
  const wallet = createWalletClient({
    account: privateKeyToAccount(devnet.accounts[1].privateKey),
    chain: devnet.chain,
    transport: http(devnet.url),
  })
  const { status } = await wallet.sendTransactionSync({
    to,
    data: encodeFunctionData({ abi, functionName, args }),
    gas: 3_000_000n,
  })
  expect(status).toBe('success')
}

type Question = Omit<
  Extract<Instruction, { action: 'ask' }>,
  'action' | 'account'
>

async function toRequest(question: Question, asker = account) {
  const head = await chain.readHead()
  return createTestRequest({
    instruction: { action: 'ask', account: asker, ...question },
    account: asker,
    chainId: chain.chainId,
    blockNumber: head.number,
    blockHash: head.hash,
    nowUnixSeconds: head.timestampUnixSeconds,
  })
}
const reply = async (question: Question, asker?: Address) =>
  quoteInProcess(createAskAgent({ chains: [chain] }), {
    request: await toRequest(question, asker),
    signer,
  })
/** What the tests below look at in the values of an answer. */
type Values = {
  readonly symbol: string
  readonly priceUsd: string
  readonly balances: readonly { readonly symbol: string }[]
  readonly markets: readonly {
    readonly venue: string
    readonly supplyPerYear: string
  }[]
  readonly positions: readonly { readonly units: string }[]
  readonly loans: readonly object[]
  readonly costs: readonly object[]
  readonly allowances: readonly object[]
  readonly baseFeeGwei: string
  readonly afterDecimal: string
  readonly sell: { readonly units: string; readonly decimal: string }
  readonly buy: { readonly units: string; readonly decimal: string }
}
async function ask(question: Question, asker?: Address) {
  const quote = (await reply(question, asker)) as Quote
  expect(quote).toMatchObject({ type: 'behest.quote', calls: [], spend: [] })
  const { text, values } = quote.answer ?? { text: '' }
  // Each test asks for the fields of its own topic.
  return { text, values: values as unknown as Values }
}
const codeOf = async (question: Question) =>
  ((await reply(question)) as QuoteDecline).code

describe('createAskAgent', () => {
  test('price: what the feed says, to the last digit', async () => {
    await devnet.setPrice({ symbol: 'WBTC', usd: '64321.12345678' })
    const { text, values } = await ask({ topic: 'price', token: tokens.WBTC })
    expect(values).toMatchObject({ symbol: 'WBTC', priceUsd: '64321.12345678' })
    expect(text).toBe('1 WBTC is $64321.12.')
    const native = await ask({ topic: 'price', token: chain.nativeToken })
    const wrapped = await ask({ topic: 'price', token: tokens.WETH })
    expect(native.values.priceUsd).toBe(wrapped.values.priceUsd)
  })

  test('price: of an amount, exactly', async () => {
    await devnet.setPrice({ symbol: 'WBTC', usd: '60000.5' })
    const { values } = await ask({
      topic: 'price',
      token: tokens.WBTC,
      amount: { type: 'exact', units: 12_345_678n },
    })
    expect(values).toMatchObject({
      decimal: '0.12345678',
      valueUsd: '7407.46852839',
    })
  })

  test('L-UNIT-04: balance of one token, in exact decimals', async () => {
    const { text, values } = await ask({ topic: 'balance', token: tokens.USDC })
    expect(values.balances).toMatchObject([
      { symbol: 'USDC', units: '2000123456', decimal: '2000.123456' },
    ])
    expect(text).toContain('2000.123456 USDC')
  })

  test('balance: everything that is held, and a token that is not', async () => {
    const { values } = await ask({ topic: 'balance' })
    const symbols = values.balances.map(({ symbol }) => symbol)
    expect(symbols.toSorted()).toEqual(['ETH', 'USDC', 'WETH'])
    const none = await ask({ topic: 'balance', token: tokens.DAI })
    expect(none.values.balances).toMatchObject([{ decimal: '0' }])
  })

  test('yield: Aave’s own rates, best first, and lower once more has joined', async () => {
    const { pool } = chain.deployment.aaveV3
    // Aave writes its rate down when the reserve is used, and ours is of the
    // moment: in the block of its last use the two are one.
    await send(tokens.USDC.address, erc20Abi, 'approve', [pool, 1n])
    await send(pool, aavePoolAbi, 'supply', [
      tokens.USDC.address,
      1n,
      account,
      0,
    ])
    await send(pool, aavePoolAbi, 'withdraw', [
      tokens.USDC.address,
      1n,
      account,
    ])
    const { values, text } = await ask({ topic: 'yield', token: tokens.USDC })
    const [, , , , , liquidityRate] = await readReserve(tokens.USDC.address)
    const aave = values.markets.find(({ venue }) => venue === 'aave')
    // The lens gives rays; the answer keeps 18 of their 27 digits.
    expect(aave?.supplyPerYear).toBe(
      toDecimal((liquidityRate ?? 0n) / 10n ** 9n, 18),
    )
    const rates = values.markets.map((market) =>
      BigInt(market.supplyPerYear.replace('.', '').padEnd(20, '0')),
    )
    expect(rates).toEqual(rates.toSorted((a, b) => (a < b ? 1 : -1)))
    expect(text).toContain('USDC on')

    const joined = await ask({
      topic: 'yield',
      token: tokens.USDC,
      venue: 'aave',
      amount: { type: 'exact', units: 1_000_000_000_000n },
    })
    expect(joined.values.markets).toHaveLength(1)
    expect(joined.values.afterDecimal).toBe('1000000')
    expect(Number(joined.values.markets[0]?.supplyPerYear)).toBeLessThan(
      Number(aave?.supplyPerYear),
    )
  })

  test('position: what was lent, pledged and borrowed', async () => {
    const { values, text } = await ask({ topic: 'position' })
    expect(values.positions).toMatchObject([
      { venue: 'aave', kind: 'collateral', symbol: 'USDC' },
      { venue: 'aave', kind: 'borrowed', symbol: 'WETH' },
    ])
    const [collateral, debt] = values.positions
    expect(BigInt(collateral?.units ?? 0)).toBeGreaterThanOrEqual(
      2_999_999_999n,
    )
    expect(BigInt(debt?.units ?? 0)).toBeGreaterThanOrEqual(10n ** 17n)
    expect(text).toContain('owes 0.1')
    const nothing = await ask({ topic: 'position' }, stranger)
    expect(nothing.values.positions).toEqual([])
  })

  test('health: Aave’s own number, and that it falls with the price', async () => {
    const { values, text } = await ask({ topic: 'health' })
    const [, , , , , health] = await chain.client.readContract({
      address: chain.deployment.aaveV3.pool,
      abi: aavePoolAbi,
      functionName: 'getUserAccountData',
      args: [account],
    })
    expect(values.loans).toMatchObject([
      {
        venue: 'aave',
        state: 'safe',
        health: toDecimal(health / 10n ** 12n, 6),
      },
    ])
    expect(text).toContain('Below 1')

    const snapshot = await devnet.snapshot()
    await devnet.setPrice({ symbol: 'WETH', usd: '100000' })
    const fallen = await ask({ topic: 'health' })
    expect(fallen.values.loans).toMatchObject([{ state: 'liquidatable' }])
    await devnet.revert(snapshot)
    const free = await ask({ topic: 'health' }, stranger)
    expect(free.values.loans).toEqual([])
    expect(free.text).toContain('owes nothing')
  })

  test('gas: base fee of the block, and what things cost', async () => {
    const { values, text } = await ask({ topic: 'gas' })
    const head = await chain.readHead()
    expect(values.baseFeeGwei).toBe(toDecimal(head.baseFeePerGasWei, 9))
    expect(values.costs).toHaveLength(4)
    expect(text).toContain('gwei')
  })

  test('allowance: of those that are known, and of one that is named', async () => {
    const { values } = await ask({ topic: 'allowance', token: tokens.USDC })
    expect(values.allowances).toMatchObject([
      { name: 'Permit2', units: '77', decimal: '0.000077' },
    ])
    const named = await ask({
      topic: 'allowance',
      token: tokens.USDC,
      spender: stranger,
    })
    expect(named.values.allowances).toMatchObject([{ units: '0' }])
  })

  test('totalSupply: as the contract says', async () => {
    const { values } = await ask({ topic: 'totalSupply', token: tokens.DAI })
    const supply = await chain.client.readContract({
      address: tokens.DAI.address,
      abi: erc20Abi,
      functionName: 'totalSupply',
    })
    expect(values).toMatchObject({
      units: supply.toString(),
      decimal: toDecimal(supply, 18),
    })
  })

  test('quote: no worse than Uniswap’s own quoter, with its proof', async () => {
    const quote = (await reply({
      topic: 'quote',
      sell: {
        token: chain.nativeToken,
        amount: { type: 'exact', units: 10n ** 18n },
      },
      buy: { token: tokens.USDC },
    })) as Quote
    const { result } = await chain.client.simulateContract({
      address: chain.deployment.uniswapV3.quoterV2,
      abi: quoterV2Abi,
      functionName: 'quoteExactInputSingle',
      args: [
        {
          tokenIn: tokens.WETH.address,
          tokenOut: tokens.USDC.address,
          amountIn: 10n ** 18n,
          fee: 500,
          sqrtPriceLimitX96: 0n,
        },
      ],
    })
    const values = quote.answer?.values as unknown as Values
    const units = BigInt(values.buy.units)
    expect(units).toBeGreaterThanOrEqual(result[0])
    expect(values.sell).toMatchObject({ symbol: 'ETH', decimal: '1' })
    expect(values.buy.decimal).toBe(toDecimal(units, 6))
    expect(quote.certificate?.upperBoundUnits).toBeGreaterThanOrEqual(units)
    // What the drawn pools give is what is promised.
    expect(
      quote.route
        ?.filter(({ tokenOut }) => tokenOut.symbol === 'USDC')
        .reduce((sum, { amountOutUnits }) => sum + amountOutUnits, 0n),
    ).toBe(units)
    expect(quote.answer?.text).toContain(`gives ${values.buy.decimal} USDC`)
  })

  test('quote: a share is of what the account has; nothing said is one whole', async () => {
    const half = await ask({
      topic: 'quote',
      sell: { token: tokens.USDC, amount: { type: 'share', bps: 5_000 } },
      buy: { token: tokens.WETH },
    })
    expect(half.values.sell.decimal).toBe('1000.061728')
    const whole = await ask({
      topic: 'quote',
      sell: { token: tokens.WETH },
      buy: { token: tokens.USDC },
    })
    expect(whole.values.sell.decimal).toBe('1')
  })

  test('L-UNIT-13: quote: what an exact purchase costs buys it, and no less does', async () => {
    const wanted = 250_000_000n
    const { values, text } = await ask({
      topic: 'quote',
      sell: { token: tokens.WETH },
      buy: { token: tokens.USDC, amount: { type: 'exact', units: wanted } },
    })
    const cost = BigInt(values.sell.units)
    const given = async (units: bigint) =>
      BigInt(
        (
          await ask({
            topic: 'quote',
            sell: { token: tokens.WETH, amount: { type: 'exact', units } },
            buy: { token: tokens.USDC },
          })
        ).values.buy.units,
      )
    expect(await given(cost)).toBeGreaterThanOrEqual(wanted)
    expect(await given((cost * 9_999n) / 10_000n)).toBeLessThan(wanted)
    expect(text).toContain(`250 USDC costs ${values.sell.decimal} WETH`)
  })

  test('quote: wrapping is one to one', async () => {
    const { values } = await ask({
      topic: 'quote',
      sell: { token: chain.nativeToken, amount: { type: 'exact', units: 7n } },
      buy: { token: tokens.WETH },
    })
    expect(values.buy.units).toBe('7')
  })

  test('help and agents: words, and where to look', async () => {
    expect((await ask({ topic: 'help' })).text).toContain('swap 1 ETH for USDC')
    expect((await ask({ topic: 'agents' })).values).toMatchObject({
      path: '/v1/search',
    })
  })

  test.each<[string, Question | (() => Question)]>([
    ['TOKEN_MISSING', { topic: 'price' }],
    ['TOKEN_MISSING', { topic: 'allowance' }],
    ['TOKEN_MISSING', { topic: 'totalSupply' }],
    ['TOKEN_MISSING', { topic: 'quote' }],
    [
      'SUPPLY_UNKNOWN',
      () => ({ topic: 'totalSupply', token: chain.nativeToken }),
    ],
    [
      'NATIVE_HAS_NO_ALLOWANCE',
      () => ({ topic: 'allowance', token: chain.nativeToken }),
    ],
    [
      'PRICE_UNKNOWN',
      () => ({ topic: 'price', token: { ...tokens.DAI, address: stranger } }),
    ],
    [
      'SUPPLY_UNKNOWN',
      () => ({
        topic: 'totalSupply',
        token: { ...tokens.DAI, address: stranger },
      }),
    ],
    [
      'NOT_LENT',
      () => ({ topic: 'yield', token: { ...tokens.DAI, address: stranger } }),
    ],
    [
      'NOT_LENT',
      () => ({ topic: 'yield', token: tokens.DAI, venue: 'compound' }),
    ],
    [
      'ROUTE_TOKEN_UNKNOWN',
      () => ({
        topic: 'quote',
        sell: { token: { ...tokens.DAI, address: stranger } },
        buy: { token: tokens.USDC },
      }),
    ],
    [
      'AMOUNT_ZERO',
      () => ({
        topic: 'quote',
        sell: { token: tokens.DAI, amount: { type: 'share', bps: 10_000 } },
        buy: { token: tokens.USDC },
      }),
    ],
    [
      'AMOUNT_UNRESOLVED',
      () => ({
        topic: 'quote',
        sell: { token: tokens.DAI },
        buy: { token: tokens.USDC, amount: { type: 'share', bps: 1 } },
      }),
    ],
    [
      'ROUTE_AMOUNT_BEYOND_LIQUIDITY',
      () => ({
        topic: 'quote',
        sell: { token: tokens.WETH },
        buy: {
          token: tokens.USDC,
          amount: { type: 'exact', units: 10n ** 24n },
        },
      }),
    ],
  ])('error: declines with %s', async (code, question) => {
    expect(
      await codeOf(typeof question === 'function' ? question() : question),
    ).toBe(code)
  })
})

describe('contract of agent ask', () => {
  test('every check passes', async () => {
    const checks = collectAgentChecks({
      agent: createAskAgent({ chains: [chain] }),
      fixtures: [
        {
          name: 'balance',
          expected: 'quote',
          request: await toRequest({ topic: 'balance', token: tokens.USDC }),
        },
        {
          name: 'quote',
          expected: 'quote',
          request: await toRequest({
            topic: 'quote',
            sell: { token: tokens.WETH },
            buy: { token: tokens.USDC },
          }),
        },
        {
          name: 'price of nothing',
          expected: 'decline',
          request: await toRequest({ topic: 'price' }),
        },
      ],
    })
    for (const { name, run } of checks)
      await expect(run(), name).resolves.toBeUndefined()
  })
})

async function readReserve(asset: Address) {
  return chain.client.readContract({
    address: chain.deployment.aaveV3.dataProvider,
    abi: parseAbi([
      'function getReserveData(address asset) view returns (uint256 unbacked, uint256 accruedToTreasury, uint256 totalAToken, uint256 totalStableDebt, uint256 totalVariableDebt, uint256 liquidityRate, uint256 variableBorrowRate, uint256 stableBorrowRate, uint256 averageStableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex, uint40 lastUpdateTimestamp)',
    ]),
    functionName: 'getReserveData',
    args: [asset],
  })
}
