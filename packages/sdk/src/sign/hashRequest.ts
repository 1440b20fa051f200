import {
  type Hex,
  type JsonValue,
  type QuoteRequest,
  quoteRequestSchema,
  toCanonicalJson,
  type UnsignedQuote,
  unsignedQuoteSchema,
} from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import * as z from 'zod'

/** keccak256 of the canonical JSON (RFC 8785) of a wire form. */
function hashWire(wire: unknown): Hex {
  return keccak256(stringToHex(toCanonicalJson(wire as JsonValue)))
}

/**
 * Hashes a request in its wire form: what quotes are bound to.
 *
 * @param request - The request, amounts as `bigint`.
 * @returns keccak256 of its canonical JSON.
 */
export function hashRequest(request: QuoteRequest): Hex {
  return hashWire(z.encode(quoteRequestSchema, request))
}

/**
 * Hashes a quote in its wire form without the signature: what is signed.
 *
 * @param quote - The quote, amounts as `bigint`; a signature is left out.
 * @returns keccak256 of its canonical JSON.
 */
export function hashQuote(
  quote: UnsignedQuote & { readonly signature?: Hex },
): Hex {
  const { signature: _signature, ...unsigned } = quote
  return hashWire(z.encode(unsignedQuoteSchema, unsigned))
}
