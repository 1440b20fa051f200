import type { Hex } from '@behest/spec'
import { keccak256, stringToBytes } from 'viem'

/** Names a leg: the same call of the same plan is the same leg for ever. */
export function toLegId(
  planHash: Hex,
  stepId: string,
  callIndex: number,
): string {
  return keccak256(stringToBytes(`${planHash}/${stepId}/${callIndex}`))
}
