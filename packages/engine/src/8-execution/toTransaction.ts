import type { ExecutionArtifact, LegResult } from '@behest/spec'

type Transaction = ExecutionArtifact['transactions'][number]

/** How a leg ended, as the execution keeps it. */
export function toTransaction(
  result: LegResult,
): Omit<Transaction, 'stepId' | 'callIndex' | 'purpose'> {
  switch (result.type) {
    case 'succeeded':
    case 'reverted':
      return {
        outcome: result.type,
        hash: result.hash,
        nonce: result.nonce,
        blockNumber: result.blockNumber,
        gasUsed: result.gasUsed,
        gasWei: result.gasWei,
        ...(result.reason === undefined
          ? {}
          : { reason: result.reason.slice(0, 1000) }),
      }
    case 'not-sent':
      return { outcome: 'not-sent', reason: result.reason.slice(0, 1000) }
    case 'unknown':
      return {
        outcome: 'unknown',
        reason: result.reason.slice(0, 1000),
        ...(result.hash === undefined ? {} : { hash: result.hash }),
        ...(result.nonce === undefined ? {} : { nonce: result.nonce }),
      }
    default:
      return result satisfies never
  }
}
