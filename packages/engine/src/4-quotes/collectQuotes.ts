import {
  type Address,
  type AgentPort,
  BehestError,
  type Block,
  type Candidate,
  type Instruction,
  type PriorChanges,
  type QuoteOutcome,
  type QuoteRequest,
} from '@behest/spec'
import { checkQuote } from './checkQuote.js'

/** What is asked of several agents at once. */
export type CollectQuotesOptions = {
  readonly intentId: string
  readonly stepId: string
  readonly instruction: Instruction
  readonly candidates: readonly Candidate[]
  readonly agents: AgentPort
  readonly account: Address
  readonly chainId: number
  readonly block: Block
  /** What the steps chosen so far change; absent for the first. */
  readonly priorChanges: PriorChanges | undefined
  readonly deadlineUnixSeconds: number
  readonly timeoutMs: number
  readonly wrappedNative: Address
  readonly createId: () => string
  readonly now: () => Date
}

/**
 * Asks every kept candidate at once and waits for none past the deadline.
 *
 * An agent that hangs, crashes, lies about the request or answers garbage loses
 * its own candidacy and nothing else.
 *
 * @returns One outcome per candidate asked, in their order.
 */
export async function collectQuotes(
  options: CollectQuotesOptions,
): Promise<readonly QuoteOutcome[]> {
  return Promise.all(
    options.candidates
      .filter((candidate) => candidate.kept)
      .map((candidate) => askOne(candidate, options)),
  )
}

async function askOne(
  candidate: Candidate,
  options: CollectQuotesOptions,
): Promise<QuoteOutcome> {
  const { block, timeoutMs, now } = options
  const fresh: QuoteRequest = {
    type: 'behest.quote-request',
    version: 1,
    requestId: options.createId(),
    intentId: options.intentId,
    stepId: options.stepId,
    chainId: options.chainId,
    account: options.account,
    instruction: options.instruction,
    block: {
      number: block.number,
      hash: block.hash,
      timestampUnixSeconds: block.timestampUnixSeconds,
    },
    ...(options.priorChanges === undefined
      ? {}
      : { priorChanges: options.priorChanges }),
    deadlineUnixSeconds: options.deadlineUnixSeconds,
    respondWithinMs: timeoutMs,
  }
  const startedMs = now().getTime()
  const tell = (outcome: QuoteOutcome['outcome']): QuoteOutcome => ({
    stepId: options.stepId,
    agentId: candidate.agentId,
    agentName: candidate.name,
    latencyMs: Math.max(0, now().getTime() - startedMs),
    outcome,
  })
  try {
    const request =
      (await options.agents.recallRequest?.({ candidate, request: fresh })) ??
      fresh
    const answer = await options.agents.requestQuote({
      candidate,
      request,
      timeoutMs,
    })
    if (answer.type === 'behest.decline')
      return tell({ type: 'declined', why: clip(answer.message) })
    const objection = checkQuote({
      quote: answer,
      request,
      wrappedNative: options.wrappedNative,
      nowUnixSeconds: block.timestampUnixSeconds,
    })
    if (objection) return tell({ type: 'rejected', ...objection })
    return tell({ type: 'quoted', quote: answer })
  } catch (error) {
    if (BehestError.isInstance(error))
      return tell({
        type: 'rejected',
        code: error.code,
        why: clip(error.shortMessage),
      })
    return tell({
      type: 'rejected',
      code: 'AGENT_ANSWER_MALFORMED',
      why: 'The answer could not be read.',
    })
  }
}

function clip(text: string): string {
  return text.slice(0, 1000)
}
