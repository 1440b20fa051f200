import { hexToBigInt, hexToNumber, numberToHex } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { ChainReadError, toChainError } from '../client/errors.js'

/**
 * Reads the time that the block after `blockNumber` will most likely have.
 *
 * A node that builds a pending block knows best: a local chain that stood still
 * for hours jumps to the present with its next block, and a deadline that would
 * have passed by then must fail in the simulation already. For an older block,
 * or a node without pending blocks, it is the block's time and one interval.
 *
 * @returns Unix seconds, later than the block itself.
 */
export async function readNextBlockTime(options: {
  readonly client: ChainClient
  readonly blockNumber: bigint
  readonly blockSeconds: number
}): Promise<number> {
  const { client, blockNumber, blockSeconds } = options
  const [block, pending] = await Promise.all([
    client
      .request({
        method: 'eth_getBlockByNumber',
        params: [numberToHex(blockNumber), false],
      })
      .catch((error: unknown) => {
        throw toChainError(error, {
          method: 'eth_getBlockByNumber',
          blockNumber,
        })
      }),
    client
      .request({
        method: 'eth_getBlockByNumber',
        params: ['pending', false],
      })
      // Nodes without pending blocks answer with an error.
      .catch(() => null),
  ])
  if (block === null)
    throw new ChainReadError({
      method: 'eth_getBlockByNumber',
      reason: `it does not know block ${blockNumber}`,
    })
  const time = hexToNumber(block.timestamp)
  const isNext =
    pending?.number !== undefined &&
    pending.number !== null &&
    hexToBigInt(pending.number) === blockNumber + 1n
  return isNext
    ? Math.max(hexToNumber(pending.timestamp), time + 1)
    : time + blockSeconds
}
