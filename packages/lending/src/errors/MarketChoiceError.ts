import { BehestError } from '@behest/spec'

/** Thrown when the markets given do not fit the token that is asked for. */
export class MarketChoiceError extends BehestError {
  readonly code = 'LENDING_MARKETS_DO_NOT_FIT'
  readonly retry = 'ask-user'

  constructor(facts: {
    readonly problem:
      | 'none'
      | 'several-tokens'
      | 'same-name'
      | 'unknown-market'
      | 'no-price'
      | 'no-collateral'
    readonly detail: string
  }) {
    super(
      {
        none: `No market deals in ${facts.detail}. Name another token, or give other markets.`,
        'several-tokens': `The markets deal in several tokens (${facts.detail}). Name the one that is meant.`,
        'same-name': `Two markets are called "${facts.detail}". Give each a name of its own.`,
        'no-price': `There is no price for ${facts.detail}. Give its price in the gas token.`,
        'no-collateral': `No market takes ${facts.detail} as collateral. Offer another token.`,
        'unknown-market': `"${facts.detail}" is not among the markets. Use the names of the markets given.`,
      }[facts.problem],
      { facts },
    )
  }
}
