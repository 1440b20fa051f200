import {
  type Address,
  type AgentPort,
  BehestError,
  quoteRequestSchema,
  receiptRequestSchema,
} from '@behest/spec'
import * as z from 'zod'
import type { Agent } from '../define/Agent.js'
import { AgentTooSlowError, createQuoter } from '../quote/createQuoter.js'
import { readAnswer } from '../quote/quoteInProcess.js'
import type { AgentSigner } from '../sign/AgentSigner.js'
import { signReceipt } from '../sign/signReceipt.js'
import {
  AgentAnswerMalformedError,
  AgentTimeoutError,
  AgentUnreachableError,
} from './createA2aAgentPort.js'

/**
 * Creates a way to agents in this process: the same checks, no network.
 * Candidates that are not here are asked through `otherwise`.
 *
 * @param options.agents - Each agent with its key.
 * @param options.otherwise - The way to all other agents.
 */
export function createInProcessAgentPort(options: {
  readonly agents: readonly {
    readonly agent: Agent
    readonly signer: AgentSigner
  }[]
  readonly otherwise?: AgentPort
}): AgentPort {
  const { otherwise } = options
  const toKey = (name: string, address: Address) =>
    `${name}@${address.toLowerCase()}`
  const here = new Map(
    options.agents.map(({ agent, signer }) => [
      toKey(agent.name, signer.address),
      {
        signer,
        quoter: createQuoter({
          agent,
          signer,
          quoteTimeoutMs: 60_000, // the request's own time is shorter
          nowMs: () => performance.now(),
        }),
      },
    ]),
  )
  return {
    async signReceipt(call) {
      const { candidate, receipt, quotes } = call
      const found = here.get(toKey(candidate.name, candidate.agent))
      if (found === undefined && otherwise?.signReceipt !== undefined)
        return otherwise.signReceipt(call)
      if (found === undefined)
        throw new AgentUnreachableError({
          agentId: candidate.agentId,
          url: candidate.url,
          reason: 'it does not run in this process',
        })
      const { by, signature } = await signReceipt({
        wire: z.encode(receiptRequestSchema, {
          type: 'behest.receipt-request',
          version: 1,
          requestId: `r_${receipt.intentId}`.slice(0, 64),
          receipt,
          quotes: [...quotes],
        }),
        signer: found.signer,
      })
      return { by, signature }
    },
    async requestQuote(call) {
      const { candidate, request, timeoutMs } = call
      const { agentId, url } = candidate
      const found = here.get(toKey(candidate.name, candidate.agent))
      if (found === undefined) {
        if (otherwise !== undefined) return otherwise.requestQuote(call)
        throw new AgentUnreachableError({
          agentId,
          url,
          reason: 'it does not run in this process',
        })
      }
      const { quoter, signer } = found
      let timer: ReturnType<typeof setTimeout> | undefined
      const tooLate = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(new AgentTimeoutError({ agentId, url, timeoutMs })),
          timeoutMs,
        )
      })
      try {
        const answering = quoter.answer(z.encode(quoteRequestSchema, request))
        const wire = await Promise.race([answering, tooLate])
        return await readAnswer({ wire, request, signer })
      } catch (error) {
        if (error instanceof AgentTimeoutError) throw error
        if (error instanceof AgentTooSlowError)
          throw new AgentTimeoutError({ agentId, url, timeoutMs }, error)
        throw new AgentAnswerMalformedError(
          BehestError.isInstance(error)
            ? { agentId, url, reason: error.shortMessage, detail: error.code }
            : { agentId, url, reason: 'it failed' },
          error,
        )
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
