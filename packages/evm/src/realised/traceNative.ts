import { type Address, type Hex, isSameAddress } from '@behest/spec'
import { hexToBigInt } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { RealisedUnknownError } from './errors.js'

/** One movement of native coin inside a transaction. */
type Movement = {
  readonly from: Address
  readonly to: Address
  readonly wei: bigint
}

/** A line of `trace_transaction`. */
type FlatTrace = {
  readonly type: string
  readonly traceAddress: readonly number[]
  readonly error?: string | null
  readonly action: {
    readonly callType?: string
    readonly from?: Address
    readonly to?: Address
    readonly value?: Hex
    readonly address?: Address
    readonly refundAddress?: Address
    readonly balance?: Hex
  }
  readonly result?: { readonly address?: Address } | null
}

/** A frame of `debug_traceTransaction` with the call tracer. */
type Frame = {
  readonly type?: string
  readonly from: Address
  readonly to?: Address
  readonly value?: Hex
  readonly error?: string
  readonly calls?: readonly Frame[]
}

/**
 * Reads from a transaction's trace how much native coin each account gained.
 *
 * @returns Signed wei per account, in their order; gas is not counted.
 * @throws {RealisedUnknownError} when the node cannot trace it.
 */
export async function traceNative(options: {
  readonly client: ChainClient
  readonly hash: Hex
  readonly accounts: readonly Address[]
}): Promise<readonly bigint[]> {
  const { client, hash, accounts } = options
  const movements = await readMovements(client, hash)
  return accounts.map((account) =>
    movements.reduce((sum, { from, to, wei }) => {
      const left = isSameAddress(from, account) ? wei : 0n
      const arrived = isSameAddress(to, account) ? wei : 0n
      return sum + arrived - left
    }, 0n),
  )
}

/** Stored traces outlive the state; the call tracer runs the block again. */
async function readMovements(
  client: ChainClient,
  hash: Hex,
): Promise<readonly Movement[]> {
  const request = <Answer>(method: string, params: readonly unknown[]) =>
    client.request({ method, params } as never) as Promise<Answer>
  try {
    const traces = await request<readonly FlatTrace[] | null>(
      'trace_transaction',
      [hash],
    )
    if (traces !== null && traces.length > 0) return fromFlatTraces(traces)
  } catch {
    // Many nodes do not have this method; most of those have the other one.
  }
  try {
    return fromFrame(
      await request<Frame>('debug_traceTransaction', [
        hash,
        { tracer: 'callTracer' },
      ]),
    )
  } catch (cause) {
    throw new RealisedUnknownError({ hash, cause })
  }
}

/** What failed moved nothing, and neither did anything under it. */
function fromFlatTraces(traces: readonly FlatTrace[]): readonly Movement[] {
  const failed = traces.filter(({ error }) => error)
  return traces.flatMap(({ type, traceAddress, action, result }) => {
    const isUndone = failed.some((one) =>
      one.traceAddress.every((step, depth) => traceAddress[depth] === step),
    )
    if (isUndone) return []
    switch (type) {
      case 'call':
        return action.callType === 'call'
          ? toMovement(action.from, action.to, action.value)
          : []
      case 'create':
        return toMovement(action.from, result?.address, action.value)
      case 'suicide':
        return toMovement(action.address, action.refundAddress, action.balance)
      default:
        return []
    }
  })
}

function fromFrame(frame: Frame): readonly Movement[] {
  if (frame.error !== undefined) return []
  const isMoving =
    frame.type !== 'DELEGATECALL' &&
    frame.type !== 'STATICCALL' &&
    frame.type !== 'CALLCODE'
  return [
    ...(isMoving ? toMovement(frame.from, frame.to, frame.value) : []),
    ...(frame.calls ?? []).flatMap(fromFrame),
  ]
}

function toMovement(
  from: Address | undefined,
  to: Address | undefined,
  value: Hex | undefined,
): readonly Movement[] {
  if (from === undefined || to === undefined || value === undefined) return []
  const wei = hexToBigInt(value)
  return wei === 0n ? [] : [{ from, to, wei }]
}
