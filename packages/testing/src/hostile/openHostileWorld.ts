// One file because it is one stage set: the chain, the user who may lose, those
// who want to take, and the ways to look at what was taken.
import { createAaveAgent } from '@behest/agent-lend'
import { createSwapSingleAgent } from '@behest/agent-swap'
import { createTransferAgent } from '@behest/agent-transfer'
import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import type { KnownContract } from '@behest/engine'
import {
  aavePoolAbi,
  type ChainDeployment,
  createChainPort,
  type EvmChainPort,
  erc20Abi,
  knownContracts,
  toLocalDeployment,
} from '@behest/evm'
import type { Agent } from '@behest/sdk'
import { createFirewallChain, type FirewallChain } from '@behest/signer'
import type {
  Address,
  AssetAddress,
  Hex,
  SignedAuthorization,
} from '@behest/spec'
import {
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  http,
  maxUint256,
  type PrivateKeyAccount,
  parseEther,
  publicActions,
  testActions,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  type CompiledContract,
  compileHostileContracts,
} from './compileHostileContracts.js'

/** What the user holds of each asset, in its smallest unit. */
export type Holdings = ReadonlyMap<string, bigint>

/** What anybody may take from the user: `token spender` to units. */
export type Grants = ReadonlyMap<string, bigint>

const lentUnits = 2_000n * 10n ** 6n

/** So many kinds of red pill there are; see the contract. */
export const redPillKinds = 11

/** The few things that cases ask of the chain themselves. */
export type HostileWallet = {
  readonly getTransactionCount: (options: {
    readonly address: Address
  }) => Promise<number>
  readonly getTransactionReceipt: (options: { readonly hash: Hex }) => Promise<{
    readonly status: 'success' | 'reverted'
    readonly blockNumber: bigint
    readonly gasUsed: bigint
    readonly effectiveGasPrice: bigint
  }>
  readonly increaseTime: (options: {
    readonly seconds: number
  }) => Promise<unknown>
  readonly mine: (options: { readonly blocks: number }) => Promise<unknown>
}

/** The stage on which every hostile case is played. */
export type HostileWorld = Awaited<ReturnType<typeof openHostileWorld>>

