import { setTimeout as wait } from 'node:timers/promises'
import {
  type AgentHealth,
  ApiProblemError,
  type PublishAnswer,
  type RegistryClient,
} from '@behest/client'
import { signPublish, toAgentId } from '@behest/sdk'
import { BehestError, isSameAddress } from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import { findTrouble } from './findTrouble.js'
import type { CardSource } from './readCardSource.js'
import { toAgentName } from './toAgentName.js'
import type { Author } from './unlockAuthor.js'

const pollMs = 200

/** What a publish gave, and what the registry then found. */
export type PublishedCard = {
  readonly type: PublishAnswer['type']
  readonly agentId: string
  readonly owner: string
  readonly operator: string
  readonly url: string
  readonly leaseUntil: string | null
  readonly status: string
  /** Why the status is what it is, in the registry's words. */
  readonly reason: string
  readonly contract: AgentHealth['contract']
}

/**
 * Asserts that a card may be published with a key: signed by the agent's own
 * key, and that key is the one at hand unless an owner publishes.
 *
 * @throws {CardUnsignedError} when the agent's key did not sign the card.
 * @throws {AgentKeyMismatchError} when the keystore holds another key.
 */
export function assertMayPublish(options: {
  readonly card: CardSource
  readonly author: Author
}): void {
  const { card, author } = options
  const { agent } = card.profile
  if (!card.isSigned) throw new CardUnsignedError({ agent })
  if (author.type === 'agent' && !isSameAddress(author.signer.address, agent))
    throw new AgentKeyMismatchError({ agent, given: author.signer.address })
}

/**
 * Publishes a card as it is served, and waits for the registry's first look.
 *
 * @param options.leaseSeconds - How long it stays listed without a heartbeat.
 * @param options.waitSeconds - How long the registry's first look is waited for.
 * @returns Id, lease and status.
 */
export async function publishCard(options: {
  readonly registry: RegistryClient
  readonly chainId: number
  readonly card: CardSource
  readonly author: Author
  readonly leaseSeconds: number
  readonly waitSeconds: number
  readonly nowMs: () => number
}): Promise<PublishedCard> {
  const { registry, card, author, nowMs } = options
  assertMayPublish({ card, author })
  const { signer } = author
  const now = nowMs()
  const agentId = toAgentId({
    name: toAgentName(card.card.name),
    owner: signer.address,
  })
  const before = await readHealth(registry, agentId)
  const answer = await registry.publish(
    await signPublish({
      card: card.text,
      message: {
        agentId,
        cardHash: keccak256(stringToHex(card.text)),
        url: card.baseUrl,
        operator: card.profile.agent,
        sequence: now,
        expiresAtUnixSeconds: Math.floor(now / 1_000) + options.leaseSeconds,
      },
      signer,
      chainId: options.chainId,
    }),
  )
  const until = nowMs() + options.waitSeconds * 1_000
  let health = await registry.health(agentId)
  while (isUndecided(health, before) && nowMs() < until) {
    await wait(pollMs)
    health = await registry.health(agentId)
  }
  return {
    type: answer.type,
    agentId,
    owner: signer.address,
    operator: card.profile.agent,
    url: card.baseUrl,
    leaseUntil: answer.leaseUntil,
    status: health.listedAs,
    reason: findTrouble(health) ?? health.reason,
    contract: health.contract,
  }
}

/** Its health so far; nothing where the registry does not know it. */
async function readHealth(
  registry: Pick<RegistryClient, 'health'>,
  agentId: string,
): Promise<AgentHealth | undefined> {
  try {
    return await registry.health(agentId)
  } catch (error) {
    if (error instanceof ApiProblemError && error.status === 404)
      return undefined
    throw error
  }
}

/**
 * Every publish has the registry look at once. Until that look is done, and while one
 * that went well has not changed what it is listed as (who was down needs two in a
 * row, a second apart), its state is not the state of what was published.
 */
function isUndecided(
  health: AgentHealth,
  before: AgentHealth | undefined,
): boolean {
  if (health.lastProbeAt === (before?.lastProbeAt ?? null)) return true
  return (
    health.failuresInARow === 0 &&
    ['unverified', 'degraded', 'down'].includes(health.listedAs)
  )
}

/** Thrown when an agent's own key did not sign its card. */
export class CardUnsignedError extends BehestError {
  readonly code = 'CARD_UNSIGNED'
  readonly retry = 'never'

  constructor(facts: { readonly agent: string }) {
    super(
      `The card has no signature of its own key ${facts.agent}. Serve it with serveAgent, which signs it, or sign it with signAgentCard.`,
      { facts },
    )
  }
}

/** Thrown when the keystore holds another key than the card names. */
export class AgentKeyMismatchError extends BehestError {
  readonly code = 'AGENT_KEY_MISMATCH'
  readonly retry = 'never'

  constructor(facts: { readonly agent: string; readonly given: string }) {
    super(
      `The card belongs to key ${facts.agent}, and the keystore holds ${facts.given}. Name the agent's own keystore, or none to publish it as its owner.`,
      { facts },
    )
  }
}
