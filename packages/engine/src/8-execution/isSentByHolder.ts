import type { PlanArtifact } from '@behest/spec'

/** Tells whether the account's own wallet sends a plan's transactions. */
export function isSentByHolder({ custody }: PlanArtifact): boolean {
  return custody?.type === 'direct' && custody.sentBy === 'holder'
}
