import { keccak256, stringToHex } from 'viem'
import type { Fetch } from '../call/createGuardedFetch.js'
import { buildAgentCard } from '../card/buildAgentCard.js'
import { signAgentCard } from '../card/signAgentCard.js'
import type { Agent } from '../define/Agent.js'
import type { AgentSigner } from '../sign/AgentSigner.js'
import { callRegistry } from './callRegistry.js'
import { signPublish, signRemove } from './signRegistryMessages.js'
import { toAgentId } from './toAgentId.js'

/** What is published, and where. A `ServedAgent` gives most of it. */
export type PublishOptions = {
  /** Base address of the registry. */
  readonly registryUrl: string
  /** Chain id of the registry's signing domain. */
  readonly chainId: number
  readonly agent: Agent
  /** The agent's key; it signs quotes and the card. */
  readonly signer: AgentSigner
  /** Where the agent is served. */
  readonly url: string
  /** The card as it is served; built from agent, key and url if absent. */
  readonly cardText?: string
  /** Who owns the agent and its reputation; the agent's own key if absent. */
  readonly owner?: AgentSigner
  /** How long the registry lists it without hearing of it; 600 if absent. */
  readonly leaseSeconds?: number
  /** How the registry is asked; the global fetch if absent. */
  readonly fetch?: Fetch
  /** Wall clock in milliseconds; the system's if absent. */
  readonly nowMs?: () => number
}

/** What was published. */
export type Publication = {
  readonly agentId: string
  readonly sequence: number
  readonly expiresAtUnixSeconds: number
}

/** Longest lease by default: short, so that what is gone is not offered. */
export const defaultLeaseSeconds = 600

/**
 * Publishes an agent's card in a registry, bound by its owner's signature to
 * the card's bytes, its address and a sequence that only grows.
 *
 * @param options - What is published, and where.
 * @returns The agent's id and when the lease ends.
 * @throws {RegistryUnreachableError} when the registry did not answer.
 * @throws {RegistryRefusedError} when it refused.
 *
 * @example
 * ```ts source="./publishAgent.examples.ts#publish"
 * ```
 */
export async function publishAgent(
  options: PublishOptions,
): Promise<Publication> {
  const { agent, signer, url, chainId } = options
  const owner = options.owner ?? signer
  const nowMs = (options.nowMs ?? Date.now)()
  const card =
    options.cardText ??
    (await signAgentCard({
      card: buildAgentCard({ agent, agentAddress: signer.address, url }),
      signer,
    }))
  const leaseSeconds = options.leaseSeconds ?? defaultLeaseSeconds
  const message = {
    agentId: toAgentId({ name: agent.name, owner: owner.address }),
    cardHash: keccak256(stringToHex(card)),
    url,
    operator: signer.address,
    sequence: nowMs, // grows by itself, over restarts too
    expiresAtUnixSeconds: Math.floor(nowMs / 1_000) + leaseSeconds,
  }
  await callRegistry({
    registryUrl: options.registryUrl,
    path: '/v1/agents',
    method: 'POST',
    body: await signPublish({ card, message, signer: owner, chainId }),
    fetch: options.fetch ?? fetch,
  })
  const { agentId, sequence, expiresAtUnixSeconds } = message
  return { agentId, sequence, expiresAtUnixSeconds }
}

/**
 * Takes an agent off a registry.
 *
 * @param options - As for {@link publishAgent}.
 * @throws {RegistryUnreachableError} when the registry did not answer.
 * @throws {RegistryRefusedError} when it refused.
 */
export async function unpublishAgent(
  options: Pick<
    PublishOptions,
    'registryUrl' | 'chainId' | 'agent' | 'signer' | 'owner' | 'fetch' | 'nowMs'
  >,
): Promise<void> {
  const owner = options.owner ?? options.signer
  const agentId = toAgentId({
    name: options.agent.name,
    owner: owner.address,
  })
  await callRegistry({
    registryUrl: options.registryUrl,
    path: `/v1/agents/${agentId}`,
    method: 'DELETE',
    body: await signRemove({
      message: { agentId, sequence: (options.nowMs ?? Date.now)() },
      signer: owner,
      chainId: options.chainId,
    }),
    fetch: options.fetch ?? fetch,
  })
}
