import { BehestError } from '@behest/spec'

/** Thrown when a call that costs something comes without a payment. */
export class PaymentRequiredError extends BehestError {
  readonly code = 'PAYMENT_REQUIRED'
  readonly stage = 'quotes'
  readonly retry = 'same-input'

  constructor(facts: { units: bigint; symbol: string; payTo: string }) {
    super(
      `This call costs ${facts.units} units of ${facts.symbol}. Sign one of the offers in the PAYMENT-REQUIRED header, and send it along as PAYMENT-SIGNATURE.`,
      { facts },
    )
  }
}

/** Thrown when a payment's header cannot be read. */
export class PaymentMalformedError extends BehestError {
  readonly code = 'PAYMENT_MALFORMED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { header: string }) {
    super(
      `The ${facts.header} header holds no payment of x402 version 2, scheme exact. Nothing was taken; send the base64 of its JSON.`,
      { facts },
    )
  }
}

/** Thrown when a payment is for something else than what was asked. */
export class PaymentMismatchError extends BehestError {
  readonly code = 'PAYMENT_MISMATCH'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { field: string; asked: string; given: string }) {
    super(
      `The payment's ${facts.field} is ${facts.given}; ${facts.asked} was asked. Nothing was taken; sign the offer as it stands.`,
      { facts },
    )
  }
}

/** Thrown when a payment would not settle, or did not. */
export class PaymentRefusedError extends BehestError {
  readonly code = 'PAYMENT_REFUSED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { reason: string }) {
    super(
      `The payment was refused: ${facts.reason}. Nothing was answered; sign a new payment that can be taken.`,
      { facts },
    )
  }
}

/** Thrown when a payment already bought something, or is about to. */
export class PaymentUsedError extends BehestError {
  readonly code = 'PAYMENT_USED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { state: string }) {
    super(
      `This payment is ${facts.state}: one payment buys one answer. Nothing more was taken; sign a new one for another call.`,
      { facts },
    )
  }
}

/** Thrown when nobody knows yet whether a payment was taken. */
export class PaymentUnsettledError extends BehestError {
  readonly code = 'PAYMENT_UNSETTLED'
  readonly stage = 'quotes'
  readonly retry = 'same-input'

  constructor(facts: { reason: string }, cause?: unknown) {
    super(
      `The payment is not settled yet: ${facts.reason}. Send the same request with the same payment again; it is taken once.`,
      { facts, cause },
    )
  }
}
