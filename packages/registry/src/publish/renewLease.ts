import type { HeartbeatRequest, RemoveRequest } from '@behest/spec'
import type pg from 'pg'
import {
  AgentNotFoundError,
  HeartbeatStaleError,
  MessageExpiredError,
  MessageMismatchError,
  SequenceStaleError,
} from '../errors/registryErrors.js'
import {
  inTransaction,
  readAgent,
  writeHeartbeat,
  writeRemoval,
} from '../store/agentStore.js'
import { assertSignedBy, type ContractSignaturePort } from './signatures.js'

const maxClockSkewSeconds = 300

/**
 * Renews an agent's lease for as long as it was granted.
 *
 * @param options.agentId - From the path; must be the signed one.
 * @returns When the lease ends, Unix time in ms.
 * @throws {MessageMismatchError} when the path names another agent.
 * @throws {MessageExpiredError} when it is more than 5 minutes off.
 * @throws {AgentNotFoundError} when no such agent is published.
 * @throws {SignatureInvalidError} when neither owner nor operator signed it.
 * @throws {HeartbeatStaleError} when its counter was used before.
 */
export async function renewLease(options: {
  readonly pool: pg.Pool
  readonly agentId: string
  readonly request: HeartbeatRequest
  readonly isSignedByContract?: ContractSignaturePort | undefined
  readonly chainId: number
  readonly nowMs: number
  /** Throws when a key comes too often. */
  readonly admitKey: (key: string) => void
}): Promise<{ readonly leaseUntilMs: number }> {
  const { pool, agentId, request } = options
  const { message } = request
  assertSameId(agentId, message.agentId)
  const nowUnixSeconds = Math.floor(options.nowMs / 1000)
  if (Math.abs(message.atUnixSeconds - nowUnixSeconds) > maxClockSkewSeconds)
    throw new MessageExpiredError({
      message: 'Heartbeat',
      atUnixSeconds: message.atUnixSeconds,
      nowUnixSeconds,
    })
  const agent = await readAgent(pool, agentId)
  if (agent === undefined || agent.deleted || agent.source !== 'signed')
    throw new AgentNotFoundError({ agentId })
  const signer = await assertSignedBy({
    type: 'Heartbeat',
    message,
    chainId: options.chainId,
    signature: request.signature,
    signers: [agent.agent, agent.owner].filter((one) => one !== null),
    isSignedByContract: options.isSignedByContract,
  })
  options.admitKey(signer)
  const outcome = await writeHeartbeat(pool, {
    agentId,
    counter: message.counter,
  })
  switch (outcome.type) {
    case 'renewed':
      return { leaseUntilMs: outcome.leaseUntilMs }
    case 'stale':
      throw new HeartbeatStaleError({
        agentId,
        counter: message.counter,
        storedCounter: outcome.storedCounter,
      })
    case 'absent':
      throw new AgentNotFoundError({ agentId })
  }
}

/**
 * Takes an agent off the registry. Its id, sequence and receipts stay, so that
 * nobody can publish it anew with a clean past.
 *
 * @returns The change's number.
 * @throws {MessageMismatchError} when the path names another agent.
 * @throws {AgentNotFoundError} when no such agent was ever published.
 * @throws {SignatureInvalidError} when its owner did not sign it.
 * @throws {SequenceStaleError} when the sequence is not above the stored one.
 */
export async function removeAgent(options: {
  readonly pool: pg.Pool
  readonly agentId: string
  readonly request: RemoveRequest
  readonly isSignedByContract?: ContractSignaturePort | undefined
  readonly chainId: number
  /** Throws when a key comes too often. */
  readonly admitKey: (key: string) => void
}): Promise<{ readonly seq: number }> {
  const { pool, agentId, request } = options
  const { message } = request
  assertSameId(agentId, message.agentId)
  const agent = await readAgent(pool, agentId)
  if (agent === undefined || agent.owner === null)
    throw new AgentNotFoundError({ agentId })
  const signer = await assertSignedBy({
    type: 'Remove',
    message,
    chainId: options.chainId,
    signature: request.signature,
    signers: [agent.owner],
    isSignedByContract: options.isSignedByContract,
  })
  options.admitKey(signer)
  const outcome = await inTransaction(pool, (client) =>
    writeRemoval(client, {
      agentId,
      sequence: message.sequence,
      by: signer,
    }),
  )
  if (outcome.type === 'stale')
    throw new SequenceStaleError({
      agentId,
      sequence: message.sequence,
      storedSequence: outcome.storedSequence,
    })
  return { seq: outcome.seq }
}

function assertSameId(path: string, signed: string): void {
  if (path !== signed)
    throw new MessageMismatchError({ field: 'agentId', signed, sent: path })
}
