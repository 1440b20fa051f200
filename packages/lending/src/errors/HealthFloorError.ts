import { BehestError, toDecimal } from '@behest/spec'

/** Thrown when an action would leave a position below the user's health floor. */
export class HealthFloorError extends BehestError {
  readonly code = 'HEALTH_BELOW_FLOOR'
  readonly stage = 'plan'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly healthWad: bigint
    readonly floorWad: bigint
  }) {
    const health = toDecimal(facts.healthWad, 18)
    const floor = toDecimal(facts.floorWad, 18)
    super(
      `The health factor would be ${health}, below the floor of ${floor}. Borrow or withdraw less, or add collateral.`,
      { facts: { health, floor } },
    )
  }
}
