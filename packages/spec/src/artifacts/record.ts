import * as z from 'zod'
import { questionSchema } from '../intent/intent.js'
import { orderProposalSchema, orderRunLinkSchema } from '../orders/order.js'
import { stages } from '../stage.js'
import { addressSchema, type Hex, hashSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { previewSchema } from './preview.js'
import {
  approvalArtifactSchema,
  candidatesArtifactSchema,
  executionArtifactSchema,
  intentArtifactSchema,
  planArtifactSchema,
  quotesArtifactSchema,
  receiptArtifactSchema,
  simulationArtifactSchema,
  utteranceArtifactSchema,
} from './stages.js'

/** Where an intent stands. */
export const intentStatuses = [
  'running',
  'needs-answer',
  'needs-approval',
  'done',
  'failed',
  'rejected',
  'cancelled',
  'unknown',
] as const
/**
 * Where an intent stands. `done`: a receipt or an answer is there. `failed`: a
 * problem says why, and nothing more will be sent. `unknown`: sent, and the
 * chain has not said how it ended; it is being asked.
 */
export type IntentStatus = (typeof intentStatuses)[number]

/** Schema of {@link Problem}. */
export const problemSchema = z.object({
  type: z.string().max(500),
  title: z.string().max(200),
  status: z.int(),
  detail: z.string().max(4000),
  code: z.string().max(64),
  stage: z.enum(stages).optional(),
  retry: z.enum(['never', 'same-input', 'new-quote', 'ask-user']),
  facts: z.record(z.string(), z.string()).optional(),
  instance: z.string().max(500).optional(),
})
/** A problem as RFC 9457 has it, with our stable `code` and `retry`. */
export type Problem = z.output<typeof problemSchema>

/** Schema of {@link IntentRecord}. */
export const intentRecordSchema = z.object({
  id: text(64),
  stage: z.enum(stages),
  status: z.enum(intentStatuses),
  utterance: z.string(),
  account: addressSchema,
  chainId: z.int(),
  createdAt: z.iso.datetime({ offset: true }),
  updatedAt: z.iso.datetime({ offset: true }),
  artifacts: z
    .object({
      utterance: utteranceArtifactSchema,
      intent: intentArtifactSchema,
      candidates: candidatesArtifactSchema,
      quotes: quotesArtifactSchema,
      plan: planArtifactSchema,
      simulation: simulationArtifactSchema,
      approval: approvalArtifactSchema,
      execution: executionArtifactSchema,
      receipt: receiptArtifactSchema,
    })
    .partial(),
  /** Hash of each artifact, by stage. */
  hashes: z.partialRecord(z.enum(stages), hashSchema),
  questions: z.array(questionSchema).optional(),
  preview: previewSchema.optional(),
  /** What waits: the order to approve, under the same id once it stands. */
  order: orderProposalSchema.optional(),
  /** The order that this is a run of. */
  run: orderRunLinkSchema.optional(),
  /** For questions: the answer in words and values. */
  answer: z
    .object({
      text: z.string(),
      values: z.record(z.string(), z.json()).optional(),
    })
    .optional(),
  problem: problemSchema.optional(),
  /**
   * Only in the answer to a reply: what became of the words. `aside`: they were
   * a question of their own, which `intentId` answers; this one still waits.
   */
  reply: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('taken') }),
      z.strictObject({ type: z.literal('not-understood') }),
      z.strictObject({ type: z.literal('aside'), intentId: text(64) }),
    ])
    .optional(),
})
/** All that is known of one intent. */
export type IntentRecord = z.output<typeof intentRecordSchema>
/** The same, as it is sent. */
export type WireIntentRecord = z.input<typeof intentRecordSchema>

/**
 * The hash that a yes to this record is bound to: of its plan, or of the terms of
 * the order that it proposes.
 *
 * @returns `undefined` where there is nothing that could be approved.
 */
export function getApprovalHash(
  record: Pick<IntentRecord, 'preview' | 'order'>,
): Hex | undefined {
  return record.preview?.planHash ?? record.order?.termsHash
}

/** Schema of {@link IntentEvent}. */
export const intentEventSchema = z.object({
  /** Grows by one with each event of an intent; SSE's event id. */
  sequence: z.int().min(1),
  intentId: text(64),
  type: z.enum(['stage', 'status', 'progress']),
  stage: z.enum(stages),
  status: z.enum(intentStatuses),
  at: z.iso.datetime({ offset: true }),
  /** One line for people. */
  message: text(1000),
})
/** One change of an intent. */
export type IntentEvent = z.output<typeof intentEventSchema>
