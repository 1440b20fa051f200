import { BehestError } from '@behest/spec'

/** Thrown when no pool, or not the named pool, trades a token. */
export class UnknownTokenError extends BehestError {
  readonly code = 'ROUTE_TOKEN_UNKNOWN'
  override readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: { readonly token: string; readonly where: string }) {
    super(
      `Token "${facts.token}" is not in ${facts.where}. Name a token that it trades.`,
      { facts },
    )
  }
}
