// One file because it is one record: what an order may do, and what became of it.
import * as z from 'zod'
import { tokenSchema } from '../artifacts/token.js'
import { conditionSchema, stepSchema } from '../intent/intent.js'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import {
  decimalSchema,
  unitsSchema,
  unixSecondsSchema,
} from '../units/units.js'

/** What is done about runs whose time passed while nobody could run them. */
export const missedRunChoices = ['skip', 'catch-up-once'] as const
/**
 * What is done about runs whose time passed while nobody could run them: none
 * of them is made up for, or the newest one is.
 */
export type MissedRuns = (typeof missedRunChoices)[number]

/** Schema of {@link OrderSchedule}. */
export const orderScheduleSchema = z.strictObject({
  /** As it was said. */
  text: text(500),
  /** IANA name: nine o'clock stays nine o'clock when the clocks change. */
  timeZone: z.string().max(64),
  startUnixSeconds: unixSecondsSchema,
  /** Absent: once. */
  every: z
    .strictObject({
      count: z.int().min(1),
      unit: z.enum(['minute', 'hour', 'day', 'week', 'month']),
    })
    .optional(),
})
/** When an order runs: the first time, and how often after that. */
export type OrderSchedule = z.output<typeof orderScheduleSchema>

/** Schema of {@link OrderBound}. */
export const orderBoundSchema = z.strictObject({
  token: tokenSchema,
  perRunUnits: unitsSchema,
  totalUnits: unitsSchema,
})
/** The most that an order takes of one token: in a run, and in its life. */
export type OrderBound = z.output<typeof orderBoundSchema>

/** Schema of {@link OrderBatch}. */
export const orderBatchSchema = z.strictObject({
  token: tokenSchema,
  /** What each run moves between the account and the venue. */
  units: unitsSchema,
  calls: z
    .array(
      z.strictObject({
        to: addressSchema,
        valueWei: unitsSchema,
        data: hexSchema,
      }),
    )
    .min(1)
    .max(10),
})
/**
 * Exactly what each run has the account call, and nothing else: how the chain
 * bounds an order about a position, which nobody but the account can change.
 */
export type OrderBatch = z.output<typeof orderBatchSchema>

/** Who keeps an order within its bounds: the chain itself, or this server. */
export const orderCustodies = ['mandate', 'direct'] as const

/** Schema of {@link OrderTerms}. */
export const orderTermsSchema = z.strictObject({
  version: z.literal(1),
  account: addressSchema,
  chainId: z.int().min(1),
  utterance: z.string().max(20_000),
  /** What a run does; the waiting is taken out of it. */
  steps: z.array(stepSchema).min(1).max(10),
  schedule: orderScheduleSchema.optional(),
  /** Empty: the time alone decides. */
  conditions: z.array(conditionSchema).max(20),
  missedRuns: z.enum(missedRunChoices),
  /** A run that is later than this is a missed one. */
  graceSeconds: z.int().min(1),
  bounds: z.array(orderBoundSchema).max(10),
  /** Most runs in its life. */
  maxRuns: z.int().min(1).max(100_000),
  /** Shortest time between two runs, as the chain counts it; 0 for a single one. */
  periodSeconds: z.int().min(0),
  /** Chain time from which on there are no runs. */
  expiresUnixSeconds: unixSecondsSchema,
  custody: z.enum(orderCustodies),
  /** With a mandate: the account that takes what it gives and runs the order. */
  executor: addressSchema.optional(),
  /** With a mandate over a position: what a run calls. */
  batch: orderBatchSchema.optional(),
  /** Why the chain does not hold it to its bounds, where it does not. */
  whyDirect: text(500).optional(),
})
/** What a standing order may do: the mandate that a person signs once. */
export type OrderTerms = z.output<typeof orderTermsSchema>

/** EIP-712 types of the mandate of a standing order. */
export const orderTypedDataTypes = {
  StandingOrder: [
    { name: 'account', type: 'address' },
    { name: 'says', type: 'string' },
    { name: 'atMost', type: 'OrderBound[]' },
    { name: 'maxRuns', type: 'uint256' },
    { name: 'expiresUnixSeconds', type: 'uint256' },
    { name: 'termsHash', type: 'bytes32' },
  ],
  OrderBound: [
    { name: 'token', type: 'string' },
    { name: 'perRunUnits', type: 'uint256' },
    { name: 'totalUnits', type: 'uint256' },
  ],
} as const

