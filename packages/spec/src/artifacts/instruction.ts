import * as z from 'zod'
import { askTopics } from '../intent/intent.js'
import {
  addressSchema,
  assetAddressSchema,
  hashSchema,
  hexSchema,
} from '../units/hex.js'
import { text } from '../units/text.js'
import {
  bpsSchema,
  decimalSchema,
  signedUnitsSchema,
  unitsSchema,
  unixSecondsSchema,
} from '../units/units.js'
import { positionDeltaSchema, tokenSchema } from './token.js'

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
/** The user's own floor: the health factor afterwards is not under it. */
const minHealth = decimalSchema.optional()

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
    minHealth,
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
    minHealth,
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

/** Schema of {@link PriorChanges}. */
export const priorChangesSchema = z.strictObject({
  /** The account's lending positions, as the simulation measured them. */
  positions: z.array(positionDeltaSchema).max(128),
  /** The wallet at the worst: least received less most spent. */
  wallet: z
    .array(
      z.strictObject({ token: assetAddressSchema, units: signedUnitsSchema }),
    )
    .max(128),
})
/**
 * What the steps chosen before this one change. They come first, so a quote
 * should be for the state of the block with these changes made.
 */
export type PriorChanges = z.output<typeof priorChangesSchema>

/** Schema of {@link HireTrail}. */
export const hireTrailSchema = z
  .array(
    z.strictObject({
      /** The agent that was asked, and asked on. */
      agent: addressSchema,
      /** keccak256 of the request that it was asked with. */
      requestHash: hashSchema,
      /** The agent's, EIP-712 over {@link hireTypedDataTypes}. */
      signature: hexSchema,
    }),
  )
  .max(8)
/** Through whose hands a request came, first first. Each link is signed. */
export type HireTrail = z.output<typeof hireTrailSchema>

/** EIP-712 types of one link of a {@link HireTrail}; `depth` is its place. */
export const hireTypedDataTypes = {
  Hire: [
    { name: 'intentId', type: 'string' },
    { name: 'requestHash', type: 'bytes32' },
    { name: 'agent', type: 'address' },
    { name: 'depth', type: 'uint256' },
  ],
} as const

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
  /** Absent for a first step. */
  priorChanges: priorChangesSchema.optional(),
  /** Absent where nobody was asked before: what an engine sends. */
  trail: hireTrailSchema.optional(),
  /** Until when the calls must be able to run, chain time. */
  deadlineUnixSeconds: unixSecondsSchema,
  /** After so long the answer is not waited for. */
  respondWithinMs: z.int().min(1).max(60_000),
})
/** What the engine asks an agent, as an A2A data part. */
export type QuoteRequest = z.output<typeof quoteRequestSchema>
