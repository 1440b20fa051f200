import {
  addressSchema,
  custodies,
  givenMandateSchema,
  hashSchema,
  hexSchema,
  missedRunChoices,
  parseContextSchema,
  text,
} from '@behest/spec'
import * as z from 'zod'

/** Every part of a context may be left out; the clock and UTC fill in. */
export const contextBodySchema = parseContextSchema.partial()

const utterance = z.string().max(10_000)

/** Body of `POST /v1/parse`. */
export const parseBodySchema = z.strictObject({
  utterance,
  context: contextBodySchema.optional(),
})

/** Body of `POST /v1/intents`. */
export const createIntentBodySchema = z.strictObject({
  utterance,
  account: addressSchema.optional(),
  context: contextBodySchema.optional(),
  /** What "that" means: the intent that was shown last. */
  previousIntentId: text(64).min(1).optional(),
  /** How it is carried out; chosen for the user if absent. */
  custody: z.enum(custodies).optional(),
  /** For a standing order: skipped unless told. */
  missedRuns: z.enum(missedRunChoices).optional(),
})

/** Body of `POST /v1/intents/:id/answers`. */
export const answersBodySchema = z.union([
  z.strictObject({ answers: z.record(z.string().max(100), z.json()) }),
  z.strictObject({ utterance: text(10_000).min(1) }),
])

/** Body of `POST /v1/intents/:id/approval`. */
export const approvalBodySchema = z.strictObject({
  planHash: hashSchema,
  decision: z.enum(['approve', 'reject']),
  signature: hexSchema.optional(),
  /** What the holder signed, where this server does not sign for the account. */
  mandates: z.array(givenMandateSchema).max(10).optional(),
})

/** Query of `GET /v1/intents`. */
export const listQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
  account: addressSchema.optional(),
})

/** Query of routes that take none. */
export const noQuerySchema = z.strictObject({})

/** Query of `GET /v1/intents/:id/events`. */
export const eventsQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
})

/** An idempotency key: visible ASCII, as long as anybody needs. */
export const idempotencyKeySchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]+$/)
