import type { Delegation, Hex, MandateTerms } from '@behest/spec'
import { encodeAbiParameters, encodeFunctionData } from 'viem'
import {
  batchMode,
  delegationManagerAbi,
  delegationsParameters,
} from './delegationAbi.js'
import { encodeExecutions } from './drawDelegation.js'

/**
 * Encodes the use of one signed delegation with one batch.
 *
 * @returns Calldata for the DelegationManager.
 */
export function encodeRedemption(options: {
  readonly delegation: Delegation
  readonly signature: Hex
  readonly calls: MandateTerms['calls']
}): Hex {
  const { delegation, signature, calls } = options
  const context = encodeAbiParameters(delegationsParameters, [
    [
      {
        ...delegation,
        caveats: delegation.caveats.map((caveat) => ({
          ...caveat,
          args: '0x' as const,
        })),
        signature,
      },
    ],
  ])
  return encodeFunctionData({
    abi: delegationManagerAbi,
    functionName: 'redeemDelegations',
    args: [[context], [batchMode], [encodeExecutions(calls)]],
  })
}
