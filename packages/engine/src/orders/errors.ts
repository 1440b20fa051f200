import { BehestError } from '@behest/spec'

/** Thrown when what should wait cannot be bounded, watched or waited for. */
export class OrderUnbindableError extends BehestError {
  readonly code = 'ORDER_UNBINDABLE'
  readonly stage = 'intent'
  readonly retry = 'ask-user'

  constructor(facts: { stepId: string; problem: string; advice: string }) {
    super(
      `This cannot stand as an order: ${facts.problem}; nothing was sent. ${facts.advice}`,
      { facts },
    )
  }
}

/** Thrown when a run of an order may not go on. */
export class OrderRunRefusedError extends BehestError {
  readonly code = 'ORDER_RUN_REFUSED'
  readonly stage = 'approval'
  readonly retry = 'never'

  constructor(facts: { orderId: string; period: string; problem: string }) {
    super(
      `Run ${facts.period} of order ${facts.orderId} was refused: ${facts.problem}; nothing was sent. Look at the order; a changed one needs a new approval.`,
      { facts },
    )
  }
}
