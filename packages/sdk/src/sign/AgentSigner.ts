import type { Address, Hex } from '@behest/spec'
import type { LocalAccount } from 'viem'

/** An agent's key, as viem's `privateKeyToAccount` gives it. */
export type AgentSigner = Pick<LocalAccount, 'signTypedData'> & {
  readonly address: Address
  /** Signs the card (JWS, ES256K). Without it the card carries no signature. */
  readonly sign?: LocalAccount['sign']
  /** Named in the card's signature, for verifiers that do not recover keys. */
  readonly publicKey?: Hex
}
