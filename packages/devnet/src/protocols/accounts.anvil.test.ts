import {
  type Address,
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  maxUint256,
  type PrivateKeyAccount,
  pad,
  parseAbi,
  parseAbiParameters,
  parseEther,
  parseUnits,
  toHex,
  zeroAddress,
} from 'viem'
import { entryPoint08Abi } from 'viem/account-abstraction'
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
let other: PrivateKeyAccount
let snapshotId: Hex

beforeAll(async () => {
  chain = await openTestChain()
  addresses = chain.devnet.addresses
  owner = toSigner(chain.devnet, 1)
  other = toSigner(chain.devnet, 2)
})
afterAll(() => chain.devnet.stop())
beforeEach(async () => {
  snapshotId = await chain.devnet.snapshot()
})
afterEach(() => chain.devnet.revert(snapshotId))

function encodeTransfer(to: Address, units: bigint): Hex {
  return encodeFunctionData({
    abi: erc20Abi,
    functionName: 'transfer',
    args: [to, units],
  })
}

describe('ERC-4337', () => {
  const factoryAbi = parseAbi([
    'function createAccount(address owner, uint256 salt) returns (address)',
    'function getAddress(address owner, uint256 salt) view returns (address)',
  ])
  const accountAbi = parseAbi([
    'function execute(address target, uint256 value, bytes data)',
  ])

  test('behavior: a user operation creates an account and pays', async () => {
    const account = await chain.client.readContract({
      address: addresses.simpleAccountFactory,
      abi: factoryAbi,
      functionName: 'getAddress',
      args: [owner.address, 0n],
    })
    const units = parseUnits('10', 6)
    await chain.devnet.deal({ account, token: 'USDC', amountUnits: units })
    await chain.devnet.deal({
      account,
      token: 'native',
      amountUnits: parseEther('1'),
    })
    const operation = {
      sender: account,
      nonce: 0n,
      initCode: concat([
        addresses.simpleAccountFactory,
        encodeFunctionData({
          abi: factoryAbi,
          functionName: 'createAccount',
          args: [owner.address, 0n],
        }),
      ]),
      callData: encodeFunctionData({
        abi: accountAbi,
        functionName: 'execute',
        args: [addresses.tokens.USDC, 0n, encodeTransfer(other.address, units)],
      }),
      accountGasLimits: concat([
        toHex(1_000_000n, { size: 16 }),
        toHex(500_000n, { size: 16 }),
      ]),
      preVerificationGas: 100_000n,
      gasFees: concat([
        toHex(1n, { size: 16 }),
        toHex(10n ** 9n, { size: 16 }),
      ]),
      paymasterAndData: '0x' as Hex,
      signature: '0x' as Hex,
    }
    const hash = await chain.client.readContract({
      address: addresses.entryPoints.v08,
      abi: entryPoint08Abi,
      functionName: 'getUserOpHash',
      args: [operation],
    })
    const signature = await owner.sign({ hash })
    await chain.write(other, {
      address: addresses.entryPoints.v08,
      abi: entryPoint08Abi,
      functionName: 'handleOps',
      args: [[{ ...operation, signature }], other.address],
    })
    expect(await chain.readBalance('USDC', other.address)).toBe(units)
  })
})

describe('EIP-7702', () => {
  test('behavior: an upgraded account runs a batch', async () => {
    const units = parseUnits('7', 6)
    await chain.deal(owner, 'USDC', units)
    await chain.deal(owner, 'DAI', units)
    const authorization = await chain.client.signAuthorization({
      account: owner,
      contractAddress: addresses.simple7702Account,
      executor: 'self',
    })
    await chain.client.sendTransactionSync({
      account: owner,
      to: owner.address,
      gas: 1_000_000n,
      authorizationList: [authorization],
      data: encodeFunctionData({
        abi: parseAbi([
          'function executeBatch((address target, uint256 value, bytes data)[] calls)',
        ]),
        functionName: 'executeBatch',
        args: [
          (['USDC', 'DAI'] as const).map((symbol) => ({
            target: addresses.tokens[symbol],
            value: 0n,
            data: encodeTransfer(other.address, units),
          })),
        ],
      }),
    })
    expect(await chain.readBalance('USDC', other.address)).toBe(units)
    expect(await chain.readBalance('DAI', other.address)).toBe(units)
  })
})

