import {
  BehestError,
  type FacilitatorRequest,
  facilitatorRequestSchema,
  type SettleResponse,
  settleResponseSchema,
  type VerifyResponse,
  verifyResponseSchema,
} from '@behest/spec'
import * as z from 'zod'
import { readBoundedBody } from '../call/readBoundedBody.js'

/** What an agent that is paid asks a facilitator for. */
export type FacilitatorClient = {
  verify(request: FacilitatorRequest): Promise<VerifyResponse>
  settle(request: FacilitatorRequest): Promise<SettleResponse>
}

const maxAnswerBytes = 65_536

/**
 * Creates the way to an x402 facilitator over HTTP.
 *
 * @param options.url - Its base address; the author's own choice, so it is not
 *   held to public addresses.
 * @param options.verifyTimeoutMs - 5000 if absent.
 * @param options.settleTimeoutMs - 40000 if absent: a block may take a while.
 * @throws {FacilitatorUnreachableError} from both, when there is no usable
 *   answer. After `settle` nobody knows then whether it was paid.
 */
export function createFacilitatorClient(options: {
  readonly url: string
  readonly verifyTimeoutMs?: number
  readonly settleTimeoutMs?: number
}): FacilitatorClient {
  const baseUrl = options.url.replace(/\/+$/, '')
  const { verifyTimeoutMs = 5_000, settleTimeoutMs = 40_000 } = options

  async function post<Answer>(call: {
    readonly path: 'verify' | 'settle'
    readonly request: FacilitatorRequest
    readonly timeoutMs: number
    readonly schema: z.ZodType<Answer>
  }): Promise<Answer> {
    const { path, request, timeoutMs, schema } = call
    const url = `${baseUrl}/${path}`
    const fail = (reason: string, cause?: unknown) =>
      new FacilitatorUnreachableError({ path, reason }, cause)
    let answer: unknown
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(z.encode(facilitatorRequestSchema, request)),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (response.status >= 500) {
        await response.body?.cancel()
        throw fail(`its status is ${response.status}`)
      }
      const bytes = await readBoundedBody(response, {
        maxBytes: maxAnswerBytes,
        url,
      })
      answer = JSON.parse(new TextDecoder().decode(bytes))
    } catch (cause) {
      if (cause instanceof FacilitatorUnreachableError) throw cause
      throw fail('it gave no answer that can be read', cause)
    }
    const parsed = schema.safeParse(answer)
    if (parsed.success) return parsed.data
    throw fail('its answer is not one of x402')
  }

  return {
    verify: (request) =>
      post({
        path: 'verify',
        request,
        timeoutMs: verifyTimeoutMs,
        schema: verifyResponseSchema,
      }),
    settle: (request) =>
      post({
        path: 'settle',
        request,
        timeoutMs: settleTimeoutMs,
        schema: settleResponseSchema,
      }),
  }
}

/** Thrown when a facilitator gave no usable answer. */
export class FacilitatorUnreachableError extends BehestError {
  readonly code = 'FACILITATOR_UNREACHABLE'
  readonly retry = 'same-input'

  constructor(facts: { path: string; reason: string }, cause?: unknown) {
    super(
      `The facilitator did not answer /${facts.path}: ${facts.reason}. Send the same payment again in a moment; it cannot be taken twice.`,
      { facts, cause },
    )
  }
}
