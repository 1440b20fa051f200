import { BehestError } from '@behest/spec'

/** Thrown when calls touch more tokens than can be measured. */
export class SimulationTooWideError extends BehestError {
  readonly code = 'SIMULATION_TOO_WIDE'
  readonly stage = 'simulation'
  readonly retry = 'new-quote'

  constructor(facts: { readonly touched: number; readonly most: number }) {
    super(
      `The calls touch ${facts.touched} tokens and allowances; at most ${facts.most} can be measured. Take another quote.`,
      { facts },
    )
  }
}

/** Thrown when a token that could be read before the calls cannot be read after. */
export class SimulationUnreliableError extends BehestError {
  readonly code = 'SIMULATION_UNRELIABLE'
  readonly stage = 'simulation'
  readonly retry = 'new-quote'

  constructor(facts: { readonly token: string; readonly account: string }) {
    super(
      `The balance of ${facts.account} in token ${facts.token} cannot be read after the calls, so their effect is unknown. Take another quote.`,
      { facts },
    )
  }
}
