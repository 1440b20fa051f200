import {
  type AgentPort,
  BehestError,
  type Candidate,
  type Hex,
  type Instruction,
  isSameAddress,
  type JsonValue,
  type Quote,
  type QuoteDecline,
  type QuoteRequest,
  quoteRequestSchema,
  toCanonicalJson,
} from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import * as z from 'zod'
import type { AgentSigner } from '../sign/AgentSigner.js'
import { extendTrail } from './trail.js'

/** The other agents, as one request may use them. */
export type AgentNetwork = {
  /**
   * Finds agents for an action: live ones, without this agent and those that
   * the request came through.
   *
   * @param options.action - That of the instruction asked if absent.
   * @param options.limit - 5 if absent.
   * @throws {HireLimitError} when the request's time or bounds are used up.
   */
  search(options?: {
    readonly action?: Instruction['action']
    readonly venue?: string
    readonly limit?: number
  }): Promise<readonly Candidate[]>
  /**
   * Asks one agent. Its answer was verified, and is as untrusted as any.
   *
   * @param options.instruction - What to ask; the instruction asked if absent.
   * @param options.timeoutMs - At most what is left of the request's time.
   * @throws {HireLimitError} when the request's time or bounds are used up.
   * @throws {AgentTimeoutError} when the answer was not there in time.
   * @throws {AgentUnreachableError} when there was no answer.
   * @throws {AgentAnswerMalformedError} when the answer is not valid.
   */
  quote(options: {
    readonly candidate: Candidate
    readonly instruction?: Instruction
    readonly timeoutMs?: number
  }): Promise<Quote | QuoteDecline>
}

/** What an agent may use of the network, whatever it is asked. */
export type HireBounds = {
  /** Most agents asked for one request; 4 if absent. */
  readonly maxQuotes?: number
  /** Most hands from the engine to the last agent; 2 if absent. */
  readonly maxDepth?: number
}

/** The network before a request: given to `serveAgent`. */
export type NetworkSource = {
  readonly bounds: Required<HireBounds>
  readonly bind: (call: {
    readonly request: QuoteRequest
    readonly requestHash: Hex
    readonly signer: AgentSigner
    /** What is left of the request's time, in milliseconds. */
    readonly readLeftMs: () => number
    readonly signal: AbortSignal
  }) => AgentNetwork
}

/** Finds agents: a registry's search. */
export type FindAgents = (options: {
  readonly action: Instruction['action']
  readonly chainId: number
  readonly venue?: string
  readonly limit: number
}) => Promise<readonly Candidate[]>

// Enough to build and sign the own quote after the last answer came in.
const ownWorkMs = 150

/**
 * Creates what agents find, ask and hire other agents through.
 *
 * What is spent on it is bounded per request: so many agents asked, so deep, and
 * never longer than who asked waits. Money is bounded by the port's payer.
 *
 * @param options.find - The registry's search; see `createRegistrySearch`.
 * @param options.agents - The way to agents, such as `createA2aAgentPort`. With
 *   a payer of its own, its caps are the agent's budget.
 * @param options.bounds - Most that one request may use.
 */
export function createAgentNetwork(options: {
  readonly find: FindAgents
  readonly agents: AgentPort
  readonly bounds?: HireBounds
}): NetworkSource {
  const { find, agents } = options
  const bounds = {
    maxQuotes: options.bounds?.maxQuotes ?? 4,
    maxDepth: options.bounds?.maxDepth ?? 2,
  }
  return {
    bounds,
    bind({ request, requestHash, signer, readLeftMs, signal }) {
      const { trail = [] } = request
      let asked = 0
      const isOnTrail = ({ agent }: Candidate): boolean =>
        [signer.address, ...trail.map((link) => link.agent)].some((before) =>
          isSameAddress(before, agent),
        )
      const assertOpen = (): number => {
        const leftMs = Math.floor(readLeftMs()) - ownWorkMs
        if (leftMs < 1 || signal.aborted)
          throw new HireLimitError({ limit: 'time', most: '0 ms are left' })
        // The next one would be one hand further from the engine.
        if (trail.length + 1 > bounds.maxDepth)
          throw new HireLimitError({
            limit: 'depth',
            most: `${bounds.maxDepth} agents in a row`,
          })
        return leftMs
      }
      return {
        async search({ action, venue, limit = 5 } = {}) {
          assertOpen()
          const found = await find({
            action: action ?? request.instruction.action,
            chainId: request.chainId,
            limit: limit + trail.length + 1,
            ...(venue === undefined ? {} : { venue }),
          })
          return found
            .filter((candidate) => candidate.kept && !isOnTrail(candidate))
            .slice(0, limit)
        },
        async quote({ candidate, instruction, timeoutMs }) {
          const leftMs = assertOpen()
          if (isOnTrail(candidate))
            throw new HireLimitError({
              limit: 'loop',
              most: `${candidate.agentId} asked once`,
            })
          if (asked >= bounds.maxQuotes)
            throw new HireLimitError({
              limit: 'quotes',
              most: `${bounds.maxQuotes} agents for one request`,
            })
          asked += 1
          const wanted = instruction ?? request.instruction
          const respondWithinMs = Math.min(timeoutMs ?? leftMs, leftMs)
          const onward: QuoteRequest = {
            ...request,
            instruction: wanted,
            trail: await extendTrail({ request, requestHash, signer }),
            respondWithinMs,
          }
          return agents.requestQuote({
            candidate,
            request: {
              ...onward,
              requestId: toRequestId(requestHash, candidate, onward),
            },
            timeoutMs: respondWithinMs,
          })
        },
      }
    },
  }
}

/** The same question on behalf of the same request has the same id. */
function toRequestId(
  requestHash: Hex,
  { agent }: Candidate,
  request: QuoteRequest,
): string {
  const { instruction } = z.encode(quoteRequestSchema, request)
  const text = `${requestHash} ${agent.toLowerCase()} ${toCanonicalJson(instruction as JsonValue)}`
  return `h_${keccak256(stringToHex(text)).slice(2, 34)}`
}

/** Thrown when an agent wants more of the network than its request allows. */
export class HireLimitError extends BehestError {
  readonly code = 'HIRE_LIMIT_REACHED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: {
    limit: 'time' | 'depth' | 'quotes' | 'loop'
    most: string
  }) {
    super(
      `No other agent is asked: the limit of ${facts.limit} is ${facts.most}. Answer with what is there, or decline.`,
      { facts },
    )
  }
}
