import { BehestError } from '@behest/spec'

/** Thrown when no agent gave a quote that holds. */
export class NoQuoteError extends BehestError {
  readonly code = 'NO_QUOTE'
  readonly stage = 'quotes'
  readonly retry = 'ask-user'

  constructor(facts: { stepId: string; action: string; reasons: string }) {
    super(
      `No agent gave a quote for ${facts.action} that holds: ${facts.reasons} Nothing was sent. Change the request, or try again later.`,
      { facts },
    )
  }
}

/** Thrown when a quote, or a plan made of it, is used at or after its end. */
export class QuoteExpiredError extends BehestError {
  readonly code = 'QUOTE_EXPIRED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: {
    planHash: string
    validUntilUnixSeconds: number
    nowUnixSeconds: number
  }) {
    const lateSeconds = facts.nowUnixSeconds - facts.validUntilUnixSeconds
    super(
      `The plan expired ${lateSeconds} s ago; nothing was sent. New quotes are being collected: look at the new plan, then approve that.`,
      { facts },
    )
  }
}
