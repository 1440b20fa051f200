import type { Address } from '@behest/spec'
import { keccak256, stringToHex } from 'viem'

/**
 * Derives an agent's id from its owner and name: a new card keeps the id.
 *
 * @param options.name - The agent's name.
 * @param options.owner - Who signs the publish message.
 * @returns The name, a hyphen, and the first 8 hex digits of keccak256 of
 *   `<owner in lower case>:<name>`.
 */
export function toAgentId(options: {
  readonly name: string
  readonly owner: Address
}): string {
  const { name, owner } = options
  const hash = keccak256(stringToHex(`${owner.toLowerCase()}:${name}`))
  return `${name}-${hash.slice(2, 10)}`
}
