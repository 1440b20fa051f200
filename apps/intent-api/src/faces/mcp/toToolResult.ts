import {
  getApprovalHash,
  type IntentRecord,
  previewSchema,
  questionSchema,
  receiptSchema,
} from '@behest/spec'
import type { CallToolResult } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { sayRecord } from '../desk/sayRecord.js'

/** Schema of what the tools tell about an intent. */
export const intentOutputSchema = z.object({
  intentId: z.string(),
  status: z.string(),
  stage: z.string(),
  /** Of the plan or the order that waits for approval. */
  planHash: z.string().optional(),
  /** Where the person approves; give them this link. */
  approveAt: z.string().optional(),
  preview: z.record(z.string(), z.unknown()).optional(),
  /** What each run of a standing order would do, and within which bounds. */
  order: z.record(z.string(), z.unknown()).optional(),
  questions: z.array(z.record(z.string(), z.unknown())).optional(),
  answer: z.record(z.string(), z.unknown()).optional(),
  receipt: z.record(z.string(), z.unknown()).optional(),
  problem: z.record(z.string(), z.unknown()).optional(),
})

/**
 * Draws an intent as a tool's result: words for the model, values beside them.
 *
 * @param options.link - The page on which a person approves.
 */
export function toToolResult(options: {
  readonly record: IntentRecord
  readonly link: string
}): CallToolResult {
  const { record, link } = options
  const { receipt } = record.artifacts.receipt ?? {}
  const planHash = getApprovalHash(record)
  const waits = record.status === 'needs-approval' && planHash !== undefined
  const says = [sayRecord(record)]
  if (waits)
    says.push(
      `Only the person can approve this: at ${link}, or when their client asks them (tool request_approval). Then use follow.`,
    )
  if (record.status === 'needs-answer')
    says.push('Ask the person, then use answer with their words.')
  says.push(`intent ${record.id}`)
  return {
    content: [{ type: 'text', text: says.join('\n\n') }],
    structuredContent: {
      intentId: record.id,
      status: record.status,
      stage: record.stage,
      ...(waits
        ? {
            planHash,
            approveAt: link,
            ...(record.preview
              ? { preview: z.encode(previewSchema, record.preview) }
              : {}),
          }
        : {}),
      ...(record.order ? { order: record.order } : {}),
      ...(record.questions
        ? {
            questions: record.questions.map((question) =>
              z.encode(questionSchema, question),
            ),
          }
        : {}),
      ...(record.answer ? { answer: record.answer } : {}),
      ...(receipt ? { receipt: z.encode(receiptSchema, receipt) } : {}),
      ...(record.problem ? { problem: record.problem } : {}),
    },
    ...(record.status === 'failed' ? { isError: true } : {}),
  }
}
