import { BehestError, toDecimal } from '@behest/spec'

/** Thrown when no amount of the asked action brings a position to a health. */
export class HealthUnreachableError extends BehestError {
  readonly code = 'HEALTH_UNREACHABLE'
  readonly stage = 'plan'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly action: string
    readonly token: string
    readonly healthWad: bigint
    readonly targetWad: bigint
  }) {
    const health = toDecimal(facts.healthWad, 18)
    const target = toDecimal(facts.targetWad, 18)
    super(
      `To ${facts.action} all the ${facts.token} there is leads to a health factor of ${health}, not ${target}. Add collateral, or repay another debt too.`,
      { facts: { action: facts.action, token: facts.token, health, target } },
    )
  }
}
