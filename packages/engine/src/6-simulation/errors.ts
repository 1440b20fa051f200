import { BehestError } from '@behest/spec'

/** Thrown when the chain has moved past what was approved. */
export class PlanDriftedError extends BehestError {
  readonly code = 'PLAN_DRIFTED'
  readonly stage = 'simulation'
  readonly retry = 'new-quote'

  constructor(facts: { planHash: string; reason: string }) {
    super(
      `The chain has moved and the approved plan no longer holds: ${facts.reason} Nothing was sent; new quotes are being collected.`,
      { facts },
    )
  }
}

/** Thrown when the account cannot pay for the gas of a plan. */
export class InsufficientGasError extends BehestError {
  readonly code = 'INSUFFICIENT_GAS'
  readonly stage = 'simulation'
  readonly retry = 'ask-user'

  constructor(facts: { symbol: string; needed: string; held: string }) {
    super(
      `The plan needs up to ${facts.needed} ${facts.symbol} with gas and the account holds ${facts.held}. Ask for less, or add ${facts.symbol} first.`,
      { facts },
    )
  }
}

/** Thrown when an account that nobody here signs for cannot sign a plan itself. */
export class HolderCannotSignError extends BehestError {
  readonly code = 'HOLDER_CANNOT_SIGN'
  readonly stage = 'simulation'
  readonly retry = 'ask-user'

  constructor(facts: { account: string; reason: string; instead: string }) {
    super(
      `Account ${facts.account} signs for itself and cannot sign this plan: ${facts.reason}. Nothing was sent. ${facts.instead}`,
      { facts },
    )
  }
}
