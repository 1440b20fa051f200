import type { Address, Hex } from '@behest/spec'
import { hexToBigInt, hexToNumber } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { toChainError } from '../client/errors.js'
import type { OutboxChain } from '../outbox/createOutboxChain.js'
import { decodeRevert } from '../revert/decodeRevert.js'
import { requestSimulation } from '../simulation/requestSimulation.js'

/** A call that a holder's wallet is to send. */
export type HolderCall = {
  readonly from: Address
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
}

/** The chain as the watch over holders' transactions needs it. */
export type HolderChain = Omit<
  OutboxChain,
  'readTipWei' | 'readMaxInFlight' | 'sendRaw'
> & {
  /** A transaction that the node knows, mined or waiting; else `null`. */
  readTransaction(hash: Hex): Promise<{
    readonly hash: Hex
    readonly from: Address
    readonly to: Address | null
    readonly valueWei: bigint
    readonly data: Hex
    readonly nonce: number
  } | null>
  /** Why a call would be reverted at the newest block; `null` when it would not. */
  findRevert(call: HolderCall): Promise<string | null>
}

/**
 * Creates the port over a node and the outbox's view of the same chain.
 *
 * @param options.client - The node.
 * @param options.chain - See `createOutboxChain`.
 * @returns The port. Its methods throw `ChainUnreachableError`, `ChainReadError`
 *   or `StateGoneError`; none of them says what became of a transaction.
 */
export function createHolderChain(options: {
  readonly client: ChainClient
  readonly chain: OutboxChain
}): HolderChain {
  const { client, chain } = options
  return {
    ...chain,

    async readTransaction(hash) {
      const method = 'eth_getTransactionByHash'
      const found = await client
        .request({ method, params: [hash] })
        .catch((error: unknown) => {
          throw toChainError(error, { method })
        })
      return found === null
        ? null
        : {
            hash: found.hash,
            from: found.from,
            to: found.to,
            valueWei: hexToBigInt(found.value),
            data: found.input,
            nonce: hexToNumber(found.nonce),
          }
    },

    async findRevert({ from, to, valueWei, data }) {
      const head = await chain.readHead()
      const outcomes = await requestSimulation(
        {
          client,
          blockNumber: head.number,
          timestampUnixSeconds: head.timestampUnixSeconds + 1,
          code: {},
        },
        [{ from, to, valueWei, data }],
      )
      if (outcomes === 'underfunded')
        return 'the account holds less coin than it sends'
      const [outcome] = outcomes
      if (outcome === undefined) return 'the node did not say how it would go'
      return outcome.succeeded
        ? null
        : decodeRevert(outcome.data, outcome.message)
    },
  }
}
