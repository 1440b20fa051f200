import {
  type AgentAnchorView,
  ApiProblemError,
  type RegistryClient,
} from '@behest/client'

/**
 * Finds the number that a registry has of an agent on chain.
 *
 * @returns `undefined` only where the registry says that it has none. A registry
 *   that does not answer has said nothing: its error is the caller's, since taking
 *   silence for "none" would have the agent anchored a second time.
 */
export async function findAnchor(
  registry: Pick<RegistryClient, 'anchor'>,
  agentId: string,
): Promise<AgentAnchorView | undefined> {
  try {
    return await registry.anchor(agentId)
  } catch (error) {
    if (error instanceof ApiProblemError && error.status === 404)
      return undefined
    throw error
  }
}
