import type { Address, Hex } from '@behest/spec'
import { hexToBigInt, numberToHex } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { readDetails, toChainError } from '../client/errors.js'

/** One call inside the simulated block. */
export type SimulationCall = {
  /** Zero address if absent: for reads. */
  readonly from?: Address
  readonly to: Address
  readonly valueWei?: bigint
  readonly data: Hex
  /** Gas limit; what the block has left if absent. */
  readonly gas?: bigint
}

/** One log inside the simulated block. */
export type SimulationLog = {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
}

/** How one call went. */
export type SimulationOutcome = {
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly data: Hex
  /** The node's words, where it reverted. */
  readonly message: string
  readonly logs: readonly SimulationLog[]
}

type WireOutcome = {
  readonly status: Hex
  readonly gasUsed: Hex
  readonly maxUsedGas?: Hex
  readonly returnData: Hex
  readonly logs?: readonly SimulationLog[]
  readonly error?: { readonly message?: string; readonly data?: Hex }
}

/** What a block is made of, besides its calls. */
export type SimulationBlock = {
  readonly client: ChainClient
  /** The block that the simulated one follows. */
  readonly blockNumber: bigint
  readonly timestampUnixSeconds: number
  readonly code: Readonly<Record<Address, Hex>>
}

/**
 * Runs calls one after the other inside one simulated block.
 *
 * Nothing is signed, no gas is charged and nonces are not checked, so balances
 * change by what the calls do and by nothing else.
 *
 * @returns One outcome per call; `'underfunded'` when the node refuses the whole
 *   block because a call sends more native coin than its sender has.
 * @throws {StateGoneError} when the node dropped the block's state.
 * @throws {ChainReadError} when the node cannot simulate.
 * @throws {ChainUnreachableError} when it does not answer.
 */
export async function requestSimulation(
  block: SimulationBlock,
  calls: readonly SimulationCall[],
): Promise<readonly SimulationOutcome[] | 'underfunded'> {
  const { client, blockNumber, timestampUnixSeconds, code } = block
  const request = {
    blockStateCalls: [
      {
        // Some nodes number the simulated block like the one before it.
        blockOverrides: {
          number: numberToHex(blockNumber + 1n),
          time: numberToHex(timestampUnixSeconds),
        },
        stateOverrides: Object.fromEntries(
          Object.entries(code).map(([address, value]) => [
            address,
            { code: value },
          ]),
        ),
        calls: calls.map(({ from, to, valueWei, data, gas }) => ({
          ...(from === undefined ? {} : { from }),
          to,
          data,
          ...(gas === undefined ? {} : { gas: numberToHex(gas) }),
          ...(valueWei === undefined || valueWei === 0n
            ? {}
            : { value: numberToHex(valueWei) }),
        })),
      },
    ],
    validation: false,
    traceTransfers: false,
    returnFullTransactions: false,
  }
  try {
    const [answer] = (await client.request({
      method: 'eth_simulateV1',
      params: [request as never, numberToHex(blockNumber)],
    })) as unknown as readonly { readonly calls: readonly WireOutcome[] }[]
    return (answer?.calls ?? []).map(toOutcome)
  } catch (error) {
    if (/insufficient (funds|balance)/i.test(readDetails(error)))
      return 'underfunded'
    throw toChainError(error, { method: 'eth_simulateV1', blockNumber })
  }
}

function toOutcome(wire: WireOutcome): SimulationOutcome {
  const succeeded = wire.status === '0x1'
  return {
    succeeded,
    // Before refunds, where the node tells: that is what a limit must cover.
    gasUsed: hexToBigInt(wire.maxUsedGas ?? wire.gasUsed),
    data: succeeded ? wire.returnData : (wire.error?.data ?? wire.returnData),
    message: wire.error?.message ?? '',
    logs: wire.logs ?? [],
  }
}
