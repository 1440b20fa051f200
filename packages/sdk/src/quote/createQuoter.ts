import {
  BehestError,
  type Hex,
  type Instruction,
  type JsonValue,
  type Quote,
  type QuoteDecline,
  type QuoteRequest,
  quoteDeclineSchema,
  quoteRequestSchema,
  quoteSchema,
  type Token,
} from '@behest/spec'
import { concatHex, keccak256 } from 'viem'
import * as z from 'zod'
import type { Agent, AgentReply, QuoteContext } from '../define/Agent.js'
import type { NetworkSource } from '../hire/createAgentNetwork.js'
import { findTrailMistake } from '../hire/trail.js'
import type { AgentSigner } from '../sign/AgentSigner.js'
import { hashRequest } from '../sign/hashRequest.js'
import { signQuote } from '../sign/signQuote.js'
import { signReceipt } from '../sign/signReceipt.js'
import { toPrintable } from '../text/toPrintable.js'
import { buildQuote } from './buildQuote.js'

/** A quote or a decline in wire form: JSON, amounts as strings. */
export type WireAnswer = { readonly [key: string]: JsonValue | undefined }

/** Answers requests on behalf of one agent. */
export type Quoter = {
  /** Tells whether a request is one that the definition alone does not refuse. */
  isServed(wire: unknown): boolean
  /**
   * Answers one request.
   *
   * @param wire - The request as parsed from JSON. Untrusted.
   * @returns A signed quote or a decline, in wire form.
   * @throws {QuoteRequestMalformedError} when it is no request of this version.
   * @throws {AgentFailedError} when the agent threw or went past its limits.
   * @throws {AgentTooSlowError} when the agent did not answer in time.
   */
  answer(wire: unknown): Promise<WireAnswer>
  /**
   * Signs a receipt that rests on quotes of this agent.
   *
   * @param wire - The request as parsed from JSON. Untrusted.
   * @throws {ReceiptRequestMalformedError} when it is no request of this version.
   * @throws {ReceiptNotMineError} when the agent did not promise what it says.
   */
  signReceipt(wire: unknown): Promise<WireAnswer>
}

// Without a bound, a peer that sends new requests forever fills the memory.
const defaultAnswersKept = 1_000

// Agents that ask nobody still see how many hands a request came through.
const defaultMaxDepth = 2

/**
 * Creates what stands between the wire and an agent's function: strict parsing,
 * limits, deadline, signature, and the same answer to the same request for as
 * long as the quote is valid. Served and in-process agents share it.
 *
 * @param options.agent - The agent.
 * @param options.signer - Its key.
 * @param options.quoteTimeoutMs - Most that the agent gets, whatever the
 *   request says, in milliseconds.
 * @param options.nowMs - Monotonic clock for forgetting answers, in
 *   milliseconds. Never compared with chain time.
 * @param options.maxAnswersKept - 1000 if absent.
 * @param options.network - Other agents, for an agent that asks them.
 */
