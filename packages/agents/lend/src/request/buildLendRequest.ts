import { parseHealthWad } from '@behest/lending'
import type { InstructionOf, QuoteContext } from '@behest/sdk'
import type { LendChain } from '../LendChain.js'
import { applyPriorChanges } from './applyPriorChanges.js'
import type { SnapshotReader } from './createSnapshotReader.js'
import type { LendRequest } from './LendRequest.js'

/**
 * Reads everything that a quote is made from.
 *
 * @param options.floorWad - The agent's own health floor, in wad; the user's
 *   counts where it is higher.
 * @param options.maxValidForSeconds - Longest life of a quote.
 */
export async function buildLendRequest(options: {
  readonly chain: LendChain
  readonly readSnapshot: SnapshotReader
  readonly instruction: InstructionOf<
    'supply' | 'withdraw' | 'borrow' | 'repay'
  >
  readonly context: QuoteContext
  readonly floorWad: bigint
  readonly maxValidForSeconds: number
}): Promise<LendRequest> {
  const { chain, readSnapshot, instruction, context, floorWad } = options
  const { account, blockNumber, blockHash } = context
  const { priorChanges } = context.request
  const state = await readSnapshot({ account, blockNumber, blockHash })
  const asked =
    'minHealth' in instruction && instruction.minHealth !== undefined
      ? parseHealthWad(instruction.minHealth)
      : 0n
  return {
    chain,
    account,
    blockNumber,
    markets: state.markets,
    snapshot: applyPriorChanges({ snapshot: state.snapshot, priorChanges }),
    walletChanges: priorChanges?.wallet ?? [],
    floorWad: asked > floorWad ? asked : floorWad,
    validUntilUnixSeconds: Math.min(
      context.nowUnixSeconds + options.maxValidForSeconds,
      context.deadlineUnixSeconds,
    ),
  }
}
