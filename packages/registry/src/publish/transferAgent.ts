import type { TransferRequest } from '@behest/spec'
import type pg from 'pg'
import {
  AgentNotFoundError,
  MessageExpiredError,
  MessageMismatchError,
  QuotaExceededError,
  SequenceStaleError,
} from '../errors/registryErrors.js'
import { readAgent, writeTransfer } from '../store/agentStore.js'
import type { PublishLimits } from './publishAgent.js'
import { assertSignedBy, type ContractSignaturePort } from './signatures.js'

/**
 * Hands an agent over to another owner. Both sign the same message, so that
 * nobody gets an agent unasked; its id, history and reputation go with it. The
 * sequence only grows: a message that was used, or an older one, does nothing.
 *
 * @param options.agentId - From the path; must be the signed one.
 * @returns The change's number.
 * @throws {MessageMismatchError} when the path names another agent.
 * @throws {MessageExpiredError} when the message's time is over.
 * @throws {AgentNotFoundError} when no such agent is published.
 * @throws {SignatureInvalidError} when one of the two did not sign.
 * @throws {QuotaExceededError} when the new owner has as many as one may have.
 * @throws {SequenceStaleError} when the sequence is not above the stored one.
 */
export async function transferAgent(options: {
  readonly pool: pg.Pool
  readonly agentId: string
  readonly request: TransferRequest
  readonly chainId: number
  readonly nowMs: number
  readonly limits: PublishLimits
  readonly isSignedByContract?: ContractSignaturePort | undefined
  /** Throws when a key comes too often. */
  readonly admitKey: (key: string) => void
}): Promise<{ readonly seq: number }> {
  const { pool, agentId, request, limits } = options
  const { message } = request
  if (agentId !== message.agentId)
    throw new MessageMismatchError({
      field: 'agentId',
      signed: message.agentId,
      sent: agentId,
    })
  const nowUnixSeconds = Math.floor(options.nowMs / 1000)
  if (message.expiresAtUnixSeconds <= nowUnixSeconds)
    throw new MessageExpiredError({
      message: 'Transfer',
      atUnixSeconds: message.expiresAtUnixSeconds,
      nowUnixSeconds,
    })
  const agent = await readAgent(pool, agentId)
  if (
    agent === undefined ||
    agent.deleted ||
    agent.owner === null ||
    agent.source !== 'signed'
  )
    throw new AgentNotFoundError({ agentId })
  const newOwner = message.newOwner.toLowerCase()
  const signed = {
    type: 'Transfer',
    message,
    chainId: options.chainId,
    isSignedByContract: options.isSignedByContract,
  } as const
  await assertSignedBy({
    ...signed,
    signature: request.newOwnerSignature,
    signers: [newOwner],
  })
  // Handed in again: the owner who gave it away is not the owner any more.
  const isDone = agent.owner === newOwner && agent.sequence === message.sequence
  if (isDone) return { seq: agent.seq }
  if (message.sequence <= agent.sequence)
    throw new SequenceStaleError({
      agentId,
      sequence: message.sequence,
      storedSequence: agent.sequence,
    })
  await assertSignedBy({
    ...signed,
    signature: request.signature,
    signers: [agent.owner],
  })
  options.admitKey(agent.owner)
  const { rows } = await pool.query<{ agents: number }>(
    `select count(*)::int as agents from registry.agents
     where owner = $1 and not deleted`,
    [newOwner],
  )
  const agents = rows[0]?.agents ?? 0
  if (agents >= limits.maxAgentsPerOwner)
    throw new QuotaExceededError({
      owner: newOwner,
      agents,
      maxAgents: limits.maxAgentsPerOwner,
    })
  const outcome = await writeTransfer(pool, {
    agentId,
    owner: agent.owner,
    newOwner,
    sequence: message.sequence,
    request,
  })
  if (outcome.type === 'stale')
    throw new SequenceStaleError({
      agentId,
      sequence: message.sequence,
      storedSequence: outcome.storedSequence,
    })
  return { seq: outcome.seq }
}
