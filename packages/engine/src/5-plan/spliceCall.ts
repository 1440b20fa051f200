import { BehestError, type Hex, type PlanCall } from '@behest/spec'
import { toHex } from 'viem'

/** A call whose amounts are known: ready to be simulated or signed. */
export type SettledCall = {
  readonly to: PlanCall['to']
  readonly valueWei: bigint
  readonly data: Hex
}

/**
 * Writes what earlier steps really gave into a call.
 *
 * @param call - A call of a plan.
 * @param realised - What a step gave of a token, in its smallest unit.
 * @returns The call to simulate or sign; the same one where nothing is spliced.
 * @throws {SpliceOutOfRangeError} when a place lies outside the calldata.
 */
export function spliceCall(
  call: PlanCall,
  realised: (step: string, token: string) => bigint,
): SettledCall {
  let { valueWei, data } = call
  for (const { offset, step, token } of call.splices) {
    const units = realised(step, token)
    if (offset === -1) {
      valueWei = units
      continue
    }
    const start = 2 + offset * 2
    // The selector is not an argument, and a word must lie inside the calldata.
    if (offset < 4 || start + 64 > data.length)
      throw new SpliceOutOfRangeError({ offset, bytes: (data.length - 2) / 2 })
    data =
      `${data.slice(0, start)}${toHex(units, { size: 32 }).slice(2)}${data.slice(start + 64)}` as Hex
  }
  return { to: call.to, valueWei, data }
}

/** Thrown when a quote wants an amount written outside its calldata. */
export class SpliceOutOfRangeError extends BehestError {
  readonly code = 'SPLICE_OUT_OF_RANGE'
  readonly stage = 'plan'
  readonly retry = 'new-quote'

  constructor(facts: { offset: number; bytes: number }) {
    super(
      `The quote wants an amount at byte ${facts.offset} of ${facts.bytes}. It is refused; use another quote.`,
      { facts },
    )
  }
}
