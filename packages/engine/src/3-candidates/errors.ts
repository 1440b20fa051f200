import { BehestError } from '@behest/spec'

/** Thrown when no token is known by what the user called it. */
export class TokenUnknownError extends BehestError {
  readonly code = 'TOKEN_UNKNOWN'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { token: string; chain: string }) {
    super(
      `No token "${facts.token}" is known on ${facts.chain}. Check the name, or give the contract's address.`,
      { facts },
    )
  }
}

/** Thrown when a step is meant for a chain that this engine does not serve. */
export class ChainNotServedError extends BehestError {
  readonly code = 'CHAIN_NOT_SERVED'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { said: string; served: string }) {
    super(
      `"${facts.said}" is not served here; this engine works on ${facts.served}. Leave the chain out, or use an engine on ${facts.said}.`,
      { facts },
    )
  }
}

/** Thrown when nobody here can do what was asked. */
export class ActionUnsupportedError extends BehestError {
  readonly code = 'ACTION_UNSUPPORTED'
  readonly stage = 'candidates'
  readonly retry = 'never'

  constructor(facts: { action: string; chain: string }) {
    super(
      `No agent on ${facts.chain} can ${facts.action} yet; nothing was sent. Ask for a swap, a transfer, or to supply, withdraw, borrow or repay.`,
      { facts },
    )
  }
}

/** Thrown when a step waits for a condition or a date, which needs a standing order. */
export class StandingOrderUnsupportedError extends BehestError {
  readonly code = 'STANDING_ORDER_UNSUPPORTED'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { stepId: string; said: string }) {
    super(
      `"${facts.said}" would have to wait, and no standing orders are kept here; nothing was sent. Ask again without it when you want it done.`,
      { facts },
    )
  }
}

/** Thrown when an amount is zero. */
export class AmountZeroError extends BehestError {
  readonly code = 'AMOUNT_ZERO'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { symbol: string }) {
    super(
      `The amount of ${facts.symbol} comes to 0; nothing was sent. Give an amount above 0.`,
      { facts },
    )
  }
}

/** Thrown when an account holds less than it is to spend. */
export class InsufficientBalanceError extends BehestError {
  readonly code = 'INSUFFICIENT_BALANCE'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: {
    symbol: string
    needed: string
    held: string
    /** What is left of it when gas is kept back. */
    spendable: string
    account: string
  }) {
    const kept =
      facts.spendable === facts.held
        ? ''
        : `, of which ${facts.spendable} can be spent when gas is kept back`
    super(
      `${facts.needed} ${facts.symbol} are needed and the account holds ${facts.held}${kept}; nothing was sent. Ask for at most ${facts.spendable} ${facts.symbol}, or add ${facts.symbol} first.`,
      { facts },
    )
  }
}

/** Thrown when an amount in money cannot be turned into tokens. */
export class PriceUnknownError extends BehestError {
  readonly code = 'PRICE_UNKNOWN'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { symbol: string; currency: string }) {
    super(
      `Nobody here prices ${facts.symbol} in ${facts.currency}. Give the amount in ${facts.symbol}.`,
      { facts },
    )
  }
}

/** Thrown when a recipient's or spender's name leads to no address. */
export class PartyUnknownError extends BehestError {
  readonly code = 'PARTY_UNKNOWN'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { name: string }) {
    super(
      `"${facts.name}" leads to no address on this chain. Give the full address.`,
      { facts },
    )
  }
}

/** Thrown when a stated slippage would give the trade away. */
export class SlippageUnreasonableError extends BehestError {
  readonly code = 'SLIPPAGE_UNREASONABLE'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { slippageBps: number; maxSlippageBps: number }) {
    super(
      `A slippage of ${facts.slippageBps / 100} % would give the trade away; at most ${facts.maxSlippageBps / 100} % are taken. State a smaller one, or leave it out.`,
      { facts },
    )
  }
}

/** Thrown when a step builds on one that gives nothing it could use. */
export class OutputMissingError extends BehestError {
  readonly code = 'OUTPUT_MISSING'
  readonly stage = 'candidates'
  readonly retry = 'ask-user'

  constructor(facts: { stepId: string; from: string }) {
    super(
      `Step ${facts.stepId} is to use what step ${facts.from} gives, and that gives no token it could use. Say the token and the amount.`,
      { facts },
    )
  }
}
