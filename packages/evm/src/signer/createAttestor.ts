import {
  type AttestorPort,
  behestDomain,
  receiptTypedDataTypes,
} from '@behest/spec'
import type { LocalAccount } from 'viem'

/**
 * Creates the port that signs receipts, and only receipts.
 *
 * @param account - The engine's own account; it holds no user funds.
 * @returns The port. Signatures are EIP-712 over `receiptTypedDataTypes`.
 */
export function createAttestor(account: LocalAccount): AttestorPort {
  return {
    address: account.address,
    signReceipt: ({ chainId, receiptHash, intentHash, planHash }) =>
      account.signTypedData({
        domain: { ...behestDomain, chainId },
        types: receiptTypedDataTypes,
        primaryType: 'Receipt',
        message: { receiptHash, intentHash, planHash },
      }),
  }
}
