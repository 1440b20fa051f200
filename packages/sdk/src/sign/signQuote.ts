import {
  BehestError,
  isSameAddress,
  type Quote,
  type UnsignedQuote,
} from '@behest/spec'
import type { AgentSigner } from './AgentSigner.js'
import { toQuoteTypedData } from './toQuoteTypedData.js'

/**
 * Signs a quote with the agent's key (EIP-712). Every field is covered.
 *
 * @param options.quote - The quote; `quote.agent` is the signer's address.
 * @param options.account - The agent's key.
 * @returns The quote with its signature.
 * @throws {QuoteSignerMismatchError} when the key is not `quote.agent`'s.
 */
export async function signQuote(options: {
  readonly quote: UnsignedQuote
  readonly account: Pick<AgentSigner, 'address' | 'signTypedData'>
}): Promise<Quote> {
  const { quote, account } = options
  if (!isSameAddress(quote.agent, account.address))
    throw new QuoteSignerMismatchError({
      agent: quote.agent,
      signer: account.address,
    })
  const signature = await account.signTypedData(toQuoteTypedData(quote))
  return { ...quote, signature }
}

/** Thrown when a quote is to be signed with another agent's key. */
export class QuoteSignerMismatchError extends BehestError {
  readonly code = 'QUOTE_SIGNER_MISMATCH'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { agent: string; signer: string }) {
    super(
      `The quote names agent ${facts.agent}, but the key is that of ${facts.signer}. Sign with the named agent's key.`,
      { facts },
    )
  }
}
