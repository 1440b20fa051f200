import { createRegistryClient } from '@behest/client'
import { BehestError, type Candidate, type RegistryPort } from '@behest/spec'
import type { Fetch } from '@behest/telemetry'

const timeoutMs = 2000
const askableStatuses = ['live', 'degraded']

/**
 * Creates the engine's view of a registry: who could serve a step. Agents of
 * this house are known by their keys, and set the floor for all others.
 *
 * @param options.baseUrl - Where the registry API is.
 * @param options.isReference - Tells which keys are of this house.
 */
export function createRegistryPort(options: {
  readonly baseUrl: string
  readonly isReference: (agent: string) => boolean
  /** What sends the requests; the platform's `fetch` if absent. */
  readonly fetch?: Fetch
}): RegistryPort {
  const { baseUrl, isReference, fetch } = options
  const registry = createRegistryClient({
    baseUrl,
    timeoutMs,
    ...(fetch === undefined ? {} : { fetch }),
  })
  return {
    // Tokens are no filter: an agent that does not serve one declines to quote,
    // and tells why.
    findCandidates: async ({ action, chainId, venue, limit, seed }) => {
      try {
        const { results } = await registry.search({
          action,
          chain: chainId,
          limit,
          seed,
          ...(venue === undefined ? {} : { venue }),
        })
        return results.flatMap((hit): Candidate[] => {
          const { agentId, name, agent, endpoint, status, score, why } = hit
          if (agent === null) return []
          const kept = askableStatuses.includes(status)
          return [
            {
              agentId,
              name,
              agent,
              url: endpoint,
              reference: isReference(agent),
              kept,
              score,
              why: (kept
                ? [`${status} as measured`, ...why].join('; ')
                : `dropped: it is ${status}`
              ).slice(0, 500),
            },
          ]
        })
      } catch (cause) {
        throw new RegistryUnavailableError(
          {
            problem: BehestError.isInstance(cause)
              ? cause.code
              : 'it gave no usable answer',
          },
          cause,
        )
      }
    },
  }
}

/** Thrown when the registry cannot say who could serve. */
export class RegistryUnavailableError extends BehestError {
  readonly code = 'REGISTRY_UNAVAILABLE'
  readonly stage = 'candidates'
  readonly retry = 'same-input'

  constructor(facts: { problem: string }, cause?: unknown) {
    super(
      `The registry could not be asked (${facts.problem}). Nothing was sent; try again in a few seconds.`,
      { facts, cause },
    )
  }
}
