import { type NameRequest, nameProofPath } from '@behest/spec'
import type pg from 'pg'
import * as z from 'zod'
import {
  AgentNotFoundError,
  MessageExpiredError,
  NameTakenError,
  NameUnprovenError,
  QuotaExceededError,
} from '../errors/registryErrors.js'
import { type GuardedFetch, readBody } from '../liveness/guardedFetch.js'
import { inTransaction, readAgent } from '../store/agentStore.js'
import { readName, writeName } from '../store/nameStore.js'
import { toSkeleton } from '../text/toSkeleton.js'
import { assertSignedBy, type ContractSignaturePort } from './signatures.js'

const maxClockSkewSeconds = 300
const maxNamesPerOwner = 10
const proofTimeoutMs = 5_000
/** How long a name is kept for an agent that is gone. */
const keptAfterLeaseMs = 30 * 86_400_000

const proofSchema = z.object({
  owners: z.array(z.string().max(42)).max(1000),
})

/** A short name that somebody holds. */
export type NameView = {
  readonly name: string
  readonly agentId: string
  readonly owner: string
  /** The domain that stood behind the claim. */
  readonly origin: string
  readonly claimedAt: string
  readonly provedAt: string
}

/**
 * Claims a short name for an agent. Who comes first has it, if a domain stands
 * behind them: it serves a file that lists the owner's address. A name that only
 * looks like one that is held is held too. It comes free when its agent was
 * removed, or 30 days after its lease ended.
 *
 * @param options.fetch - Guarded: the domain is a stranger's.
 * @param options.assertUrl - Throws when an address may not be called.
 * @returns The name as it is held now, and the change's number.
 * @throws {MessageExpiredError} when it is more than 5 minutes off.
 * @throws {AgentNotFoundError} when no such agent is published.
 * @throws {SignatureInvalidError} when the agent's owner did not sign it.
 * @throws {NameTakenError} when another agent holds it.
 * @throws {QuotaExceededError} when the owner holds ten names.
 * @throws {UrlRefusedError} when the origin may not be called.
 * @throws {NameUnprovenError} when the domain does not list the owner.
 */
export async function claimName(options: {
  readonly pool: pg.Pool
  readonly request: NameRequest
  readonly chainId: number
  readonly nowMs: number
  readonly fetch: GuardedFetch
  readonly assertUrl: (url: string) => void
  readonly isSignedByContract?: ContractSignaturePort | undefined
}): Promise<{ readonly view: NameView; readonly seq: number }> {
  const { pool, request, nowMs } = options
  const { message } = request
  const { name, agentId } = message
  const nowUnixSeconds = Math.floor(nowMs / 1000)
  if (Math.abs(message.atUnixSeconds - nowUnixSeconds) > maxClockSkewSeconds)
    throw new MessageExpiredError({
      message: 'Name',
      atUnixSeconds: message.atUnixSeconds,
      nowUnixSeconds,
    })
  const agent = await readAgent(pool, agentId)
  if (agent === undefined || agent.deleted || agent.owner === null)
    throw new AgentNotFoundError({ agentId })
  const { owner } = agent
  await assertSignedBy({
    type: 'Name',
    message,
    chainId: options.chainId,
    signature: request.signature,
    signers: [owner],
    isSignedByContract: options.isSignedByContract,
  })
  const held = await readName(pool, { skeleton: toSkeleton(name) })
  if (held !== undefined && !isFree(held, { owner, name, nowMs }))
    throw new NameTakenError({ name: `@${name}`, takenBy: held.agentId })
  const { rows } = await pool.query<{ names: number }>(
    'select count(*)::int as names from registry.names where owner = $1',
    [owner],
  )
  const names = rows[0]?.names ?? 0
  if (names >= maxNamesPerOwner && held?.owner !== owner)
    throw new QuotaExceededError({
      owner,
      agents: names,
      maxAgents: maxNamesPerOwner,
    })
  await assertProven(options, owner)
  const written = await inTransaction(pool, (client) =>
    writeName(client, {
      name,
      skeleton: toSkeleton(name),
      agentId,
      owner,
      origin: message.origin,
      replaced: held?.name,
    }),
  )
  if (written === undefined) {
    const winner = await readName(pool, { skeleton: toSkeleton(name) })
    throw new NameTakenError({
      name: `@${name}`,
      takenBy: winner?.agentId ?? 'another agent',
    })
  }
  return written
}

function isFree(
  held: Awaited<ReturnType<typeof readName>> & object,
  wanted: { readonly owner: string; readonly name: string; nowMs: number },
): boolean {
  if (held.owner === wanted.owner && held.name === wanted.name) return true
  return (
    held.agentDeleted ||
    (held.leaseUntilMs ?? 0) < wanted.nowMs - keptAfterLeaseMs
  )
}

async function assertProven(
  options: {
    readonly request: NameRequest
    readonly fetch: GuardedFetch
    readonly assertUrl: (url: string) => void
  },
  owner: string,
): Promise<void> {
  const { origin } = options.request.message
  const refuse = (reason: string) => {
    throw new NameUnprovenError({
      name: options.request.message.name,
      origin,
      owner,
      reason,
    })
  }
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    return refuse('it is no origin: give scheme and host alone')
  const url = `${origin}${nameProofPath}`
  options.assertUrl(url)
  let text: string
  try {
    const response = await options.fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(proofTimeoutMs),
    })
    text = await readBody(response)
    if (response.status !== 200) return refuse(`it answers ${response.status}`)
  } catch {
    return refuse('it could not be reached')
  }
  const proof = proofSchema.safeParse(toJson(text))
  if (!proof.success) return refuse('it holds no list of owners')
  if (!proof.data.owners.some((one) => one.toLowerCase() === owner))
    refuse('it does not list the owner')
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
