import { BehestError } from '@behest/spec'

/** Thrown when more is withdrawn or repaid than the position holds or owes. */
export class PositionAmountError extends BehestError {
  readonly code = 'LENDING_AMOUNT_ABOVE_POSITION'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly action: 'withdraw' | 'repay'
    readonly token: string
    readonly askedUnits: bigint
    readonly heldUnits: bigint
  }) {
    const { action, token, askedUnits, heldUnits } = facts
    super(
      `Cannot ${action} ${askedUnits} units of ${token}: the position ${action === 'repay' ? 'owes' : 'holds'} ${heldUnits}. Ask for that much or less.`,
      { facts },
    )
  }
}
