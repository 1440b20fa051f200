import {
  type Address,
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  type Hex,
  numberToHex,
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
import type { DevnetAddresses } from '../addresses.js'
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

const quoterAbi = parseAbi([
  'function quoteExactInputSingle((address tokenIn, address tokenOut, uint256 amountIn, uint24 fee, uint160 sqrtPriceLimitX96) params) returns (uint256 amountOut, uint160, uint32, uint256)',
  'function quoteExactInput(bytes path, uint256 amountIn) returns (uint256 amountOut, uint160[], uint32[], uint256)',
  'function quoteExactOutputSingle((address tokenIn, address tokenOut, uint256 amount, uint24 fee, uint160 sqrtPriceLimitX96) params) returns (uint256 amountIn, uint160, uint32, uint256)',
])

const routerAbi = parseAbi([
  'function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) payable returns (uint256)',
])

const router02Abi = parseAbi([
  'function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) payable returns (uint256)',
  'function exactInput((bytes path, address recipient, uint256 amountIn, uint256 amountOutMinimum) params) payable returns (uint256)',
  'function exactOutputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountOut, uint256 amountInMaximum, uint160 sqrtPriceLimitX96) params) payable returns (uint256)',
  'function multicall(bytes[] data) payable returns (bytes[])',
  'function refundETH() payable',
])

const v2RouterAbi = parseAbi([
  'function getAmountsOut(uint256 amountIn, address[] path) view returns (uint256[])',
  'function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) returns (uint256[])',
])

const universalRouterAbi = parseAbi([
  'function execute(bytes commands, bytes[] inputs, uint256 deadline) payable',
])

const permit2Abi = parseAbi([
  'function allowance(address owner, address token, address spender) view returns (uint160 amount, uint48 expiration, uint48 nonce)',
])

async function quote(amountIn: bigint): Promise<bigint> {
  const { result } = await chain.client.simulateContract({
    address: addresses.uniswapV3.quoterV2,
    abi: quoterAbi,
    functionName: 'quoteExactInputSingle',
    args: [
      {
        tokenIn: addresses.tokens.WETH,
        tokenOut: addresses.tokens.USDC,
        amountIn,
        fee: 500,
        sqrtPriceLimitX96: 0n,
      },
    ],
  })
  return result[0]
}

describe('Uniswap V3', () => {
  test('behavior: prices near the feeds, less the fee', async () => {
    const out = await quote(parseEther('1'))
    expect(out).toBeGreaterThan(parseUnits('2998', 6))
    expect(out).toBeLessThan(parseUnits('2999', 6))
  })

  test('behavior: SwapRouter gives what the quoter said', async () => {
    const amountIn = parseEther('3')
    const expected = await quote(amountIn)
    await chain.deal(user, 'WETH', amountIn)
    await chain.approve(user, 'WETH', addresses.uniswapV3.swapRouter, amountIn)
    await chain.write(user, {
      address: addresses.uniswapV3.swapRouter,
      abi: routerAbi,
      functionName: 'exactInputSingle',
      args: [
        {
          tokenIn: addresses.tokens.WETH,
          tokenOut: addresses.tokens.USDC,
          fee: 500,
          recipient: user.address,
          deadline: await chain.readDeadline(),
          amountIn,
          amountOutMinimum: expected,
          sqrtPriceLimitX96: 0n,
        },
      ],
    })
    expect(await chain.readBalance('USDC', user.address)).toBe(expected)
  })

  test('behavior: SwapRouter02 gives what the quoter said', async () => {
    const amountIn = parseEther('3')
    const expected = await quote(amountIn)
    await chain.deal(user, 'WETH', amountIn)
    await chain.approve(user, 'WETH', addresses.uniswapV3.swapRouter02)
    await chain.write(user, {
      address: addresses.uniswapV3.swapRouter02,
      abi: router02Abi,
      functionName: 'exactInputSingle',
      args: [
        {
          tokenIn: addresses.tokens.WETH,
          tokenOut: addresses.tokens.USDC,
          fee: 500,
          recipient: user.address,
          amountIn,
          amountOutMinimum: expected,
          sqrtPriceLimitX96: 0n,
        },
      ],
    })
    expect(await chain.readBalance('USDC', user.address)).toBe(expected)
  })

  test('behavior: two hops, DAI to WBTC', async () => {
    const amountIn = parseEther('10000')
    const { DAI, USDC, WBTC } = addresses.tokens
    const path = encodePacked(
      ['address', 'uint24', 'address', 'uint24', 'address'],
      [DAI, 100, USDC, 3000, WBTC],
    )
    const { result } = await chain.client.simulateContract({
      address: addresses.uniswapV3.quoterV2,
      abi: quoterAbi,
      functionName: 'quoteExactInput',
      args: [path, amountIn],
    })
    await chain.deal(user, 'DAI', amountIn)
    await chain.approve(user, 'DAI', addresses.uniswapV3.swapRouter02)
    await chain.write(user, {
      address: addresses.uniswapV3.swapRouter02,
      abi: router02Abi,
      functionName: 'exactInput',
      args: [
        {
          path,
          recipient: user.address,
          amountIn,
          amountOutMinimum: result[0],
        },
      ],
    })
    expect(await chain.readBalance('WBTC', user.address)).toBe(result[0])
    expect(result[0]).toBeGreaterThan(parseUnits('0.104', 8))
  })

  test('behavior: ETH in, and the rest comes back', async () => {
    const amountOut = parseUnits('3000', 6)
    const value = parseEther('2')
    const before = await chain.client.getBalance({ address: user.address })
    const { result } = await chain.client.simulateContract({
      address: addresses.uniswapV3.quoterV2,
      abi: quoterAbi,
      functionName: 'quoteExactOutputSingle',
      args: [
        {
          tokenIn: addresses.tokens.WETH,
          tokenOut: addresses.tokens.USDC,
          amount: amountOut,
          fee: 500,
          sqrtPriceLimitX96: 0n,
        },
      ],
    })
    const receipt = await chain.write(user, {
      address: addresses.uniswapV3.swapRouter02,
      abi: router02Abi,
      functionName: 'multicall',
      args: [
        [
          encodeFunctionData({
            abi: router02Abi,
            functionName: 'exactOutputSingle',
            args: [
              {
                tokenIn: addresses.tokens.WETH,
                tokenOut: addresses.tokens.USDC,
                fee: 500,
                recipient: user.address,
                amountOut,
                amountInMaximum: value,
                sqrtPriceLimitX96: 0n,
              },
            ],
          }),
          encodeFunctionData({ abi: router02Abi, functionName: 'refundETH' }),
        ],
      ],
      value,
    })
    const gasWei = receipt.gasUsed * receipt.effectiveGasPrice
    const after = await chain.client.getBalance({ address: user.address })
    expect(before - after - gasWei).toBe(result[0])
    expect(await chain.readBalance('USDC', user.address)).toBe(amountOut)
  })
})

describe('Uniswap V2', () => {
  test('behavior: the router gives what it said', async () => {
    const amountIn = parseEther('1')
    const path = [addresses.tokens.WETH, addresses.tokens.USDC]
    const [, expected = 0n] = await chain.client.readContract({
      address: addresses.uniswapV2.router02,
      abi: v2RouterAbi,
      functionName: 'getAmountsOut',
      args: [amountIn, path],
    })
    await chain.deal(user, 'WETH', amountIn)
    await chain.approve(user, 'WETH', addresses.uniswapV2.router02)
    await chain.write(user, {
      address: addresses.uniswapV2.router02,
      abi: v2RouterAbi,
      functionName: 'swapExactTokensForTokens',
      args: [
        amountIn,
        expected,
        path,
        user.address,
        await chain.readDeadline(),
      ],
    })
    expect(await chain.readBalance('USDC', user.address)).toBe(expected)
    expect(expected).toBeGreaterThan(parseUnits('2989', 6))
    expect(expected).toBeLessThan(parseUnits('2991', 6))
  })
})

/** Signs a Permit2 allowance for the Universal Router and encodes its command. */
async function encodePermit(token: Address, amount: bigint): Promise<Hex> {
  const deadline = await chain.readDeadline()
  const [, , nonce] = await chain.client.readContract({
    address: addresses.permit2,
    abi: permit2Abi,
    functionName: 'allowance',
    args: [user.address, token, addresses.universalRouter],
  })
  const permit = {
    details: { token, amount, expiration: Number(deadline), nonce },
    spender: addresses.universalRouter,
    sigDeadline: deadline,
  }
  const details = [
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint160' },
    { name: 'expiration', type: 'uint48' },
    { name: 'nonce', type: 'uint48' },
  ] as const
  const signature = await user.signTypedData({
    domain: {
      name: 'Permit2',
      chainId: addresses.chainId,
      verifyingContract: addresses.permit2,
    },
    types: {
      PermitSingle: [
        { name: 'details', type: 'PermitDetails' },
        { name: 'spender', type: 'address' },
        { name: 'sigDeadline', type: 'uint256' },
      ],
      PermitDetails: details,
    },
    primaryType: 'PermitSingle',
    message: permit,
  })
  return encodeAbiParameters(
    [
      {
        type: 'tuple',
        components: [
          { name: 'details', type: 'tuple', components: details },
          { name: 'spender', type: 'address' },
          { name: 'sigDeadline', type: 'uint256' },
        ],
      },
      { type: 'bytes' },
    ],
    [permit, signature],
  )
}

const command = { permit2Permit: 0x0a, v3ExactIn: 0x00, v2ExactIn: 0x08 }

function toCommands(...codes: readonly number[]): Hex {
  return concat(codes.map((code) => numberToHex(code, { size: 1 })))
}

describe('Universal Router', () => {
  const amountIn = parseEther('1')

  async function execute(commands: Hex, inputs: readonly Hex[]) {
    await chain.write(user, {
      address: addresses.universalRouter,
      abi: universalRouterAbi,
      functionName: 'execute',
      args: [commands, inputs, await chain.readDeadline()],
    })
  }

  beforeEach(async () => {
    await chain.deal(user, 'WETH', amountIn)
    await chain.approve(user, 'WETH', addresses.permit2)
  })

  test('behavior: V3 with a signed Permit2 allowance', async () => {
    const { WETH, USDC } = addresses.tokens
    const expected = await quote(amountIn)
    const path = encodePacked(
      ['address', 'uint24', 'address'],
      [WETH, 500, USDC],
    )
    await execute(toCommands(command.permit2Permit, command.v3ExactIn), [
      await encodePermit(WETH, amountIn),
      encodeAbiParameters(
        [
          { type: 'address' },
          { type: 'uint256' },
          { type: 'uint256' },
          { type: 'bytes' },
          { type: 'bool' },
        ],
        [user.address, amountIn, expected, path, true],
      ),
    ])
    expect(await chain.readBalance('USDC', user.address)).toBe(expected)
  })

  test('behavior: V2 with a signed Permit2 allowance', async () => {
    const { WETH, USDC } = addresses.tokens
    await execute(toCommands(command.permit2Permit, command.v2ExactIn), [
      await encodePermit(WETH, amountIn),
      encodeAbiParameters(
        [
          { type: 'address' },
          { type: 'uint256' },
          { type: 'uint256' },
          { type: 'address[]' },
          { type: 'bool' },
        ],
        [user.address, amountIn, 0n, [WETH, USDC], true],
      ),
    ])
    expect(await chain.readBalance('USDC', user.address)).toBeGreaterThan(
      parseUnits('2989', 6),
    )
  })
})
