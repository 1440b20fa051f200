import {
  behestDomain,
  quoteTypedDataTypes,
  type UnsignedQuote,
} from '@behest/spec'
import { hashQuote } from './hashRequest.js'

/** Gives the EIP-712 message of a quote: one place for signer and verifier. */
export function toQuoteTypedData(quote: UnsignedQuote) {
  return {
    domain: { ...behestDomain, chainId: quote.chainId },
    types: quoteTypedDataTypes,
    primaryType: 'Quote',
    message: {
      quoteHash: hashQuote(quote),
      requestHash: quote.requestHash,
      agent: quote.agent,
      account: quote.account,
      validUntilUnixSeconds: BigInt(quote.validUntilUnixSeconds),
    },
  } as const
}
