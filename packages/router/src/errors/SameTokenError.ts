import { BehestError } from '@behest/spec'

/** Thrown when a token is to be swapped for itself. */
export class SameTokenError extends BehestError {
  readonly code = 'ROUTE_SAME_TOKEN'
  override readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: { readonly token: string }) {
    super(`${facts.token} is both sold and bought. Name two tokens.`, { facts })
  }
}
