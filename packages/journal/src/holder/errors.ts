import { BehestError } from '@behest/spec'

/** Thrown when an intent has no transaction of that name for a wallet. */
export class HolderLegNotFoundError extends BehestError {
  readonly code = 'HOLDER_LEG_NOT_FOUND'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { intentId: string; legId: string }) {
    super(
      `Intent ${facts.intentId} has no transaction ${facts.legId} for a wallet. Read which there are at /v1/intents/:id/transactions.`,
      { facts },
    )
  }
}

/** Thrown when a wallet's transaction is not where a report says it is. */
export class HolderLegStateError extends BehestError {
  readonly code = 'HOLDER_LEG_STATE'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { legId: string; state: string; wanted: string }) {
    super(
      `Transaction ${facts.legId} is ${facts.state} and cannot become ${facts.wanted}. A wallet is asked once: say what it answered, or that it refused, before it is asked again.`,
      { facts },
    )
  }
}

/** Thrown when the hash that was reported is of another transaction. */
export class HolderTransactionOtherError extends BehestError {
  readonly code = 'HOLDER_TRANSACTION_OTHER'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { legId: string; hash: string }) {
    super(
      `Transaction ${facts.hash} is not the one that was drawn up as ${facts.legId}: its sender, recipient, value or data differ. Report the hash that the wallet gave for exactly that one.`,
      { facts },
    )
  }
}

/** Thrown when a wallet must not be asked, because the call would fail now. */
export class HolderCallRefusedError extends BehestError {
  readonly code = 'HOLDER_CALL_REFUSED'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { legId: string; reason: string }) {
    super(
      `Transaction ${facts.legId} is not asked for now: ${facts.reason} Nothing was sent. Try again in a moment, or stop here and ask anew.`,
      { facts },
    )
  }
}

/** Thrown when it cannot be told yet whether a wallet sent a transaction. */
export class HolderMayHaveSentError extends BehestError {
  readonly code = 'HOLDER_MAY_HAVE_SENT'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { legId: string; account: string; pending: number }) {
    super(
      `Account ${facts.account} has ${facts.pending} transactions on their way, and one may be ${facts.legId}. It is not asked for again before they are in a block; report it then.`,
      { facts },
    )
  }
}
