import {
  type Address,
  BehestError,
  type QuoteRequest,
  type UnsignedQuote,
  unsignedQuoteSchema,
} from '@behest/spec'
import * as z from 'zod'
import type { Agent, AgentQuote, QuoteContext } from '../define/Agent.js'
import { deepFreeze } from '../define/deepFreeze.js'
import { toPrintable } from '../text/toPrintable.js'
import {
  assertWithinLimits,
  getSpentLeg,
  getStatedReceive,
  getStatedSpend,
} from './assertWithinLimits.js'

/**
 * Builds the quote that goes on the wire from what an agent answered.
 *
 * Fills in what derives from the request and the definition, checks the form,
 * and holds the agent to its own limits. Pure.
 *
 * @throws {AgentQuoteMalformedError} when a field does not hold what it should.
 * @throws {AgentLimitExceededError} when it goes past the agent's limits.
 */
export function buildQuote(options: {
  readonly agent: Agent
  readonly agentAddress: Address
  readonly context: QuoteContext
  readonly reply: AgentQuote
}): UnsignedQuote {
  const { agent, agentAddress, context, reply } = options
  const { request, nowUnixSeconds } = context
  const {
    venue = agent.venues[0] ?? agent.name,
    calls = [],
    spend = deriveSpend(request),
    validUntilUnixSeconds = Math.min(
      nowUnixSeconds + agent.limits.maxValidForSeconds,
      request.deadlineUnixSeconds,
    ),
    summary = `${agent.name}: ${request.instruction.action}`,
    receive = deriveReceive(request),
    approvals = [],
    positions = [],
    fee = [],
    ...rest
  } = reply
  const candidate = {
    ...rest,
    type: 'behest.quote',
    version: 1,
    quoteId: context.quoteId,
    requestId: request.requestId,
    requestHash: context.requestHash,
    agent: agentAddress,
    agentName: agent.name,
    agentVersion: agent.version,
    chainId: request.chainId,
    account: request.account,
    venue,
    calls: calls.map((call) => ({
      to: call.to,
      valueWei: call.valueWei ?? 0n,
      data: call.data ?? '0x',
      ...(call.note === undefined ? {} : { note: call.note }),
      ...(call.amountOffsets === undefined
        ? {}
        : { amountOffsets: [...call.amountOffsets] }),
    })),
    approvals,
    spend,
    receive,
    positions,
    fee,
    summary,
    validUntilUnixSeconds,
  }
  const quote = assertForm(agent, candidate)
  assertWithinLimits({
    agent,
    quote,
    instruction: request.instruction,
    nowUnixSeconds,
  })
  return deepFreeze(quote)
}

// To the wire and back: what is signed is rebuilt from the schema, so an extra
// field, a number where an amount is due or a negative amount is found here.
function assertForm(agent: Agent, candidate: unknown): UnsignedQuote {
  try {
    return z.decode(
      unsignedQuoteSchema,
      z.encode(unsignedQuoteSchema, candidate as UnsignedQuote),
    )
  } catch (cause) {
    const issue =
      cause instanceof z.core.$ZodError ? cause.issues[0] : undefined
    throw new AgentQuoteMalformedError(
      {
        agent: agent.name,
        field: toPrintable(issue?.path.join('.') ?? '', 200),
        reason: toPrintable(issue?.message ?? 'not understood', 300),
      },
      cause,
    )
  }
}

function deriveSpend(request: QuoteRequest): UnsignedQuote['spend'] {
  const leg = getSpentLeg(request.instruction)
  const stated = getStatedSpend(request.instruction)
  return leg === undefined || stated === undefined
    ? []
    : [{ token: leg.token, atMostUnits: stated.units }]
}

function deriveReceive(request: QuoteRequest): UnsignedQuote['receive'] {
  const promised = getStatedReceive(request.instruction)
  return promised === undefined ? [] : [promised]
}

/** Thrown when what an agent answered cannot be a quote. */
export class AgentQuoteMalformedError extends BehestError {
  readonly code = 'AGENT_QUOTE_MALFORMED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(
    facts: { agent: string; field: string; reason: string },
    cause?: unknown,
  ) {
    super(
      `What agent "${facts.agent}" answered is no quote at "${facts.field}": ${facts.reason}. The quote was not sent; correct the agent.`,
      { facts, cause },
    )
  }
}
