import {
  BehestError,
  quoteApprovalSchema,
  quoteCallSchema,
  text,
  unixSecondsSchema,
  unsignedQuoteSchema,
} from '@behest/spec'
import * as z from 'zod'
import type { AgentReply } from '../define/Agent.js'
import { measureJsonDepth } from '../serve/measureJsonDepth.js'
import { toPrintable } from '../text/toPrintable.js'

const maxReplyBytes = 131_072
const maxReplyDepth = 20

const shape = unsignedQuoteSchema.shape
const callSchema = z.strictObject({
  to: quoteCallSchema.shape.to,
  valueWei: quoteCallSchema.shape.valueWei.optional(),
  data: quoteCallSchema.shape.data.optional(),
  note: quoteCallSchema.shape.note,
  amountOffsets: quoteCallSchema.shape.amountOffsets,
})

/**
 * Schema of what a tool may say to become a quote: the fields of an agent's own
 * quote in wire form, amounts as decimal strings in smallest units.
 */
export const toolQuoteSchema = z.strictObject({
  venue: shape.venue.optional(),
  calls: z.array(callSchema).max(16).optional(),
  approvals: z.array(quoteApprovalSchema).max(8).optional(),
  spend: shape.spend.optional(),
  receive: shape.receive.optional(),
  positions: shape.positions.optional(),
  fee: shape.fee.optional(),
  answer: shape.answer,
  summary: shape.summary.optional(),
  validUntilUnixSeconds: unixSecondsSchema.optional(),
})

const declineSchema = z.strictObject({
  declined: text(64).min(1),
  message: text(1_000),
})

/**
 * Reads what a tool answered. It is data: a decline or a quote whose every field
 * passes its schema, or, to a question, plain words. Nothing else gets through.
 *
 * @param output - Whatever the tool gave: a value, or JSON or words as text.
 * @param options.tool - Its name, for the error.
 * @param options.isQuestion - Whether words alone are an answer.
 * @throws {ToolReplyMalformedError} when it is none of these.
 */
export function readToolReply(
  output: unknown,
  options: { readonly tool: string; readonly isQuestion: boolean },
): AgentReply {
  const { tool, isQuestion } = options
  const value = typeof output === 'string' ? parseJson(output) : output
  if (value === null) return null
  const decline = declineSchema.safeParse(value)
  if (decline.success) return decline.data
  const quote = toolQuoteSchema.safeParse(value)
  if (quote.success) {
    const { calls, ...rest } = quote.data
    return {
      ...withoutAbsent(rest),
      ...(calls === undefined ? {} : { calls: calls.map(withoutAbsent) }),
    }
  }
  const words = text(4_000).min(1).safeParse(output)
  if (isQuestion && words.success && value === undefined)
    return { answer: { text: words.data } }
  const [issue] = quote.error.issues
  throw new ToolReplyMalformedError({
    tool: toPrintable(tool, 100),
    field: toPrintable(issue?.path.join('.') ?? '', 200),
    reason: toPrintable(issue?.message ?? 'not understood', 200),
  })
}

/** `undefined` where it is no JSON: then it is words. */
function parseJson(output: string): unknown {
  const bytes = new TextEncoder().encode(output)
  if (bytes.length > maxReplyBytes || measureJsonDepth(bytes) > maxReplyDepth)
    return undefined
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}

function withoutAbsent<Value extends object>(value: Value) {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as { [Key in keyof Value]: Exclude<Value[Key], undefined> }
}

/** Thrown when a tool's answer is neither a quote, a decline, nor an answer. */
export class ToolReplyMalformedError extends BehestError {
  readonly code = 'TOOL_REPLY_MALFORMED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { tool: string; field: string; reason: string }) {
    super(
      `Tool "${facts.tool}" answered what is no quote at "${facts.field}": ${facts.reason}. Nothing of it was used; map its output in toReply.`,
      { facts },
    )
  }
}
