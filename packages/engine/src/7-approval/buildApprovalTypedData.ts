import { approvalTypedDataTypes, behestDomain, type Hex } from '@behest/spec'

/**
 * Builds what somebody signs who approves a plan, or rejects it, with a key of
 * their own.
 *
 * @returns EIP-712 typed data.
 */
export function buildApprovalTypedData(options: {
  readonly chainId: number
  readonly planHash: Hex
  readonly simulationHash: Hex
  readonly decision: 'approve' | 'reject'
}) {
  const { chainId, ...message } = options
  return {
    domain: { ...behestDomain, chainId },
    types: approvalTypedDataTypes,
    primaryType: 'Approval',
    message,
  } as const
}
