import { type Address, type Hex, isSameAddress } from '@behest/spec'
import { hexToBigInt } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { RealisedUnknownError } from './errors.js'

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
  let frame: Frame
  try {
    frame = (await client.request({
      method: 'debug_traceTransaction' as never,
      params: [hash, { tracer: 'callTracer' }] as never,
    })) as Frame
  } catch (cause) {
    throw new RealisedUnknownError({ hash, cause })
  }
  return accounts.map((account) => sumFrame(frame, account))
}

/** A frame that failed moved nothing, and neither did anything under it. */
function sumFrame(frame: Frame, account: Address): bigint {
  if (frame.error !== undefined) return 0n
  const moves = frame.type !== 'DELEGATECALL' && frame.type !== 'STATICCALL'
  const value = moves && frame.value ? hexToBigInt(frame.value) : 0n
  let sum = 0n
  if (isSameAddress(frame.from, account)) sum -= value
  if (frame.to !== undefined && isSameAddress(frame.to, account)) sum += value
  return (frame.calls ?? []).reduce(
    (total, inner) => total + sumFrame(inner, account),
    sum,
  )
}
