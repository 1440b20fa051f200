import type { Address, Hex } from '@behest/spec'

/** A call that lets somebody take tokens. */
export type Grant = {
  readonly spender: Address
  /** `false` where it takes a right away (amount 0, operator false). */
  readonly gives: boolean
}

// Selector -> which argument is the spender, and which one grants when not 0.
const grants: Readonly<Record<string, { spender: number; value: number }>> = {
  '0x095ea7b3': { spender: 0, value: 1 }, // approve(address,uint256)
  '0x39509351': { spender: 0, value: 1 }, // increaseAllowance(address,uint256)
  '0xa22cb465': { spender: 0, value: 1 }, // setApprovalForAll(address,bool)
  '0x87517c45': { spender: 1, value: 2 }, // Permit2 approve(address,address,uint160,uint48)
}

/**
 * Reads whether a call is a plain grant. A first filter only: stage 6 finds
 * grants by their effect, also those inside other calls.
 */
export function readGrant(data: Hex): Grant | null {
  const shape = grants[data.slice(0, 10).toLowerCase()]
  if (shape === undefined) return null
  const word = (index: number) =>
    data.slice(10 + 64 * index, 74 + 64 * index).padEnd(64, '0')
  return {
    spender: `0x${word(shape.spender).slice(24)}`,
    gives: !/^0*$/.test(word(shape.value)),
  }
}
