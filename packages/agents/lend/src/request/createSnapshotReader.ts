import { type LendingSnapshot, readLendingSnapshot } from '@behest/evm'
import { type Market, parseMarkets } from '@behest/lending'
import type { Address, Hex } from '@behest/spec'
import type { LendChain } from '../LendChain.js'

/** The lending markets of one block and what one account has there. */
export type LendingState = {
  readonly snapshot: LendingSnapshot
  readonly markets: readonly Market[]
}

/** Reads the state of a block, each block and account once. */
export type SnapshotReader = (options: {
  readonly account: Address
  readonly blockNumber: bigint
  readonly blockHash: Hex
}) => Promise<LendingState>

// Enough for a few users at one block and for a plan of several steps.
const mostKept = 16

/**
 * Creates the reader of lending snapshots.
 *
 * Kept by the block's hash: after a reorganisation the same number is another
 * state. A failed read is not kept.
 */
export function createSnapshotReader(chain: LendChain): SnapshotReader {
  const kept = new Map<string, Promise<LendingState>>()
  return ({ account, blockNumber, blockHash }) => {
    const key = `${blockHash} ${account.toLowerCase()}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const reading = readLendingSnapshot({
      client: chain.client,
      deployment: chain.deployment,
      account,
      blockNumber,
    }).then((snapshot) => ({
      snapshot,
      markets: parseMarkets(snapshot.lines).markets,
    }))
    kept.set(key, reading)
    reading.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    return reading
  }
}
