import {
  type Delegation,
  delegationTypedDataTypes,
  type Hex,
  type SignedAuthorization,
} from '@behest/spec'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { assertNoDevelopmentKey } from '../keystore/assertNoDevelopmentKey.js'
import { toDelegationDomain } from './drawDelegation.js'
import { MandateUnsupportedError } from './errors.js'

/** What a mandate is asked to be signed with. */
export type MandateSignRequest = {
  readonly planHash: Hex
  readonly mandateIndex: number
  readonly delegation: Delegation
  /** The account's nonce, where it still needs its code. */
  readonly authorizationNonce?: number
}

/** Signs mandates of one account, and the upgrade that they need. */
export type SignMandate = (request: MandateSignRequest) => Promise<{
  readonly signature: Hex
  readonly authorization?: SignedAuthorization
}>

/**
 * Creates the signer of an account's mandates in this process.
 *
 * The chain's id is pinned in both signatures, and the account can be given one
 * code only: that of the framework.
 *
 * @param options.account - The user's account.
 * @param options.deployment - The chain, with its delegation framework.
 * @throws {DevelopmentKeyRefusedError} when everybody knows the key.
 * @throws {MandateUnsupportedError} when the chain has no framework.
 */
export function createMandateSigner(options: {
  readonly account: PrivateKeyAccount
  readonly deployment: ChainDeployment
}): SignMandate {
  const { account, deployment } = options
  const { chainId, delegation: framework } = deployment
  assertNoDevelopmentKey({ address: account.address, chainId })
  if (framework === undefined) throw new MandateUnsupportedError({ chainId })
  return async ({ delegation, authorizationNonce }) => {
    const signature = await account.signTypedData({
      domain: toDelegationDomain({ framework, chainId }),
      types: delegationTypedDataTypes,
      primaryType: 'Delegation',
      message: delegation,
    })
    if (authorizationNonce === undefined) return { signature }
    const { r, s, yParity } = await account.signAuthorization({
      chainId,
      address: framework.implementation,
      nonce: authorizationNonce,
    })
    return {
      signature,
      authorization: {
        chainId,
        address: framework.implementation,
        nonce: authorizationNonce,
        yParity: yParity ?? 0,
        r,
        s,
      },
    }
  }
}