describe('Safe', () => {
  const proxyFactoryAbi = parseAbi([
    'function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address proxy)',
  ])
  const safeAbi = parseAbi([
    'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
    'function getTransactionHash(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce) view returns (bytes32)',
    'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
  ])

  async function createSafe(): Promise<Address> {
    const creation = {
      address: addresses.safe.safeProxyFactory,
      abi: proxyFactoryAbi,
      functionName: 'createProxyWithNonce',
      args: [
        addresses.safe.safe,
        encodeFunctionData({
          abi: safeAbi,
          functionName: 'setup',
          args: [
            [owner.address, other.address],
            2n,
            zeroAddress,
            '0x',
            addresses.safe.compatibilityFallbackHandler,
            zeroAddress,
            0n,
            zeroAddress,
          ],
        }),
        1n,
      ],
    } as const
    const { result } = await chain.client.simulateContract(creation)
    await chain.write(owner, creation)
    return result
  }

  test('behavior: two of two owners send tokens', async () => {
    const safe = await createSafe()
    const units = parseUnits('11', 6)
    await chain.devnet.deal({
      account: safe,
      token: 'USDC',
      amountUnits: units,
    })
    const receiver = chain.devnet.accounts[3].address
    const transaction = [
      addresses.tokens.USDC,
      0n,
      encodeTransfer(receiver, units),
      0,
      0n,
      0n,
      0n,
      zeroAddress,
      zeroAddress,
    ] as const
    const hash = await chain.client.readContract({
      address: safe,
      abi: safeAbi,
      functionName: 'getTransactionHash',
      args: [...transaction, 0n],
    })
    const execute = (signatures: Hex) =>
      chain.write(owner, {
        address: safe,
        abi: safeAbi,
        functionName: 'execTransaction',
        args: [...transaction, signatures],
      })
    // Signatures go in the order of their signers' addresses.
    const signers = [owner, other].sort((one, next) =>
      BigInt(one.address) < BigInt(next.address) ? -1 : 1,
    )
    const signatures = await Promise.all(
      signers.map((signer) => signer.sign({ hash })),
    )
    // GS020: one signature is not enough.
    await expect(execute(signatures[0] ?? '0x')).rejects.toThrow('GS020')
    await execute(concat(signatures))
    expect(await chain.readBalance('USDC', receiver)).toBe(units)
  })
})

/** The permission context of one delegation: a list with it alone. */
function encodeDelegations(delegation: {
  readonly delegate: Address
  readonly delegator: Address
  readonly authority: Hex
  readonly caveats: readonly {
    readonly enforcer: Address
    readonly terms: Hex
  }[]
  readonly salt: bigint
  readonly signature: Hex
}): Hex {
  const caveats = delegation.caveats.map((caveat) => ({
    ...caveat,
    args: '0x' as const,
  }))
  return encodeAbiParameters(
    parseAbiParameters([
      'Delegation[]',
      'struct Delegation { address delegate; address delegator; bytes32 authority; Caveat[] caveats; uint256 salt; bytes signature; }',
      'struct Caveat { address enforcer; bytes terms; bytes args; }',
    ]),
    [[{ ...delegation, caveats }]],
  )
}

describe('Delegation Framework', () => {
  const managerAbi = parseAbi([
    'function redeemDelegations(bytes[] permissionContexts, bytes32[] modes, bytes[] executionCallDatas)',
  ])

  test('behavior: a delegate spends up to its limit and no further', async () => {
    const { delegation, tokens } = addresses
    const { EIP7702StatelessDeleGatorImpl } = delegation.implementations
    const { ERC20TransferAmountEnforcer } = delegation.caveatEnforcers
    if (!EIP7702StatelessDeleGatorImpl || !ERC20TransferAmountEnforcer)
      throw new RangeError('The delegation addresses are incomplete.')
    await chain.deal(owner, 'USDC', parseUnits('1000', 6))

    const authorization = await chain.client.signAuthorization({
      account: owner,
      contractAddress: EIP7702StatelessDeleGatorImpl,
      executor: other,
    })
    await chain.client.sendTransactionSync({
      account: other,
      to: owner.address,
      gas: 200_000n,
      authorizationList: [authorization],
    })

    const limit = parseUnits('100', 6)
    const unsigned = {
      delegate: other.address,
      delegator: owner.address,
      // The delegator's own authority, not one that was passed on.
      authority: toHex(maxUint256),
      caveats: [
        {
          enforcer: ERC20TransferAmountEnforcer,
          terms: concat([tokens.USDC, toHex(limit, { size: 32 })]),
        },
      ],
      salt: 1n,
    }
    const signature = await owner.signTypedData({
      domain: {
        name: 'DelegationManager',
        version: '1',
        chainId: addresses.chainId,
        verifyingContract: delegation.DelegationManager,
      },
      types: {
        Caveat: [
          { name: 'enforcer', type: 'address' },
          { name: 'terms', type: 'bytes' },
        ],
        Delegation: [
          { name: 'delegate', type: 'address' },
          { name: 'delegator', type: 'address' },
          { name: 'authority', type: 'bytes32' },
          { name: 'caveats', type: 'Caveat[]' },
          { name: 'salt', type: 'uint256' },
        ],
      },
      primaryType: 'Delegation',
      message: unsigned,
    })
    const redeem = (units: bigint) =>
      chain.write(other, {
        address: delegation.DelegationManager,
        abi: managerAbi,
        functionName: 'redeemDelegations',
        args: [
          [encodeDelegations({ ...unsigned, signature })],
          [pad('0x', { size: 32 })],
          [
            concat([
              tokens.USDC,
              toHex(0n, { size: 32 }),
              encodeTransfer(other.address, units),
            ]),
          ],
        ],
      })

    const units = parseUnits('60', 6)
    await redeem(units)
    expect(await chain.readBalance('USDC', other.address)).toBe(units)
    await expect(redeem(units)).rejects.toThrow(
      'ERC20TransferAmountEnforcer:allowance-exceeded',
    )
    expect(await chain.readBalance('USDC', other.address)).toBe(units)
  })
})
