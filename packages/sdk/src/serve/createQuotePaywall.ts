import {
  type AgentPrice,
  type PaidAnswer,
  quoteRequestSchema,
} from '@behest/spec'
import type { RequestHandler } from 'express'
import * as z from 'zod'
import { createPaywall, type PaywallOptions } from '../pay/createPaywall.js'
import type { Quoter } from '../quote/createQuoter.js'
import { markPaying } from './Caller.js'

/**
 * Creates what stands before a paid agent: a quote costs its price, and nothing
 * else does. A request that is malformed, or that the agent's definition alone
 * says no to, goes past it; so does a decline.
 *
 * @param options.price - What one quote costs.
 * @param options.quoter - Tells which requests could get a quote.
 */
export function createQuotePaywall(
  options: Omit<PaywallOptions, 'flow' | 'isOwed'> & {
    readonly price: AgentPrice
    readonly quoter: Quoter
  },
): RequestHandler {
  const { quoter } = options
  const paywall = createPaywall({ ...options, flow: 'on-answer', isOwed })
  return (request, response, next) => {
    const wire = findWireRequest(request.body)
    if (!quoter.isServed(wire)) return next()
    paywall(request, response, () => {
      markPaying(request)
      next()
    })
  }
}

const partsSchema = z.array(
  z.looseObject({ data: z.unknown() }).or(z.unknown()),
)
const messageSchema = z.looseObject({ parts: partsSchema })
const bodySchema = z.union([
  z.looseObject({ params: z.looseObject({ message: messageSchema }) }),
  z.looseObject({ message: messageSchema }),
])

/** The one request in a message of either binding. */
function findWireRequest(body: unknown): unknown {
  const parsed = bodySchema.safeParse(body).data
  const message =
    parsed !== undefined && 'params' in parsed
      ? (parsed.params as { message: z.output<typeof messageSchema> }).message
      : (parsed?.message as z.output<typeof messageSchema> | undefined)
  return message?.parts
    .map((part) =>
      typeof part === 'object' && part !== null && 'data' in part
        ? part.data
        : undefined,
    )
    .find((data) => quoteRequestSchema.safeParse(data).success)
}

const answerSchema = z.looseObject({
  parts: z.array(z.looseObject({ data: z.looseObject({ type: z.string() }) })),
})

/** A quote is sold; a decline is not, and an error is none. */
function isOwed({ status, body }: PaidAnswer): boolean {
  if (status !== 200) return false
  const answer = parseJson(body)
  const message =
    z
      .looseObject({ result: z.looseObject({ message: answerSchema }) })
      .safeParse(answer).data?.result.message ??
    z.looseObject({ message: answerSchema }).safeParse(answer).data?.message
  return (
    message?.parts.some(({ data }) => data.type === 'behest.quote') ?? false
  )
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined // no JSON, so no quote
  }
}
