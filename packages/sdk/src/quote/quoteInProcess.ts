import {
  type Quote,
  type QuoteDecline,
  type QuoteRequest,
  quoteDeclineSchema,
  quoteRequestSchema,
} from '@behest/spec'
import * as z from 'zod'
import type { Agent } from '../define/Agent.js'
import type { NetworkSource } from '../hire/createAgentNetwork.js'
import type { AgentSigner } from '../sign/AgentSigner.js'
import { verifyQuote } from '../sign/verifyQuote.js'
import { createQuoter, type WireAnswer } from './createQuoter.js'

/**
 * Asks an agent without a network, through the same checks as over A2A: the
 * request is parsed strictly, limits hold, the quote is signed and verified.
 *
 * @param agent - The agent.
 * @param options.request - What is asked.
 * @param options.signer - The agent's key.
 * @param options.network - Other agents, for an agent that asks them.
 * @returns The verified quote, or the decline.
 * @throws {QuoteRequestMalformedError} when the request is not valid.
 * @throws {AgentFailedError} when the agent threw or went past its limits.
 * @throws {AgentTooSlowError} when it took longer than `respondWithinMs`.
 *
 * @example
 * ```ts source="../define/defineAgent.examples.ts#inProcess"
 * ```
 */
export async function quoteInProcess(
  agent: Agent,
  options: {
    readonly request: QuoteRequest
    readonly signer: AgentSigner
    readonly network?: NetworkSource
  },
): Promise<Quote | QuoteDecline> {
  const { request, signer } = options
  const quoter = createQuoter({
    agent,
    signer,
    quoteTimeoutMs: request.respondWithinMs,
    nowMs: () => performance.now(),
    ...(options.network === undefined ? {} : { network: options.network }),
  })
  const wire = await quoter.answer(z.encode(quoteRequestSchema, request))
  return readAnswer({ wire, request, signer })
}

/** Verifies what an own quoter answered, exactly as if it came from far away. */
export async function readAnswer(options: {
  readonly wire: WireAnswer
  readonly request: QuoteRequest
  readonly signer: Pick<AgentSigner, 'address'>
}): Promise<Quote | QuoteDecline> {
  const { wire, request, signer } = options
  if (wire.type === 'behest.decline') return quoteDeclineSchema.parse(wire)
  return verifyQuote({
    quote: wire,
    request,
    expectedAgent: signer.address,
    nowUnixSeconds: request.block.timestampUnixSeconds,
  })
}
