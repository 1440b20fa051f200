import { isSameAddress, type PublishRequest } from '@behest/spec'
import type pg from 'pg'
import { keccak256, stringToBytes } from 'viem'
import { type ParsedCard, parseCard } from '../card/parseCard.js'
import {
  CardMalformedError,
  MessageExpiredError,
  MessageMismatchError,
  NameTakenError,
  QuotaExceededError,
  SequenceStaleError,
  SignatureInvalidError,
} from '../errors/registryErrors.js'
import type { AgentRecord } from '../store/agentRecord.js'
import {
  type AgentWrite,
  type Queryable,
  readAgent,
  type WriteOutcome,
  writePublished,
} from '../store/agentStore.js'
import { toSkeleton } from '../text/toSkeleton.js'
import {
  assertSignedBy,
  type ContractSignaturePort,
  recoverSigner,
  toAgentId,
  toAgentName,
} from './signatures.js'

/** How long a lease may run, and how many agents an owner may have. */
export type PublishLimits = {
  readonly maxLeaseSeconds: number
  readonly maxAgentsPerOwner: number
}

/** The limits unless an operator sets others. */
export const defaultPublishLimits: PublishLimits = {
  maxLeaseSeconds: 86_400,
  maxAgentsPerOwner: 100,
}

const maxExamples = 20

/**
 * Tells whether a card carries its agent's own signature (JWS). `forged`: it has
 * signatures, and none of them is that of the key that it names.
 */
export type CardSignaturePort = (
  card: string,
) => Promise<
  | { readonly type: 'signed' }
  | { readonly type: 'unsigned' }
  | { readonly type: 'forged'; readonly reason: string }
>

/**
 * Checks a publish request and stores it. Cheap checks come first; nothing is
 * written until all of them held.
 *
 * @param options.request - The body as it came, its schema checked.
 * @param options.chainId - Chain id of this registry's signing domain.
 * @param options.nowMs - The database's time.
 * @param options.assertUrl - Throws when a URL may not be called.
 * @param options.isReference - Whether an owner or operator is of this house.
 * @param options.isSignedByContract - Asks contract accounts that own agents.
 * @param options.readCardSignature - Checks the card's own signature.
 * @param options.admitKey - Throws when an owner comes too often.
 */
export async function publishAgent(options: {
  readonly pool: pg.Pool
  readonly request: PublishRequest
  readonly chainId: number
  readonly nowMs: number
  readonly limits: PublishLimits
  readonly assertUrl: (url: string) => void
  readonly isReference: (address: string) => boolean
  readonly isSignedByContract?: ContractSignaturePort | undefined
  readonly readCardSignature?: CardSignaturePort | undefined
  readonly admitKey: (key: string) => void
}): Promise<{
  readonly outcome: Exclude<WriteOutcome, { type: 'stale' }>
  readonly owner: string
}> {
  const { pool, request, limits } = options
  const { message } = request
  const nowUnixSeconds = Math.floor(options.nowMs / 1000)
  if (message.expiresAtUnixSeconds <= nowUnixSeconds)
    throw new MessageExpiredError({
      message: 'Publish',
      atUnixSeconds: message.expiresAtUnixSeconds,
      nowUnixSeconds,
    })
  const cardHash = keccak256(stringToBytes(request.card))
  if (cardHash !== message.cardHash.toLowerCase())
    throw new MessageMismatchError({
      field: 'cardHash',
      signed: message.cardHash,
      sent: cardHash,
    })
  const card = parseCard(request.card)
  assertBelongs(message, card)
  options.assertUrl(message.url)
  options.assertUrl(card.endpoint)
  const signed = {
    type: 'Publish',
    message,
    chainId: options.chainId,
    signature: request.signature,
  } as const
  const owner =
    request.owner === undefined
      ? await recoverSigner(signed)
      : await assertSignedBy({
          ...signed,
          signers: [request.owner],
          isSignedByContract: options.isSignedByContract,
        })
  options.admitKey(owner.toLowerCase())
  const [stored, cardSignature] = await Promise.all([
    readAgent(pool, message.agentId),
    options.readCardSignature?.(request.card) ?? { type: 'unsigned' as const },
  ])
  assertOwns({ owner, message, stored, chainId: options.chainId })
  if (cardSignature.type === 'forged')
    throw new SignatureInvalidError({
      message: 'card',
      reason: cardSignature.reason,
    })
  const write = toAgentWrite({
    request,
    card,
    owner,
    cardHash,
    cardSigned: cardSignature.type === 'signed',
    reference:
      options.isReference(owner) || options.isReference(message.operator),
  })
  const leaseSeconds = Math.min(
    limits.maxLeaseSeconds,
    message.expiresAtUnixSeconds - nowUnixSeconds,
  )
  await Promise.all([
    assertNameFree(pool, write),
    assertQuota(pool, write, limits),
  ])
  const outcome = await writePublished(pool, write, { leaseSeconds })
  if (outcome.type === 'stale')
    throw new SequenceStaleError({
      agentId: message.agentId,
      sequence: message.sequence,
      storedSequence: outcome.storedSequence,
    })
  return { outcome, owner }
}

