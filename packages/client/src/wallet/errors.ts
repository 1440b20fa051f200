import { BehestError } from '@behest/spec'

/** Thrown when what is to be sent is not what was approved. */
export class TransactionNotPlannedError extends BehestError {
  readonly code = 'TRANSACTION_NOT_PLANNED'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: {
    readonly intentId: string
    readonly legId: string
    readonly differs: string
  }) {
    super(
      `Transaction ${facts.legId} of intent ${facts.intentId} is not the plan's: ${facts.differs} differs from what was approved. The wallet was not asked. Do not use this server before you know why.`,
      { facts },
    )
  }
}

/** Thrown when a wallet was asked, and nobody said what it answered. */
export class WalletAnswerMissingError extends BehestError {
  readonly code = 'WALLET_ANSWER_MISSING'
  readonly stage = 'execution'
  readonly retry = 'ask-user'

  constructor(facts: { readonly intentId: string; readonly legId: string }) {
    super(
      `The wallet was asked for transaction ${facts.legId} of intent ${facts.intentId} before, and its answer was lost. The chain is being watched for it. If the wallet shows that it did not send, report it as refused; then it is asked again.`,
      { facts },
    )
  }
}
