import { parseReceiptDigest, type ReceiptDigest } from '@behest/registry'
import { type Address, isSameAddress } from '@behest/spec'
import type { TrustStatement } from './readTrustDigests.js'

/**
 * Tells whether somebody's newest statement on chain says the same of an agent:
 * the same receipts and the same trust, whatever time it was computed for.
 *
 * @param options.statements - The newest of each account.
 */
export function isSaidAlready(options: {
  readonly statements: readonly TrustStatement[]
  readonly by: Address
  readonly digest: ReceiptDigest
}): boolean {
  const { statements, by, digest } = options
  const mine = statements.find((one) => isSameAddress(one.by, by))
  const said = mine && parseReceiptDigest(mine.digestText)
  return (
    said !== undefined &&
    said.agentId === digest.agentId &&
    said.formulaVersion === digest.formulaVersion &&
    said.receiptsHash === digest.receiptsHash &&
    said.trustTenThousandths === digest.trustTenThousandths
  )
}
