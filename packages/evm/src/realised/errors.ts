import { BehestError } from '@behest/spec'

/** Thrown when a transaction has no receipt, so it changed nothing yet. */
export class TransactionNotMinedError extends BehestError {
  readonly code = 'TRANSACTION_NOT_MINED'
  readonly stage = 'receipt'
  readonly retry = 'same-input'

  constructor(facts: { readonly hash: string }) {
    super(
      `Transaction ${facts.hash} has no receipt on this node. Wait until it is mined, then ask again.`,
      { facts },
    )
  }
}

/** Thrown when what a transaction changed can no longer be told for certain. */
export class RealisedUnknownError extends BehestError {
  readonly code = 'REALISED_UNKNOWN'
  readonly stage = 'receipt'
  readonly retry = 'same-input'

  constructor(facts: { readonly hash: string; readonly cause: unknown }) {
    super(
      `The node dropped the state around transaction ${facts.hash} and cannot trace it, so how much native coin it moved is unknown. Ask a node that keeps old state.`,
      { facts: { hash: facts.hash }, cause: facts.cause },
    )
  }
}
