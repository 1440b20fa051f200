import type { Address, Instruction, QuoteRequest } from '@behest/spec'

/**
 * Creates a request as the engine would send it, for tests of agents.
 *
 * @param options.instruction - What is asked.
 * @param options.account - Whose tokens are spent; a fixed address if absent.
 * @param options.chainId - 31337 if absent.
 * @param options.blockNumber - 1 if absent.
 * @param options.nowUnixSeconds - Chain time of that block; 1760000000 if absent.
 * @param options.validForSeconds - From the block to the deadline; 300 if absent.
 * @param options.respondWithinMs - 5000 if absent.
 * @param options.requestId - `'request-1'` if absent.
 */
export function createTestRequest(options: {
  readonly instruction: Instruction
  readonly account?: Address
  readonly chainId?: number
  readonly blockNumber?: bigint
  readonly blockHash?: `0x${string}`
  readonly nowUnixSeconds?: number
  readonly validForSeconds?: number
  readonly respondWithinMs?: number
  readonly requestId?: string
}): QuoteRequest {
  const nowUnixSeconds = options.nowUnixSeconds ?? 1_760_000_000
  return {
    type: 'behest.quote-request',
    version: 1,
    requestId: options.requestId ?? 'request-1',
    intentId: 'intent-1',
    stepId: 's1',
    chainId: options.chainId ?? 31_337,
    account: options.account ?? '0x00000000000000000000000000000000000000aa',
    instruction: options.instruction,
    block: {
      number: options.blockNumber ?? 1n,
      hash: options.blockHash ?? `0x${'11'.repeat(32)}`,
      timestampUnixSeconds: nowUnixSeconds,
    },
    deadlineUnixSeconds: nowUnixSeconds + (options.validForSeconds ?? 300),
    respondWithinMs: options.respondWithinMs ?? 5_000,
  }
}
