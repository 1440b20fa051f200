import { type Candidate, candidateSchema } from '@behest/spec'
import * as z from 'zod'
import type { Fetch } from '../call/createGuardedFetch.js'
import { readBoundedBody } from '../call/readBoundedBody.js'
import { RegistryUnreachableError } from '../publish/callRegistry.js'
import type { FindAgents } from './createAgentNetwork.js'

const maxBytes = 1_048_576
const askable = ['live', 'degraded']

const pageSchema = z.looseObject({
  results: z.array(
    z.looseObject({
      agentId: candidateSchema.shape.agentId,
      name: candidateSchema.shape.name,
      agent: candidateSchema.shape.agent.nullable(),
      endpoint: candidateSchema.shape.url,
      status: z.string(),
    }),
  ),
})

/**
 * Creates the search of a registry, for agents that ask agents.
 *
 * @param options.registryUrl - Base address of the registry API.
 * @param options.fetch - The platform's if absent: the registry is the author's
 *   own choice.
 * @param options.timeoutMs - 1000 if absent.
 * @throws {RegistryUnreachableError} from the search, when there is no usable
 *   answer.
 */
export function createRegistrySearch(options: {
  readonly registryUrl: string
  readonly fetch?: Fetch
  readonly timeoutMs?: number
}): FindAgents {
  const { registryUrl, timeoutMs = 1_000 } = options
  const ask = options.fetch ?? fetch
  return async ({ action, chainId, venue, limit }) => {
    const query = new URLSearchParams({
      action,
      chain: String(chainId),
      limit: String(limit),
      ...(venue === undefined ? {} : { venue }),
    })
    const url = `${registryUrl.replace(/\/+$/, '')}/v1/search?${query}`
    try {
      const response = await ask(url, {
        signal: AbortSignal.timeout(timeoutMs),
      })
      const bytes = await readBoundedBody(response, { maxBytes, url })
      const { results } = pageSchema.parse(
        JSON.parse(new TextDecoder().decode(bytes)),
      )
      return results.flatMap((hit): Candidate[] =>
        hit.agent === null
          ? []
          : [
              {
                agentId: hit.agentId,
                name: hit.name,
                agent: hit.agent,
                url: hit.endpoint,
                reference: false,
                kept: askable.includes(hit.status),
                why: hit.status.slice(0, 64),
              },
            ],
      )
    } catch (cause) {
      throw new RegistryUnreachableError({ url: registryUrl }, cause)
    }
  }
}
