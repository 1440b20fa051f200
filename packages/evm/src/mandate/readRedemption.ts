import type { Delegation, Hex, MandateTerms } from '@behest/spec'
import { decodeAbiParameters, decodeFunctionData } from 'viem'
import {
  batchMode,
  delegationManagerAbi,
  delegationsParameters,
  executionsParameters,
} from './delegationAbi.js'

/** One mandate and the batch that it is used with. */
export type ReadRedemption = {
  readonly delegation: Delegation
  readonly signature: Hex
  readonly calls: MandateTerms['calls']
}

/**
 * Reads the use of a mandate back from its bytes.
 *
 * @param data - Calldata of the DelegationManager.
 * @returns `null` unless it uses one mandate, once, as one whole batch.
 */
export function readRedemption(data: Hex): ReadRedemption | null {
  try {
    const { functionName, args } = decodeFunctionData({
      abi: delegationManagerAbi,
      data,
    })
    if (functionName !== 'redeemDelegations') return null
    const [contexts, modes, batches] = args
    const [context] = contexts
    const [batch] = batches
    if (contexts.length !== 1 || modes.length !== 1 || batches.length !== 1)
      return null
    if (!context || !batch || modes[0] !== batchMode) return null
    const [delegations] = decodeAbiParameters(delegationsParameters, context)
    const [signed] = delegations
    if (!signed || delegations.length !== 1) return null
    if (signed.caveats.some(({ args: given }) => given !== '0x')) return null
    const [executions] = decodeAbiParameters(executionsParameters, batch)
    const { signature, ...delegation } = signed
    return {
      delegation: {
        ...delegation,
        caveats: delegation.caveats.map(({ enforcer, terms }) => ({
          enforcer,
          terms,
        })),
      },
      signature,
      calls: executions.map(({ target, value, callData }) => ({
        to: target,
        valueWei: value,
        data: callData,
      })),
    }
  } catch {
    // Bytes that do not fit are bytes that nobody understands.
    return null
  }
}
