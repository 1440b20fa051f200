import {
  type PaymentSignerPort,
  transferAuthorizationTypes,
} from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import type { AgentSigner } from '../sign/AgentSigner.js'
import type { PaymentToken } from './createAgentPayer.js'

/**
 * Signs payments with a key in this process, such as that of an agent which
 * hires others. It has no caps of its own: those of the payer's ledger are all
 * that bounds it. The intent API's key is in the signer's process instead.
 *
 * @param options.account - The key that pays, with no more in it than it may.
 * @param options.token - The one token that it pays in.
 */
export function createKeyPaymentSigner(options: {
  readonly account: AgentSigner
  readonly token: PaymentToken
}): PaymentSignerPort {
  const { account, token } = options
  return {
    address: account.address,
    async signPayment({ requestId, payTo, units, validBeforeUnixSeconds }) {
      // One payment per request, whoever signs it again.
      const nonce = keccak256(
        stringToHex(`behest payment ${account.address} ${requestId}`),
      )
      const signature = await account.signTypedData({
        domain: {
          name: token.name,
          version: token.version,
          chainId: token.chainId,
          verifyingContract: token.address,
        },
        types: transferAuthorizationTypes,
        primaryType: 'TransferWithAuthorization',
        message: {
          from: account.address,
          to: payTo,
          value: units,
          validAfter: 0n,
          validBefore: BigInt(validBeforeUnixSeconds),
          nonce,
        },
      })
      return { type: 'signed', nonce, signature }
    },
  }
}
