import * as z from 'zod'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import {
  decimalSchema,
  unitsSchema,
  unixSecondsSchema,
} from '../units/units.js'
import { healthChangeSchema, tokenSchema } from './token.js'

/** Schema of {@link QuoteCall}. */
export const quoteCallSchema = z.strictObject({
  to: addressSchema,
  valueWei: unitsSchema,
  data: hexSchema,
  /** One line of the agent's own words. Never shown as fact. */
  note: text(200).optional(),
  /**
   * Byte offsets of 32-byte words in `data` that hold the amount of the step's
   * input. Where the input is what an earlier step gave, execution writes the
   * realised amount there; `-1` stands for `valueWei`.
   */
  amountOffsets: z.array(z.int().min(-1).max(131_072)).max(8).optional(),
})
/** One call that carries the step out, from the user's account. */
export type QuoteCall = z.output<typeof quoteCallSchema>

/** Schema of an approval in a quote: what a spender may take, exactly. */
export const quoteApprovalSchema = z.strictObject({
  token: addressSchema,
  spender: addressSchema,
  units: unitsSchema,
})

/** Schema of {@link RouteHop}. */
export const routeHopSchema = z.strictObject({
  pool: text(100),
  venue: text(64),
  feePips: z.int().min(0).max(1_000_000),
  tokenIn: tokenSchema,
  tokenOut: tokenSchema,
  amountInUnits: unitsSchema,
  amountOutUnits: unitsSchema,
})
/** One pool of a route, for the picture. */
export type RouteHop = z.output<typeof routeHopSchema>

/** Schema of {@link UnsignedQuote}. */
export const unsignedQuoteSchema = z.strictObject({
  type: z.literal('behest.quote'),
  version: z.literal(1),
  quoteId: text(64).min(1),
  requestId: text(64).min(1),
  /** keccak256 of the canonical JSON of the request. */
  requestHash: hashSchema,
  /** The agent's key: its identity, and who signs. */
  agent: addressSchema,
  agentName: text(100),
  agentVersion: text(32),
  chainId: z.int().min(1),
  account: addressSchema,
  venue: text(64),
  calls: z.array(quoteCallSchema).max(16),
  approvals: z.array(quoteApprovalSchema).max(8),
  /** The most that leaves the account. */
  spend: z
    .array(z.strictObject({ token: tokenSchema, atMostUnits: unitsSchema }))
    .max(8),
  /** The least that arrives, and what is expected on unchanged state. */
  receive: z
    .array(
      z.strictObject({
        token: tokenSchema,
        account: addressSchema,
        atLeastUnits: unitsSchema,
        expectedUnits: unitsSchema,
      }),
    )
    .max(8),
  /** Changes of lending positions that are not tokens held by the account. */
  positions: z
    .array(
      z.strictObject({
        venue: text(64),
        market: text(100),
        kind: z.enum(['supplied', 'borrowed', 'collateral']),
        token: tokenSchema,
        direction: z.enum(['more', 'less']),
        atLeastUnits: unitsSchema,
        atMostUnits: unitsSchema,
      }),
    )
    .max(8),
  /** What the agent itself takes; part of `spend`. */
  fee: z
    .array(
      z.strictObject({
        token: tokenSchema,
        to: addressSchema,
        units: unitsSchema,
      }),
    )
    .max(4),
  /** Claimed; measured again in stage 6. */
  health: z.array(healthChangeSchema).max(4).optional(),
  /** Interest per year after the user's own size, as a decimal: `'0.0208'`. */
  ratePerYear: decimalSchema.optional(),
  route: z.array(routeHopSchema).max(64).optional(),
  /** How near to the best possible over the pools that were looked at. */
  certificate: z
    .strictObject({
      upperBoundUnits: unitsSchema,
      gapBps: decimalSchema,
      pools: z.int().min(0),
      /** What of the bound are gains in a circle, and the gap without them. */
      arbitrage: z
        .strictObject({ gainUnits: unitsSchema, gapBps: decimalSchema })
        .optional(),
    })
    .optional(),
  /** For `ask`: the answer, in words and in values. */
  answer: z
    .strictObject({
      text: text(4000),
      values: z.record(z.string().max(64), z.json()).optional(),
    })
    .optional(),
  /** One line of the agent's own words. Never shown as fact. */
  summary: text(500),
  validUntilUnixSeconds: unixSecondsSchema,
})
/** What an agent offers, before it signs. */
export type UnsignedQuote = z.output<typeof unsignedQuoteSchema>

/** Schema of {@link Quote}. */
export const quoteSchema = unsignedQuoteSchema.extend({
  signature: hexSchema,
})
/** A signed, expiring offer. Untrusted until it was simulated. */
export type Quote = z.output<typeof quoteSchema>

/**
 * EIP-712 types of a quote's signature. `quoteHash` is keccak256 of the
 * canonical JSON of the quote without `signature`: every field is covered.
 */
export const quoteTypedDataTypes = {
  Quote: [
    { name: 'quoteHash', type: 'bytes32' },
    { name: 'requestHash', type: 'bytes32' },
    { name: 'agent', type: 'address' },
    { name: 'account', type: 'address' },
    { name: 'validUntilUnixSeconds', type: 'uint256' },
  ],
} as const

/** EIP-712 domain of quotes, receipts and approvals; add the chain's id. */
export const behestDomain = { name: 'Behest', version: '1' } as const

/** Why an agent gave no quote, in its own words. */
export const quoteDeclineSchema = z.strictObject({
  type: z.literal('behest.decline'),
  version: z.literal(1),
  requestId: text(64),
  code: text(64),
  message: text(1000),
})
/** Why an agent gave no quote. */
export type QuoteDecline = z.output<typeof quoteDeclineSchema>
