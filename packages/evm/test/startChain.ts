import { type Devnet, start } from '@behest/devnet'
import { type Address, createWalletClient, type Hex, http } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import {
  type ChainDeployment,
  createChainPort,
  type EvmChainPort,
  erc20Abi,
  toLocalDeployment,
} from '../src/index.js'

/** A call as tests write it. */
export type TestCall = {
  readonly to: Address
  readonly valueWei?: bigint
  readonly data: Hex
}

/** A local chain with one user on it. */
export type TestChain = {
  readonly devnet: Devnet
  readonly deployment: ChainDeployment
  readonly port: EvmChainPort
  readonly account: Address
  /** Sends calls one by one, each in its own block, and waits for each. */
  readonly send: (
    calls: readonly TestCall[],
    options?: { readonly gas?: bigint },
  ) => Promise<readonly Hex[]>
  readonly balanceOf: (
    token: Address | 'native',
    account: Address,
    blockNumber?: bigint,
  ) => Promise<bigint>
}

/** Starts a local chain; `accountIndex` picks one of its funded users. */
export async function startChain(
  options: { readonly accountIndex?: number } = {},
): Promise<TestChain> {
  const devnet = await start()
  const deployment = toLocalDeployment(devnet.addresses)
  const port = createChainPort({ rpcUrl: devnet.url, deployment })
  const signer = mnemonicToAccount(
    'test test test test test test test test test test test junk',
    { addressIndex: options.accountIndex ?? 1 },
  )
  const wallet = createWalletClient({
    account: signer,
    chain: devnet.chain,
    transport: http(devnet.url),
  })
  return {
    devnet,
    deployment,
    port,
    account: signer.address,
    async send(calls, { gas = 5_000_000n } = {}) {
      const hashes: Hex[] = []
      for (const call of calls) {
        const hash = await wallet.sendTransaction({
          to: call.to,
          value: call.valueWei ?? 0n,
          data: call.data,
          gas,
        })
        // viem's own wait can hang when a chain mines at once.
        for (;;) {
          const receipt = await port.client
            .getTransactionReceipt({ hash })
            .catch(() => null)
          if (receipt !== null) break
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
        hashes.push(hash)
      }
      return hashes
    },
    async balanceOf(token, account, blockNumber) {
      const at = blockNumber === undefined ? {} : { blockNumber }
      return token === 'native'
        ? port.client.getBalance({ address: account, ...at })
        : port.client.readContract({
            address: token,
            abi: erc20Abi,
            functionName: 'balanceOf',
            args: [account],
            ...at,
          })
    },
  }
}