// An id derives from its first owner and name. Handed over, it keeps the id, and
// the first owner's signature no longer counts.
function assertOwns(options: {
  readonly owner: string
  readonly message: PublishRequest['message']
  readonly stored: AgentRecord | undefined
  readonly chainId: number
}): void {
  const { owner, message, stored, chainId } = options
  const name = toAgentName(message.agentId)
  const expectedId = toAgentId(owner, name)
  const storedOwner = stored?.source === 'signed' ? stored.owner : null
  if (
    storedOwner === null
      ? expectedId === message.agentId
      : isSameAddress(storedOwner, owner)
  )
    return
  throw new SignatureInvalidError({
    message: 'Publish',
    reason:
      storedOwner === null || expectedId !== message.agentId
        ? `it comes from ${owner}, whose agent "${name}" has the id ${expectedId}, not ${message.agentId}`
        : `it comes from ${owner}, who handed the agent over to ${storedOwner}`,
    chainId,
  })
}

function assertBelongs(
  message: PublishRequest['message'],
  card: ParsedCard,
): void {
  if (!isSameAddress(message.operator, card.profile.agent))
    throw new MessageMismatchError({
      field: 'operator',
      signed: message.operator,
      sent: card.profile.agent,
    })
  if (card.profile.capabilities.length === 0)
    throw new CardMalformedError({
      reason: 'it declares no capability',
      path: 'capabilities.extensions.params.capabilities',
    })
}

/** Builds what is stored of a card and the message that published it. */
export function toAgentWrite(options: {
  readonly request: PublishRequest
  readonly card: ParsedCard
  readonly owner: string
  readonly cardHash: string
  readonly cardSigned: boolean
  readonly reference: boolean
}): AgentWrite {
  const { request, card } = options
  const { message } = request
  const examples = [
    ...card.profile.capabilities.flatMap(({ examples }) => examples),
    ...card.skills.flatMap(({ examples }) => examples),
  ]
  return {
    id: message.agentId,
    source: 'signed',
    owner: options.owner,
    agent: message.operator.toLowerCase(),
    name: card.name,
    nameSkeleton: toSkeleton(card.name),
    description: card.description,
    version: card.version,
    url: message.url,
    endpoint: card.endpoint,
    contact: card.contact ?? null,
    reference: options.reference,
    cardText: request.card,
    cardHash: options.cardHash,
    cardSigned: options.cardSigned,
    capabilities: card.profile.capabilities,
    examples: toExamples(examples),
    keywords: card.skills
      .map(
        ({ name, description, tags }) =>
          `${name} ${description} ${tags.join(' ')}`,
      )
      .join('\n')
      .slice(0, 8000),
    sequence: message.sequence,
    signature: request.signature,
    message,
  }
}

/** Different examples, few and short: they are where words get stuffed. */
export function toExamples(examples: readonly string[]): string[] {
  const kept = new Map<string, string>()
  for (const example of examples) {
    const short = example.trim().slice(0, 200)
    const key = short.toLowerCase()
    if (short !== '' && !kept.has(key)) kept.set(key, short)
    if (kept.size === maxExamples) break
  }
  return [...kept.values()]
}

/**
 * Asserts that a name does not pass for that of another owner's agent.
 *
 * @throws {NameTakenError} when it only looks like one that is published.
 */
export async function assertNameFree(
  database: Queryable,
  write: AgentWrite,
): Promise<void> {
  // An equal name is no disguise, for the id tells owners apart; one that only
  // looks equal is.
  const { rows } = await database.query<{ id: string }>(
    `select a.id from registry.agents a
     join registry.leases l on l.agent_id = a.id
     where a.name_skeleton = $1 and a.owner <> $2 and a.name <> $3
       and not a.deleted and a.source = 'signed'
       and l.lease_until > clock_timestamp() limit 1`,
    [write.nameSkeleton, write.owner, write.name],
  )
  if (rows[0] !== undefined)
    throw new NameTakenError({ name: write.name, takenBy: rows[0].id })
}

/**
 * Asserts that an owner may have one more agent.
 *
 * @throws {QuotaExceededError} when the owner has as many as one may have.
 */
export async function assertQuota(
  database: Queryable,
  write: AgentWrite,
  limits: PublishLimits,
): Promise<void> {
  const { rows } = await database.query<{ agents: number }>(
    `select count(*)::int as agents from registry.agents
     where owner = $1 and id <> $2 and not deleted`,
    [write.owner, write.id],
  )
  const agents = rows[0]?.agents ?? 0
  if (agents >= limits.maxAgentsPerOwner)
    throw new QuotaExceededError({
      owner: write.owner ?? '',
      agents,
      maxAgents: limits.maxAgentsPerOwner,
    })
}
