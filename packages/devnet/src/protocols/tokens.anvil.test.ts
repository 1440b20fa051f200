import {
  erc20Abi,
  type Hex,
  type PrivateKeyAccount,
  parseAbi,
  parseSignature,
  parseUnits,
  toHex,
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
let owner: PrivateKeyAccount
let relayer: PrivateKeyAccount
let snapshotId: Hex

beforeAll(async () => {
  chain = await openTestChain()
  addresses = chain.devnet.addresses
  owner = toSigner(chain.devnet, 1)
  relayer = toSigner(chain.devnet, 2)
})
afterAll(() => chain.devnet.stop())
beforeEach(async () => {
  snapshotId = await chain.devnet.snapshot()
})
afterEach(() => chain.devnet.revert(snapshotId))

const permitAbi = parseAbi([
  'function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)',
])

/** The overload with a signature in parts; the other takes it as bytes. */
const authorizationAbi = parseAbi([
  'function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s)',
])

const domains = {
  USDC: { name: 'USD Coin', version: '2' },
  DAI: { name: 'Dai Stablecoin', version: '1' },
} as const

function toDomain(symbol: 'USDC' | 'DAI') {
  return {
    ...domains[symbol],
    chainId: addresses.chainId,
    verifyingContract: addresses.tokens[symbol],
  }
}

describe('tokens', () => {
  test.each(['USDC', 'DAI'] as const)(
    'behavior: %s takes a signed permit',
    async (symbol) => {
      const deadline = await chain.readDeadline()
      const value = 123n
      const signature = parseSignature(
        await owner.signTypedData({
          domain: toDomain(symbol),
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
            owner: owner.address,
            spender: relayer.address,
            value,
            nonce: 0n,
            deadline,
          },
        }),
      )
      await chain.write(relayer, {
        address: addresses.tokens[symbol],
        abi: permitAbi,
        functionName: 'permit',
        args: [
          owner.address,
          relayer.address,
          value,
          deadline,
          27 + signature.yParity,
          signature.r,
          signature.s,
        ],
      })
      expect(
        await chain.client.readContract({
          address: addresses.tokens[symbol],
          abi: erc20Abi,
          functionName: 'allowance',
          args: [owner.address, relayer.address],
        }),
      ).toBe(value)
    },
  )

  test('behavior: USDC takes a signed transfer, once', async () => {
    const value = parseUnits('25', 6)
    await chain.deal(owner, 'USDC', value * 2n)
    const message = {
      from: owner.address,
      to: relayer.address,
      value,
      validAfter: 0n,
      validBefore: await chain.readDeadline(),
      nonce: toHex(1n, { size: 32 }),
    }
    const signature = parseSignature(
      await owner.signTypedData({
        domain: toDomain('USDC'),
        types: {
          TransferWithAuthorization: [
            { name: 'from', type: 'address' },
            { name: 'to', type: 'address' },
            { name: 'value', type: 'uint256' },
            { name: 'validAfter', type: 'uint256' },
            { name: 'validBefore', type: 'uint256' },
            { name: 'nonce', type: 'bytes32' },
          ],
        },
        primaryType: 'TransferWithAuthorization',
        message,
      }),
    )
    const transfer = () =>
      chain.write(relayer, {
        address: addresses.tokens.USDC,
        abi: authorizationAbi,
        functionName: 'transferWithAuthorization',
        args: [
          ...Object.values(message),
          27 + signature.yParity,
          signature.r,
          signature.s,
        ],
      })
    await transfer()
    expect(await chain.readBalance('USDC', relayer.address)).toBe(value)
    await expect(transfer()).rejects.toThrow('authorization is used')
    expect(await chain.readBalance('USDC', relayer.address)).toBe(value)
  })

  test('behavior: WETH is backed by ETH', async () => {
    const value = parseUnits('1', 18)
    const abi = parseAbi([
      'function deposit() payable',
      'function withdraw(uint256 units)',
    ])
    const weth = { address: addresses.tokens.WETH, abi }
    await chain.write(owner, { ...weth, functionName: 'deposit', value })
    expect(await chain.readBalance('WETH', owner.address)).toBe(value)
    await chain.write(owner, {
      ...weth,
      functionName: 'withdraw',
      args: [value],
    })
    expect(await chain.readBalance('WETH', owner.address)).toBe(0n)
  })

  test('behavior: an account can be impersonated', async () => {
    const whale = addresses.uniswapV2.router02
    await chain.devnet.deal({ account: whale, token: 'DAI', amountUnits: 5n })
    await chain.devnet.deal({
      account: whale,
      token: 'native',
      amountUnits: 10n ** 18n,
    })
    await chain.client.impersonateAccount({ address: whale })
    await chain.client.writeContractSync({
      account: whale,
      address: addresses.tokens.DAI,
      abi: erc20Abi,
      functionName: 'transfer',
      args: [owner.address, 5n],
    })
    expect(await chain.readBalance('DAI', owner.address)).toBe(5n)
  })
})
