import { buildPolicyTypedData, type Hex, type Policy } from '@behest/spec'
import { askForSignature } from './askForSignature.js'
import type { WalletProvider } from './wallets.js'

// Wallets hash what they are given, and take no domain's shape for granted.
const domainType = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
] as const

/** Has a wallet sign a policy: EIP-712, shown rule by rule. */
export function signPolicy(options: {
  readonly policy: Policy
  readonly provider: WalletProvider
}): Promise<Hex> {
  const { policy, provider } = options
  const typedData = buildPolicyTypedData(policy)
  return askForSignature({
    provider,
    address: policy.account,
    typedData: {
      ...typedData,
      types: { EIP712Domain: domainType, ...typedData.types },
    },
  })
}