export function createQuoter(options: {
  readonly agent: Agent
  readonly signer: AgentSigner
  readonly quoteTimeoutMs: number
  readonly nowMs: () => number
  readonly maxAnswersKept?: number
  readonly network?: NetworkSource
}): Quoter {
  const { agent, signer, quoteTimeoutMs, nowMs, network } = options
  const maxAnswersKept = options.maxAnswersKept ?? defaultAnswersKept
  // By the hash of the whole request: an id alone could be used by somebody
  // else to plant an answer.
  const kept = new Map<Hex, Kept>()

  async function quote(
    request: QuoteRequest,
    requestHash: Hex,
  ): Promise<{ answer: WireAnswer; validForMs: number }> {
    const refusal = findRefusal(agent, request)
    if (refusal !== null)
      return { answer: toWireDecline(request, refusal), validForMs: 0 }

    const mistake = await findTrailMistake({
      request,
      agent: signer.address,
      maxDepth: network?.bounds.maxDepth ?? defaultMaxDepth,
    })
    if (mistake !== null)
      return { answer: toWireDecline(request, mistake), validForMs: 0 }

    const timeoutMs = Math.min(request.respondWithinMs, quoteTimeoutMs)
    const untilMs = nowMs() + timeoutMs
    const controller = new AbortController()
    const context: QuoteContext = Object.freeze({
      request,
      requestHash,
      quoteId: toQuoteId(requestHash, signer.address),
      account: request.account,
      chainId: request.chainId,
      blockNumber: request.block.number,
      blockHash: request.block.hash,
      nowUnixSeconds: request.block.timestampUnixSeconds,
      deadlineUnixSeconds: request.deadlineUnixSeconds,
      signal: controller.signal,
      ...(network === undefined
        ? {}
        : {
            network: network.bind({
              request,
              requestHash,
              signer,
              readLeftMs: () => untilMs - nowMs(),
              signal: controller.signal,
            }),
          }),
    })
    const reply = await askAgent({ agent, context, timeoutMs, controller })
    if (reply === null)
      return {
        answer: toWireDecline(request, {
          code: 'NOT_SERVED',
          message: `${agent.name} does not serve this.`,
        }),
        validForMs: 0,
      }
    if ('declined' in reply)
      return {
        answer: toWireDecline(request, {
          code: reply.declined,
          message: reply.message,
        }),
        validForMs: 0,
      }

    const unsigned = buildQuote({
      agent,
      agentAddress: signer.address,
      context,
      reply,
    })
    const signed = await signQuote({ quote: unsigned, account: signer })
    const validForSeconds =
      signed.validUntilUnixSeconds - context.nowUnixSeconds
    return { answer: toWireQuote(signed), validForMs: validForSeconds * 1_000 }
  }

  return {
    signReceipt: async (wire) => ({ ...(await signReceipt({ wire, signer })) }),
    isServed(wire) {
      const parsed = quoteRequestSchema.safeParse(wire)
      return parsed.success && findRefusal(agent, parsed.data) === null
    },
    async answer(wire) {
      const request = parseRequest(wire)
      const requestHash = hashRequest(request)
      const known = kept.get(requestHash)
      if (known !== undefined && nowMs() < known.untilMs) return known.answer

      // Kept from the start, so that two at once are one.
      const entry: Kept = {
        answer: quote(request, requestHash).then(
          ({ answer, validForMs }) => {
            entry.untilMs = nowMs() + validForMs
            if (validForMs === 0) kept.delete(requestHash)
            return answer
          },
          (error: unknown) => {
            // A failure is not an answer: the next one asks again.
            kept.delete(requestHash)
            throw toAgentError(agent, error)
          },
        ),
        untilMs: Number.POSITIVE_INFINITY,
      }
      kept.delete(requestHash)
      kept.set(requestHash, entry)
      forgetOld(kept, { nowMs: nowMs(), maxAnswersKept })
      return entry.answer
    },
  }
}

type Kept = { answer: Promise<WireAnswer>; untilMs: number }

function forgetOld(
  kept: Map<Hex, { readonly untilMs: number }>,
  options: { readonly nowMs: number; readonly maxAnswersKept: number },
): void {
  const { nowMs, maxAnswersKept } = options
  if (kept.size <= maxAnswersKept) return
  for (const [hash, { untilMs }] of kept)
    if (untilMs <= nowMs) kept.delete(hash)
  for (const hash of kept.keys()) {
    if (kept.size <= maxAnswersKept) return
    kept.delete(hash)
  }
}

function parseRequest(wire: unknown): QuoteRequest {
  const parsed = quoteRequestSchema.safeParse(wire)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new QuoteRequestMalformedError({
    field: toPrintable(issue?.path.join('.') ?? '', 200),
    reason: toPrintable(issue?.message ?? 'not understood', 300),
  })
}

type Refusal = { readonly code: string; readonly message: string }

