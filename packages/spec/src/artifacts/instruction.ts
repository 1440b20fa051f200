import * as z from 'zod'
import { askTopics } from '../intent/intent.js'
import { addressSchema, hashSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { bpsSchema, unitsSchema, unixSecondsSchema } from '../units/units.js'
import { tokenSchema } from './token.js'

/** Schema of {@link InstructionAmount}. */
export const instructionAmountSchema = z.discriminatedUnion('type', [
  /** Exactly so many. */
  z.strictObject({ type: z.literal('exact'), units: unitsSchema }),
  /** A share of the position that the action is about; 10,000 is all of it. */
  z.strictObject({ type: z.literal('share'), bps: bpsSchema }),
  /** What an earlier step gives: at least `units`, most likely `expectedUnits`. */
  z.strictObject({
    type: z.literal('output'),
    step: text(8),
    units: unitsSchema,
    expectedUnits: unitsSchema,
  }),
])
/** An amount that an agent can act on. */
export type InstructionAmount = z.output<typeof instructionAmountSchema>

const venue = text(64).optional()
const pool = text(100).optional()

/** The actions that an agent of this version can serve, resolved. */
export const instructionSchema = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('swap'),
    sell: z.strictObject({
      token: tokenSchema,
      amount: instructionAmountSchema.optional(),
    }),
    buy: z.strictObject({
      token: tokenSchema,
      amount: instructionAmountSchema.optional(),
    }),
    maxSlippageBps: bpsSchema,
    venue,
    pool,
  }),
  z.strictObject({
    action: z.literal('transfer'),
    token: tokenSchema,
    amount: instructionAmountSchema,
    to: addressSchema,
  }),
  z.strictObject({
    action: z.literal('supply'),
    token: tokenSchema,
    amount: instructionAmountSchema,
    venue,
    pool,
  }),
  z.strictObject({
    action: z.literal('withdraw'),
    /** Absent: every token that is supplied there. */
    token: tokenSchema.optional(),
    amount: instructionAmountSchema,
    venue,
    pool,
  }),
  z.strictObject({
    action: z.literal('borrow'),
    token: tokenSchema,
    amount: instructionAmountSchema,
    collateral: z
      .strictObject({ token: tokenSchema, amount: instructionAmountSchema })
      .optional(),
    venue,
  }),
  z.strictObject({
    action: z.literal('repay'),
    token: tokenSchema,
    amount: instructionAmountSchema,
    venue,
  }),
  z.strictObject({
    action: z.literal('approve'),
    token: tokenSchema,
    amount: instructionAmountSchema,
    spender: addressSchema,
  }),
  z.strictObject({
    action: z.literal('revoke'),
    token: tokenSchema,
    spender: addressSchema,
  }),
  z.strictObject({
    action: z.literal('ask'),
    topic: z.enum(askTopics),
    token: tokenSchema.optional(),
    amount: instructionAmountSchema.optional(),
    account: addressSchema,
    spender: addressSchema.optional(),
    venue,
    /** For `quote`: the swap that the question is about. */
    sell: z
      .strictObject({
        token: tokenSchema,
        amount: instructionAmountSchema.optional(),
      })
      .optional(),
    buy: z
      .strictObject({
        token: tokenSchema,
        amount: instructionAmountSchema.optional(),
      })
      .optional(),
  }),
])
/** One step with tokens and amounts resolved: what agents are asked to do. */
export type Instruction = z.output<typeof instructionSchema>

/** Schema of {@link QuoteRequest}. */
export const quoteRequestSchema = z.strictObject({
  type: z.literal('behest.quote-request'),
  version: z.literal(1),
  requestId: text(64).min(1),
  intentId: text(64).min(1),
  stepId: text(8),
  chainId: z.int().min(1),
  /** Whose tokens are spent, and who receives unless the instruction says otherwise. */
  account: addressSchema,
  instruction: instructionSchema,
  /** The block that the request was built at; quotes should be for its state. */
  block: z.strictObject({
    number: unitsSchema,
    hash: hashSchema,
    timestampUnixSeconds: unixSecondsSchema,
  }),
  /** Until when the calls must be able to run, chain time. */
  deadlineUnixSeconds: unixSecondsSchema,
  /** After so long the answer is not waited for. */
  respondWithinMs: z.int().min(1).max(60_000),
})
/** What the engine asks an agent, as an A2A data part. */
export type QuoteRequest = z.output<typeof quoteRequestSchema>
