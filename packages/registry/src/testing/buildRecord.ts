import type { Capability } from '@behest/spec'
import type { AgentRecord } from '../store/agentRecord.js'

/** A capability that serves everything of one action. */
export function buildCapability(
  over: Partial<Capability> & Pick<Capability, 'action'>,
): Capability {
  return {
    chains: 'any',
    tokens: 'any',
    venues: [],
    feeBps: 0,
    spenders: [],
    maxValidForSeconds: 60,
    examples: [],
    ...over,
  }
}

/** A live, signed agent with a running lease. */
export function buildRecord(
  over: Partial<AgentRecord> & Pick<AgentRecord, 'id'>,
): AgentRecord {
  return {
    source: 'signed',
    owner: `0x${'a1'.repeat(20)}`,
    agent: `0x${'a1'.repeat(20)}`,
    name: over.id,
    description: '',
    version: '1.0.0',
    url: `https://${over.id}.example`,
    endpoint: `https://${over.id}.example`,
    contact: null,
    reference: false,
    cardHash: `0x${over.id}`,
    capabilities: [],
    examples: [],
    keywords: '',
    sequence: 1,
    status: 'live',
    statusSinceMs: 0,
    statusReason: '',
    delisted: [],
    trust: null,
    p95LatencyMs: null,
    publishedAtMs: 0,
    updatedAtMs: 0,
    deleted: false,
    seq: 1,
    cardSigned: false,
    handle: null,
    leaseUntilMs: 1e15,
    ...over,
  }
}
