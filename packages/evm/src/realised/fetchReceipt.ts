import type { Address, Hex } from '@behest/spec'
import { hexToBigInt } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { toChainError } from '../client/errors.js'
import type { SimulationLog } from '../simulation/requestSimulation.js'
import { TransactionNotMinedError } from './errors.js'

/** What measuring needs of a receipt. */
export type MinedTransaction = {
  readonly hash: Hex
  readonly from: Address
  readonly blockNumber: bigint
  readonly logs: readonly SimulationLog[]
  /** Everything the sender paid for being included, in wei. */
  readonly feeWei: bigint
}

/**
 * Fetches one receipt with its whole fee.
 *
 * @throws {TransactionNotMinedError} when there is none.
 * @throws {ChainUnreachableError} when the node does not answer.
 */
export async function fetchReceipt(
  client: ChainClient,
  hash: Hex,
): Promise<MinedTransaction> {
  const method = 'eth_getTransactionReceipt'
  const receipt = await client
    .request({ method, params: [hash] })
    .catch((error: unknown) => {
      throw toChainError(error, { method })
    })
  if (receipt === null) throw new TransactionNotMinedError({ hash })
  // Chains on the OP stack charge for their data apart.
  const { l1Fee } = receipt as { readonly l1Fee?: Hex }
  return {
    hash,
    from: receipt.from,
    blockNumber: hexToBigInt(receipt.blockNumber),
    logs: receipt.logs.map(({ address, topics, data }) => ({
      address,
      topics: topics as readonly Hex[],
      data,
    })),
    feeWei:
      hexToBigInt(receipt.gasUsed) * hexToBigInt(receipt.effectiveGasPrice) +
      (l1Fee === undefined ? 0n : hexToBigInt(l1Fee)),
  }
}
