import {
  type Address,
  BehestError,
  type Hex,
  isSameAddress,
  type Quote,
  type QuoteRequest,
  quoteSchema,
} from '@behest/spec'
import { recoverTypedDataAddress } from 'viem'
import { toPrintable } from '../text/toPrintable.js'
import { hashRequest } from './hashRequest.js'
import { toQuoteTypedData } from './toQuoteTypedData.js'

// Half of the order of secp256k1: above it lies the second spelling of the same
// signature, which everybody can make from the first.
const halfOrder =
  0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Verifies what an agent sent: form, request, expiry and signature.
 *
 * Acts only on the object rebuilt from the schema: a field that the schema does
 * not know is refused, not ignored. Cheap checks come first, because recovering
 * a signer costs milliseconds.
 *
 * @param options.quote - Wire form, as parsed from JSON.
 * @param options.request - What was asked.
 * @param options.expectedAgent - Address of the agent that was asked.
 * @param options.nowUnixSeconds - Chain time, in Unix seconds.
 * @returns The quote, amounts as `bigint`.
 * @throws {QuoteMalformedError} when it is no quote of this version.
 * @throws {QuoteRequestMismatchError} when it answers another request, another
 *   account or chain, or comes from another agent.
 * @throws {QuoteExpiredError} when `nowUnixSeconds >= validUntilUnixSeconds`.
 * @throws {QuoteSignatureInvalidError} when the agent did not sign exactly this.
 */
export async function verifyQuote(options: {
  readonly quote: unknown
  readonly request: QuoteRequest
  readonly expectedAgent: Address
  readonly nowUnixSeconds: number
}): Promise<Quote> {
  const { request, expectedAgent, nowUnixSeconds } = options
  const parsed = quoteSchema.safeParse(options.quote)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new QuoteMalformedError({
      field: toPrintable(issue?.path.join('.') ?? '', 200),
      reason: toPrintable(issue?.message ?? 'not understood', 300),
    })
  }
  const quote = parsed.data

  assertSame('requestId', request.requestId, quote.requestId)
  assertSame('chainId', String(request.chainId), String(quote.chainId))
  assertSame('account', request.account, quote.account)
  assertSame('requestHash', hashRequest(request), quote.requestHash)
  assertSame('agent', expectedAgent, quote.agent)
  for (const { token } of [
    ...quote.spend,
    ...quote.receive,
    ...quote.positions,
    ...quote.fee,
  ])
    assertSame('token.chainId', String(request.chainId), String(token.chainId))

  if (nowUnixSeconds >= quote.validUntilUnixSeconds)
    throw new QuoteExpiredError({
      quoteId: quote.quoteId,
      validUntilUnixSeconds: quote.validUntilUnixSeconds,
      nowUnixSeconds,
    })

  const signer = await recoverSigner(quote)
  if (signer === null || !isSameAddress(signer, expectedAgent))
    throw new QuoteSignatureInvalidError({
      quoteId: quote.quoteId,
      agent: expectedAgent,
    })
  return quote
}

function assertSame(field: string, asked: string, answered: string): void {
  if (asked.toLowerCase() !== answered.toLowerCase())
    throw new QuoteRequestMismatchError({
      field,
      asked: asked.slice(0, 100),
      answered: answered.slice(0, 100),
    })
}

/** `null` where the signature is malformed or not in its one allowed spelling. */
async function recoverSigner(quote: Quote): Promise<Address | null> {
  const { signature, ...unsigned } = quote
  if (!isCanonicalSignature(signature)) return null
  try {
    return await recoverTypedDataAddress({
      ...toQuoteTypedData(unsigned),
      signature,
    })
  } catch {
    // No point of the curve: whoever sent it cannot have signed anything.
    return null
  }
}

/** 65 bytes, 0 < r, 0 < s <= n/2, v of 27, 28, 0 or 1. */
export function isCanonicalSignature(signature: Hex): boolean {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return false
  const r = BigInt(`0x${signature.slice(2, 66)}`)
  const s = BigInt(`0x${signature.slice(66, 130)}`)
  const v = Number.parseInt(signature.slice(130), 16)
  return r > 0n && s > 0n && s <= halfOrder && [0, 1, 27, 28].includes(v)
}

/** Thrown when an agent's answer is no quote of this version. */
export class QuoteMalformedError extends BehestError {
  readonly code = 'QUOTE_MALFORMED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { field: string; reason: string }) {
    super(
      `The answer is no valid quote at "${facts.field}": ${facts.reason}. Ask another agent.`,
      { facts },
    )
  }
}

/** Thrown when a quote answers something else than what was asked. */
export class QuoteRequestMismatchError extends BehestError {
  readonly code = 'QUOTE_REQUEST_MISMATCH'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { field: string; asked: string; answered: string }) {
    super(
      `The quote's ${facts.field} is ${facts.answered}, but ${facts.asked} was asked for. Ask another agent.`,
      { facts },
    )
  }
}

/** Thrown when a quote is used at or after its `validUntilUnixSeconds`. */
export class QuoteExpiredError extends BehestError {
  readonly code = 'QUOTE_EXPIRED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: {
    quoteId: string
    validUntilUnixSeconds: number
    nowUnixSeconds: number
  }) {
    const lateSeconds = facts.nowUnixSeconds - facts.validUntilUnixSeconds
    super(
      `Quote "${facts.quoteId}" expired ${lateSeconds} s ago. Collect a new quote, then plan again.`,
      { facts },
    )
  }
}

/** Thrown when a quote is not signed by the agent that was asked. */
export class QuoteSignatureInvalidError extends BehestError {
  readonly code = 'QUOTE_SIGNATURE_INVALID'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { quoteId: string; agent: string }) {
    super(
      `Quote "${facts.quoteId}" is not signed by agent ${facts.agent}. Ask another agent.`,
      { facts },
    )
  }
}