/** Opens the stage. Call `stop()` at the end. */
export async function openHostileWorld() {
  const devnet: Devnet = await start()
  const deployment: ChainDeployment = toLocalDeployment(devnet.addresses)
  const chain: EvmChainPort = createChainPort({
    rpcUrl: devnet.url,
    deployment,
  })
  const firewallChain: FirewallChain = createFirewallChain({
    rpcUrl: devnet.url,
    deployment,
  })
  const wallet = createWalletClient({
    chain: devnet.chain,
    transport: http(devnet.url),
    pollingInterval: 5,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(testActions({ mode: 'anvil' }))
  const user = privateKeyToAccount(devnetAccounts[1].privateKey)
  const executor = privateKeyToAccount(devnetAccounts[3].privateKey)
  const thief = privateKeyToAccount(devnetAccounts[4].privateKey)
  const approver = privateKeyToAccount(devnetAccounts[5].privateKey)
  const attestor = privateKeyToAccount(devnetAccounts[6].privateKey)
  const agentKey = privateKeyToAccount(devnetAccounts[7].privateKey)
  const deployer = privateKeyToAccount(devnetAccounts[8].privateKey)
  const bob: Address = '0x00000000000000000000000000000000000B0b01'

  const compiled = compileHostileContracts()
  const deploy = async (
    name: string,
    args: readonly unknown[] = [],
  ): Promise<Address> => {
    const contract = compiled[name] as CompiledContract
    const nonce = await wallet.getTransactionCount({
      address: deployer.address,
    })
    await wallet.sendTransactionSync({
      account: deployer,
      data: encodeDeployData({ ...contract, args }),
      gas: 5_000_000n,
    })
    return getContractAddress({
      from: deployer.address,
      nonce: BigInt(nonce),
    })
  }
  const redPills: Address[] = []
  for (let sign = 0; sign < redPillKinds; sign++)
    redPills.push(await deploy('RedPill', [sign, thief.address]))
  const feeToken = await deploy('FeeToken')
  const rebaseToken = await deploy('RebaseToken')
  const callbackToken = await deploy('CallbackToken')
  const bent = [feeToken, rebaseToken, callbackToken]
  for (const token of bent)
    await wallet.writeContract({
      account: deployer,
      address: token,
      abi: (compiled.FeeToken as CompiledContract).abi,
      functionName: 'mint',
      args: [user.address, parseEther('1000')],
      gas: 200_000n,
    })
  const { tokens } = devnet.addresses
  for (const [token, amountUnits] of [
    ['USDC', 10_000n * 10n ** 6n],
    ['DAI', 10_000n * 10n ** 18n],
    ['WETH', 10n * 10n ** 18n],
    ['native', 1000n * 10n ** 18n],
  ] as const)
    await devnet.deal({ account: user.address, token, amountUnits })

  const assets: readonly AssetAddress[] = [
    'native',
    ...Object.values(tokens),
    ...Object.values(devnet.addresses.aaveV3.reserves).map(
      ({ aToken }) => aToken,
    ),
    ...bent,
  ]
  const spenders: readonly Address[] = [
    thief.address,
    executor.address,
    bob,
    deployment.permit2,
    deployment.universalRouter,
    deployment.uniswapV3.swapRouter02,
    deployment.uniswapV2.router,
    deployment.aaveV3.pool,
    deployment.morpho.morpho,
  ]

  /** Everything of the user's, in one request. */
  const look = async (): Promise<{
    readonly holdings: Holdings
    readonly grants: Grants
  }> => {
    const erc20 = assets.filter((asset) => asset !== 'native') as Address[]
    const pairs = erc20.flatMap((token) =>
      spenders.map((spender) => ({ token, spender })),
    )
    const [native, answers] = await Promise.all([
      wallet.getBalance({ address: user.address }),
      chain.client.multicall({
        contracts: [
          ...erc20.map((address) => ({
            address,
            abi: erc20Abi,
            functionName: 'balanceOf' as const,
            args: [user.address] as const,
          })),
          ...pairs.map(({ token, spender }) => ({
            address: token,
            abi: erc20Abi,
            functionName: 'allowance' as const,
            args: [user.address, spender] as const,
          })),
        ],
        allowFailure: false,
      }),
    ])
    return {
      holdings: new Map([
        ['native', native],
        ...erc20.map((token, index): [string, bigint] => [
          token.toLowerCase(),
          answers[index] ?? 0n,
        ]),
      ]),
      grants: new Map(
        pairs.map(({ token, spender }, index): [string, bigint] => [
          `${token} ${spender}`.toLowerCase(),
          answers[erc20.length + index] ?? 0n,
        ]),
      ),
    }
  }

  /** Offers bytes and mines them; what was answered decides nothing. */
  const offer = async (raw: Hex): Promise<Hex | null> => {
    try {
      const hash = await wallet.sendRawTransaction({
        serializedTransaction: raw,
      })
      // A moment passes before it is mined; one behind a gap never is.
      for (let tries = 0; tries < 40; tries++) {
        const receipt = await wallet
          .getTransactionReceipt({ hash })
          .catch(() => null)
        if (receipt !== null) return hash
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
      return null
    } catch {
      return null
    }
  }

  /** Sends as somebody whose key is in the thief's hands. */
  const sendAs = async (
    from: PrivateKeyAccount,
    transaction: {
      readonly to: Address
      readonly data?: Hex
      readonly value?: bigint
      readonly authorizationList?: readonly SignedAuthorization[]
    },
  ): Promise<boolean> => {
    try {
      const { authorizationList, ...rest } = transaction
      const receipt = await wallet.sendTransactionSync({
        account: from,
        gas: 4_000_000n,
        // Known, so that nothing has to be asked first.
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
        nonce: await wallet.getTransactionCount({ address: from.address }),
        ...rest,
        ...(authorizationList === undefined
          ? {}
          : { authorizationList: [...authorizationList] }),
      })
      return receipt.status === 'success'
    } catch {
      return false
    }
  }

  // The worst that there could be: old approvals of everything, to every pill.
  for (const pill of redPills)
    for (const token of [...Object.values(tokens), ...bent])
      await sendAs(user, {
        to: token,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'approve',
          args: [pill, maxUint256],
        }),
      })
  // And something lent, that nobody asks the wallet for.
  for (const call of [
    {
      to: tokens.USDC,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [deployment.aaveV3.pool, lentUnits],
      }),
    },
    {
      to: deployment.aaveV3.pool,
      data: encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'supply',
        args: [tokens.USDC, lentUnits, user.address, 0],
      }),
    },
  ])
    await sendAs(user, call)
  const before = await look()

  const swapAgent = createSwapSingleAgent(chain)
  const transferAgent = createTransferAgent({ chains: [chain] })
  const known: readonly KnownContract[] = knownContracts(deployment)

  return {
    devnet,
    deployment,
    chain,
    firewallChain,
    wallet: wallet as HostileWallet,
    known,
    user,
    executor,
    thief,
    approver,
    attestor,
    agentKey,
    bob,
    redPills,
    feeToken,
    rebaseToken,
    callbackToken,
    compiled,
    agents: [
      swapAgent,
      transferAgent,
      createAaveAgent(chain),
    ] as readonly Agent[],
    look,
    /** How it stands before each case: every one is undone. */
    before,
    offer,
    sendAs,
    /** Plays one case, and undoes it. */
    isolate: async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
      const id = await devnet.snapshot()
      try {
        return await work()
      } finally {
        // What waits in the pool would be mined in the next case.
        await wallet.request({
          method: 'anvil_dropAllTransactions',
        } as never)
        await devnet.revert(id)
      }
    },
    stop: devnet.stop,
  }
}
