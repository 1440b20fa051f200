import { BehestError, type InstructionAmount } from '@behest/spec'

/** An instruction's amount, ready for calldata. */
export type AmountUnits = {
  /** What to write into the calls: always there when the step starts. */
  readonly units: bigint
  /** What the step will most likely act on, and the most that it spends. */
  readonly expectedUnits: bigint
  /**
   * `true` where execution writes the realised amount into the calls: the
   * calls must then name their words in `amountOffsets`.
   */
  readonly isOutput: boolean
}

/**
 * Turns an instruction's amount into units for calldata.
 *
 * An earlier step's output is encoded as its guaranteed least, which never
 * reverts for lack of tokens; execution raises it to what really arrived.
 *
 * @param options.amount - The amount as the instruction states it.
 * @param options.positionUnits - What a share is a share of, in the token's
 *   smallest unit; needed for `share` only.
 * @returns The units to encode and the units to expect. A share is rounded
 *   down, so that it never asks for more than the position holds.
 * @throws {PositionUnknownError} when a share is asked for without a position.
 */
export function getAmountUnits(options: {
  readonly amount: InstructionAmount
  readonly positionUnits?: bigint
}): AmountUnits {
  const { amount, positionUnits } = options
  switch (amount.type) {
    case 'exact':
      return {
        units: amount.units,
        expectedUnits: amount.units,
        isOutput: false,
      }
    case 'share': {
      if (positionUnits === undefined)
        throw new PositionUnknownError({ bps: amount.bps })
      const units = (positionUnits * BigInt(amount.bps)) / 10_000n
      return { units, expectedUnits: units, isOutput: false }
    }
    case 'output':
      return {
        units: amount.units,
        expectedUnits: amount.expectedUnits,
        isOutput: true,
      }
    default:
      return amount satisfies never
  }
}

/** Thrown when a share is to be taken of a position that was not read. */
export class PositionUnknownError extends BehestError {
  readonly code = 'POSITION_UNKNOWN'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { bps: number }) {
    super(
      `${facts.bps} bps of an unknown position is no amount. Read the position first and pass it as positionUnits.`,
      { facts },
    )
  }
}
