import type { Address, Hex } from '@behest/spec'
import type { ChainClient } from '../client/createChainClient.js'
import { toChainError } from '../client/errors.js'

/** Tells whether an account signed a text. */
export type VerifyMessage = (options: {
  readonly address: Address
  readonly message: string
  readonly signature: Hex
}) => Promise<boolean>

/**
 * Creates the check whether an account signed a text; an account that is a contract
 * is asked itself.
 *
 * Nobody's signature is called wrong because the node was away: the library's own
 * check gives `false` for that too, so the node is asked once more before a `false`
 * of it counts.
 *
 * @param client - The node.
 * @returns The check. It throws `ChainUnreachableError` where only the node could
 *   have told; a signature that cannot be read is nobody's.
 */
export function createMessageVerifier(client: ChainClient): VerifyMessage {
  return async ({ address, message, signature }) => {
    const verified = await client
      .verifyMessage({ address, message, signature })
      .catch(() => false)
    if (verified) return true
    try {
      await client.request({
        method: 'eth_getCode',
        params: [address, 'latest'],
      })
    } catch (error) {
      throw toChainError(error, { method: 'eth_getCode' })
    }
    return false
  }
}