/** What the definition alone already says no to. */
function findRefusal(agent: Agent, request: QuoteRequest): Refusal | null {
  const { instruction, chainId } = request
  if (!agent.serves.includes(instruction.action))
    return {
      code: 'ACTION_NOT_SERVED',
      message: `${agent.name} serves ${agent.serves.join(', ')}, not ${instruction.action}.`,
    }
  if (agent.chainIds !== 'any' && !agent.chainIds.includes(chainId))
    return {
      code: 'CHAIN_NOT_SERVED',
      message: `${agent.name} serves chains ${agent.chainIds.join(', ')}, not ${chainId}.`,
    }
  const stranger = getTokens(instruction).find(
    (token) => token.chainId !== chainId,
  )
  if (stranger !== undefined)
    return {
      code: 'TOKEN_OF_ANOTHER_CHAIN',
      message: `${stranger.symbol} is of chain ${stranger.chainId}, the request of chain ${chainId}.`,
    }
  if (request.deadlineUnixSeconds <= request.block.timestampUnixSeconds)
    return {
      code: 'DEADLINE_PASSED',
      message: `The deadline ${request.deadlineUnixSeconds} is not after the block's time ${request.block.timestampUnixSeconds}.`,
    }
  return null
}

function getTokens(instruction: Instruction): readonly Token[] {
  const named = 'token' in instruction ? [instruction.token] : []
  const sold = 'sell' in instruction ? [instruction.sell?.token] : []
  const bought = 'buy' in instruction ? [instruction.buy?.token] : []
  const pledged =
    'collateral' in instruction ? [instruction.collateral?.token] : []
  return [...named, ...sold, ...bought, ...pledged].filter(
    (token) => token !== undefined,
  )
}

async function askAgent(options: {
  readonly agent: Agent
  readonly context: QuoteContext
  readonly timeoutMs: number
  readonly controller: AbortController
}): Promise<AgentReply> {
  const { agent, context, timeoutMs, controller } = options
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooSlow = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new AgentTooSlowError({ agent: agent.name, timeoutMs })
      controller.abort(error)
      reject(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([
      // In a function, so that a synchronous throw is a rejection too.
      (async () => agent.quote(context.request.instruction, context))(),
      tooSlow,
    ])
  } finally {
    clearTimeout(timer)
  }
}

function toQuoteId(requestHash: Hex, agentAddress: Hex): string {
  const hash = keccak256(concatHex([requestHash, agentAddress]))
  return `q_${hash.slice(2, 34)}`
}

function toWireQuote(quote: Quote): WireAnswer {
  return z.encode(quoteSchema, quote) as unknown as WireAnswer
}

function toWireDecline(request: QuoteRequest, refusal: Refusal): WireAnswer {
  const decline: QuoteDecline = {
    type: 'behest.decline',
    version: 1,
    requestId: request.requestId,
    code: toPrintable(refusal.code, 64),
    message: toPrintable(refusal.message, 1_000),
  }
  return z.encode(quoteDeclineSchema, decline)
}

function toAgentError(agent: Agent, error: unknown): BehestError {
  if (error instanceof AgentTooSlowError) return error
  return new AgentFailedError({ agent: agent.name }, error)
}

/** Thrown when what came in is no request of this version. */
export class QuoteRequestMalformedError extends BehestError {
  readonly code = 'QUOTE_REQUEST_MALFORMED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: { field: string; reason: string }) {
    super(
      `The request is not valid at "${facts.field}": ${facts.reason}. Send a behest.quote-request of version 1.`,
      { facts },
    )
  }
}

/** Thrown when an agent threw, or offered what its limits forbid. */
export class AgentFailedError extends BehestError {
  readonly code = 'AGENT_FAILED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { agent: string }, cause: unknown) {
    super(
      `Agent "${facts.agent}" failed to quote. Ask another agent; its author finds the reason in the cause.`,
      { facts, cause },
    )
  }
}

/** Thrown when an agent did not answer within the time of the request. */
export class AgentTooSlowError extends BehestError {
  readonly code = 'AGENT_TOO_SLOW'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { agent: string; timeoutMs: number }) {
    super(
      `Agent "${facts.agent}" did not answer within ${facts.timeoutMs} ms. Ask another agent, or give it more time.`,
      { facts },
    )
  }
}