/** Schema of {@link OrderObservation}. */
export const orderObservationSchema = z.strictObject({
  /** The condition in words: `ETH < 2000 usd`. */
  text: text(600),
  /** What the chain said, as a decimal; absent where nobody could tell. */
  value: decimalSchema.optional(),
  holds: z.boolean(),
})
/** A condition as the chain answered it. */
export type OrderObservation = z.output<typeof orderObservationSchema>

/** Where a run of an order stands. */
export const orderRunOutcomes = [
  'running',
  'met',
  'not-met',
  'unknown',
  'failed',
  'missed',
  'condition-not-met',
  'cancelled',
] as const

/** Schema of {@link OrderRun}. */
export const orderRunSchema = z.object({
  /** Names the run: a period has one, whoever runs it. */
  period: text(64),
  dueUnixSeconds: unixSecondsSchema,
  outcome: z.enum(orderRunOutcomes),
  /** The intent that carries it out; the newest where one had to be tried again. */
  intentId: text(64).optional(),
  attempt: z.int().min(0),
  /** The block that the conditions were read at. */
  block: z.object({ number: unitsSchema, hash: hashSchema }).optional(),
  observed: z.array(orderObservationSchema).optional(),
  why: text(1000).optional(),
  startedAt: z.iso.datetime({ offset: true }),
  endedAt: z.iso.datetime({ offset: true }).optional(),
})
/** One run of an order, or why there was none. */
export type OrderRun = z.output<typeof orderRunSchema>

/** Where an order stands. */
export const orderStatuses = ['active', 'done', 'cancelled'] as const

/** Schema of {@link OrderRecord}. */
export const orderRecordSchema = z.object({
  /** Also the id of the intent that it came from. */
  id: text(64),
  status: z.enum(orderStatuses),
  account: addressSchema,
  chainId: z.int().min(1),
  utterance: z.string(),
  /** One sentence: what a run does, when, and within which bounds. */
  headline: text(2000),
  terms: orderTermsSchema,
  termsHash: hashSchema,
  /** The account's signature over the mandate. */
  signature: hexSchema,
  /** Where the chain holds it to its bounds: the delegation's hash there. */
  delegationHash: hashSchema.optional(),
  /** The next time that it runs, chain time; absent where a condition decides. */
  nextRunUnixSeconds: unixSecondsSchema.optional(),
  runs: z.array(orderRunSchema),
  createdAt: z.iso.datetime({ offset: true }),
  updatedAt: z.iso.datetime({ offset: true }),
  why: text(1000).optional(),
})
/** All that is known of one standing order. */
export type OrderRecord = z.output<typeof orderRecordSchema>
/** The same, as it is sent. */
export type WireOrderRecord = z.input<typeof orderRecordSchema>

/** Schema of {@link OrderEvent}. */
export const orderEventSchema = z.object({
  /** Grows by one with each event of an order; SSE's event id. */
  sequence: z.int().min(1),
  orderId: text(64),
  type: z.enum(['opened', 'run', 'ended']),
  status: z.enum(orderStatuses),
  period: text(64).optional(),
  at: z.iso.datetime({ offset: true }),
  message: text(1000),
})
/** One change of an order. */
export type OrderEvent = z.output<typeof orderEventSchema>

/** Schema of {@link OrderProposal}. */
export const orderProposalSchema = z.object({
  termsHash: hashSchema,
  headline: text(2000),
  /** What the person should know before a yes, a line each. */
  lines: z.array(text(1000)),
})
/** What a person is asked to approve before an order stands. */
export type OrderProposal = z.output<typeof orderProposalSchema>

/** Schema of {@link OrderRunLink}. */
export const orderRunLinkSchema = z.strictObject({
  orderId: text(64),
  termsHash: hashSchema,
  period: text(64),
})
/** The order that an intent is a run of. */
export type OrderRunLink = z.output<typeof orderRunLinkSchema>
