import {
  addressSchema,
  BehestError,
  type Candidate,
  type RegistryPort,
} from '@behest/spec'
import * as z from 'zod'

const timeoutMs = 2000

// What is read of a search; a registry may say more.
const searchSchema = z.object({
  results: z.array(
    z.object({
      agentId: z.string().max(100),
      name: z.string().max(100),
      agent: addressSchema,
      url: z.string().max(2048),
      status: z.string(),
      score: z.number().optional(),
      why: z.union([z.string(), z.array(z.string())]).optional(),
    }),
  ),
})

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
}): RegistryPort {
  const { baseUrl, isReference } = options
  return {
    findCandidates: async ({ action, chainId, tokens, venue, limit }) => {
      const url = new URL('/v1/search', baseUrl)
      url.searchParams.set('action', action)
      url.searchParams.set('chain', String(chainId))
      if (venue !== undefined) url.searchParams.set('venue', venue)
      url.searchParams.set('limit', String(limit))
      const found = await readSearch(url)
      return found.map(
        ({ agentId, name, agent, url: agentUrl, status, score, why }) => {
          const isLive = status === 'live' || status === 'degraded'
          const reasons = typeof why === 'string' ? [why] : (why ?? [])
          const candidate: Candidate = {
            agentId,
            name,
            agent,
            url: agentUrl,
            reference: isReference(agent),
            kept: isLive,
            why: (isLive
              ? [`${status} as measured`, ...reasons].join('; ')
              : `dropped: it is ${status}`
            ).slice(0, 500),
            ...(score === undefined ? {} : { score }),
          }
          void tokens // an agent that does not serve a token declines to quote
          return candidate
        },
      )
    },
  }
}

async function readSearch(
  url: URL,
): Promise<z.output<typeof searchSchema>['results']> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    const body: unknown = await response.json()
    if (!response.ok)
      throw new RegistryUnavailableError({
        problem: `it answered ${response.status}`,
      })
    return searchSchema.parse(body).results
  } catch (cause) {
    if (BehestError.isInstance(cause)) throw cause
    throw new RegistryUnavailableError(
      { problem: 'it gave no usable answer' },
      cause,
    )
  }
}

/** Thrown when the registry cannot say who could serve. */
export class RegistryUnavailableError extends BehestError {
  readonly code = 'REGISTRY_UNAVAILABLE'
  readonly stage = 'candidates'
  readonly retry = 'same-input'

  constructor(facts: { problem: string }, cause?: unknown) {
    super(
      `The registry could not be asked: ${facts.problem}. Nothing was sent; try again in a few seconds.`,
      { facts, cause },
    )
  }
}
