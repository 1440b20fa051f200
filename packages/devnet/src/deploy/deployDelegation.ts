import { createRequire } from 'node:module'
import { deploySmartAccountsEnvironment } from '@metamask/smart-accounts-kit/utils'
import {
  type Abi,
  type Address,
  defineChain,
  encodeDeployData,
  getAddress,
  type Hex,
  type PublicClient,
  type WalletClient,
} from 'viem'
import type { DevnetAddresses } from '../addresses.js'
import {
  type Deployer,
  DeploymentFailedError,
  type Receipt,
} from './deployer.js'

const wantedVersions = {
  '@metamask/smart-accounts-kit': '2.0.0',
  '@metamask/delegation-abis': '2.0.0',
} as const

/** Phase 9: the Delegation Framework, as its own kit deploys it. */
export async function deployDelegation(
  deployer: Deployer,
  entryPoint07: Address,
): Promise<DevnetAddresses['delegation']> {
  assertVersions()
  const receipts = new Map<Hex, Receipt>()
  // The kit uses these members of its two clients and no others; with them
  // nonces and fees stay ours, and the build stays reproducible.
  const wallet = {
    account: deployer.account,
    deployContract: async (contract: {
      readonly abi: Abi
      readonly bytecode: Hex
      readonly args: readonly unknown[]
    }) => {
      const receipt = await deployer.send('delegation', {
        data: encodeDeployData(contract),
      })
      receipts.set(receipt.transactionHash, receipt)
      return receipt.transactionHash
    },
  }
  const reader = {
    waitForTransactionReceipt: async (options: { readonly hash: Hex }) =>
      receipts.get(options.hash),
  }
  const environment = await deploySmartAccountsEnvironment(
    wallet as unknown as WalletClient,
    reader as unknown as PublicClient,
    defineChain({
      id: deployer.chainId,
      name: 'Behest Devnet',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    }),
    { EntryPoint: entryPoint07 },
  )
  await deployer.assertCode('DelegationManager', environment.DelegationManager)
  return {
    DelegationManager: getAddress(environment.DelegationManager),
    EntryPoint: getAddress(environment.EntryPoint),
    SimpleFactory: getAddress(environment.SimpleFactory),
    implementations: toChecksums(environment.implementations),
    caveatEnforcers: toChecksums(environment.caveatEnforcers),
  }
}

function toChecksums(
  addresses: Readonly<Record<string, string>>,
): Readonly<Record<string, Address>> {
  return Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => [
      name,
      getAddress(address),
    ]),
  )
}

/** The kit wants its bytecode package as `^2.0.0`; the snapshot needs a pin. */
function assertVersions(): void {
  const fromHere = createRequire(import.meta.url)
  const kitFile = fromHere.resolve('@metamask/smart-accounts-kit/package.json')
  const fromKit = createRequire(kitFile)
  assertVersion('@metamask/smart-accounts-kit', fromHere(kitFile))
  assertVersion(
    '@metamask/delegation-abis',
    fromKit('@metamask/delegation-abis/package.json'),
  )
}

function assertVersion(
  name: keyof typeof wantedVersions,
  installed: { readonly version: string },
): void {
  if (installed.version !== wantedVersions[name])
    throw new DeploymentFailedError({
      label: name,
      reason: `version ${installed.version} is installed, ${wantedVersions[name]} is pinned`,
    })
}
