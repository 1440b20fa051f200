// One file because it is one description: what the registry API answers. Fields
// that a newer registry adds are passed over.
import {
  addressSchema,
  capabilitySchema,
  hashSchema,
  transferRequestSchema,
} from '@behest/spec'
import * as z from 'zod'

const isoTime = z.string()

/** Where an agent stands; a newer registry may know more than these. */
export const agentStatusSchema = z.string().max(40)

const agentFields = {
  agentId: z.string(),
  name: z.string(),
  agent: addressSchema.nullable(),
  owner: addressSchema.nullable(),
  url: z.string(),
  endpoint: z.string(),
  description: z.string(),
  capabilities: z.array(capabilitySchema),
  version: z.string(),
  source: z.enum(['signed', 'imported']),
  status: agentStatusSchema,
  reference: z.boolean(),
  leaseUntil: isoTime.nullable(),
  /** What 95 in 100 of its quotes took at most, in ms; absent before one. */
  p95LatencyMs: z.number().nullable().optional(),
}

/** Schema of {@link AgentView}. */
export const agentViewSchema = z.object({
  ...agentFields,
  contact: z.string().nullable(),
  cardHash: z.string(),
  examples: z.array(z.string()),
  keywords: z.string(),
  sequence: z.int(),
  statusSince: isoTime,
  statusReason: z.string(),
  delisted: z.array(z.string()),
  trust: z.record(z.string(), z.json()).nullable(),
  publishedAt: isoTime,
  updatedAt: isoTime,
  seq: z.int(),
  /** What a reader should know about the card's text; older registries say nothing. */
  marks: z.array(z.string()).optional(),
})
/** One agent as the registry shows it. */
export type AgentView = z.output<typeof agentViewSchema>

/** Schema of {@link AgentDetail}. */
export const agentDetailSchema = agentViewSchema.extend({
  card: z.string(),
  message: z.json(),
  signature: z.string().nullable(),
  /** Every key that owned the agent or signed its quotes. */
  keys: z.array(
    z.object({ key: z.string(), role: z.enum(['owner', 'agent']) }),
  ),
})
/** One agent with its card as it was published, byte for byte. */
export type AgentDetail = z.output<typeof agentDetailSchema>

/** Schema of {@link AgentPage}. */
export const agentPageSchema = z.object({
  agents: z.array(agentViewSchema),
  removed: z.array(z.object({ agentId: z.string(), seq: z.int() })),
  nextCursor: z.string().nullable(),
})
/** A page of agents, in the order of their last change. */
export type AgentPage = z.output<typeof agentPageSchema>

const scoreParts = z.object({
  relevance: z.number(),
  trust: z.number(),
  health: z.number(),
  price: z.number(),
})

/** Schema of {@link SearchHit}. */
export const searchHitSchema = z.object({
  ...agentFields,
  marks: z.array(z.string()),
  score: z.number(),
  parts: scoreParts,
  why: z.array(z.string()),
})
/** One agent that was found, with its score and why. */
export type SearchHit = z.output<typeof searchHitSchema>

/** Schema of {@link SearchPage}. */
export const searchPageSchema = z.object({
  results: z.array(searchHitSchema),
  nextCursor: z.string().nullable(),
  indexSeq: z.int(),
  formulaVersion: z.string(),
  degraded: z.array(z.string()),
})
/** A page of what was found, best first. */
export type SearchPage = z.output<typeof searchPageSchema>

/** Schema of {@link PublishAnswer}. */
export const publishAnswerSchema = z.object({
  type: z.enum(['created', 'updated', 'unchanged']),
  agentId: z.string(),
  leaseUntil: isoTime.nullable(),
  sequence: z.int(),
  status: agentStatusSchema,
  seq: z.int(),
  agent: agentViewSchema,
})
/** What became of a publish. */
export type PublishAnswer = z.output<typeof publishAnswerSchema>

/** Schema of {@link HeartbeatAnswer}. */
export const heartbeatAnswerSchema = z.object({ leaseUntil: isoTime })
/** Until when a heartbeat renewed the lease. */
export type HeartbeatAnswer = z.output<typeof heartbeatAnswerSchema>

/** Schema of {@link TransferAnswer}. */
export const transferAnswerSchema = z.object({
  owner: addressSchema,
  seq: z.int(),
})
/** Who owns an agent after it was handed over. */
export type TransferAnswer = z.output<typeof transferAnswerSchema>

/** Schema of {@link NameView}. */
export const nameViewSchema = z.object({
  name: z.string(),
  agentId: z.string(),
  owner: z.string(),
  origin: z.string(),
  claimedAt: isoTime,
  provedAt: isoTime,
})
/** A short name that somebody holds. */
export type NameView = z.output<typeof nameViewSchema>

/** Schema of {@link AgentAnchorView}. */
export const agentAnchorViewSchema = z.object({
  agentId: z.string(),
  chainId: z.int(),
  identityRegistry: addressSchema,
  reputationRegistry: addressSchema.nullable(),
  tokenId: z.string(),
  state: z.enum(['agrees', 'differs']),
  checks: z.array(
    z.object({ check: z.string(), passed: z.boolean(), says: z.string() }),
  ),
  trust: z.array(
    z.object({
      client: addressSchema,
      trust: z.number(),
      formulaVersion: z.string(),
    }),
  ),
  linkedAt: isoTime,
})
/** Where an agent stands on chain, held against what is listed. */
export type AgentAnchorView = z.output<typeof agentAnchorViewSchema>

/** Schema of {@link RemoveAnswer}. */
export const removeAnswerSchema = z.object({
  removed: z.literal(true),
  seq: z.int(),
})
/** That an agent was taken off. */
export type RemoveAnswer = z.output<typeof removeAnswerSchema>

const healthWindow = z.object({
  probes: z.int(),
  succeeded: z.int(),
  successShare: z.number().nullable(),
  p50LatencyMs: z.number().nullable(),
  p95LatencyMs: z.number().nullable(),
})

const healthHistory = z.object({
  stretchSeconds: z.int(),
  points: z.array(
    z.object({
      at: isoTime,
      probes: z.int(),
      succeeded: z.int(),
      p50LatencyMs: z.number().nullable(),
      p95LatencyMs: z.number().nullable(),
    }),
  ),
})

/** Schema of {@link AgentHealth}. */
export const agentHealthSchema = z.object({
  agentId: z.string(),
  listedAs: agentStatusSchema,
  status: agentStatusSchema,
  since: isoTime,
  reason: z.string(),
  failuresInARow: z.int(),
  lastProbeAt: isoTime.nullable(),
  lastSuccessAt: isoTime.nullable(),
  nextProbeAt: isoTime.nullable(),
  lastError: z
    .object({ at: isoTime, code: z.string(), detail: z.string() })
    .nullable(),
  windows: z.object({
    '1h': healthWindow,
    '1d': healthWindow,
    '30d': healthWindow,
  }),
  history: z.object({
    '1h': healthHistory,
    '1d': healthHistory,
    '30d': healthHistory,
  }),
  contract: z.array(
    z.object({
      action: z.string(),
      at: isoTime,
      ok: z.boolean(),
      code: z.string(),
      detail: z.string(),
      passShare: z.number(),
    }),
  ),
})
/** An agent's health as the registry measured it, not as claimed. */
export type AgentHealth = z.output<typeof agentHealthSchema>

/** Schema of {@link AgentExplanation}. */
export const agentExplanationSchema = z.object({
  agentId: z.string(),
  query: z.string().nullable(),
  listed: z.boolean(),
  rank: z.int().nullable(),
  of: z.int(),
  steps: z.array(
    z.object({
      check: z.string(),
      passed: z.boolean(),
      says: z.string(),
      wanted: z.string().optional(),
      offered: z.string().optional(),
    }),
  ),
  todo: z.string().nullable(),
  score: z.number().nullable(),
  parts: scoreParts.nullable(),
  signals: z.array(
    z.object({
      name: z.string(),
      raw: z.number(),
      z: z.number(),
      weight: z.number(),
      product: z.number(),
    }),
  ),
  terms: z.array(
    z.object({ term: z.string(), share: z.number(), documents: z.int() }),
  ),
  trust: z.record(z.string(), z.json()).nullable(),
  price: z.object({ feeBps: z.int() }).nullable(),
  spread: z.string().nullable(),
  gapToNext: z.number().nullable(),
  indexSeq: z.int(),
  formulaVersion: z.string(),
})
/** Why an agent ranks where it does for a search, or why it is not listed. */
export type AgentExplanation = z.output<typeof agentExplanationSchema>

/** Schema of {@link ReceiptView}. */
export const receiptViewSchema = z.object({
  hash: hashSchema,
  receipt: z.json(),
  signers: z.array(addressSchema),
  verdict: z.enum(['pending', 'confirmed', 'contradicted', 'unreachable']),
  verdictReason: z.string(),
  /** Signed by an engine that the registry knows: it counts in full. */
  knownEngine: z.boolean(),
  receivedAt: isoTime,
  /** Time of the last block that it tells of, `null` until the chain confirms one. */
  minedAt: isoTime.nullable(),
  seq: z.int(),
})
/**
 * A receipt as the registry keeps it. `receipt` is what was handed in, word for
 * word; `receiptSchema` of the spec reads it.
 */
export type ReceiptView = z.output<typeof receiptViewSchema>

/** Schema of {@link ReceiptPage}. */
export const receiptPageSchema = z.object({
  receipts: z.array(receiptViewSchema),
  nextCursor: z.string().nullable(),
})
/** A page of receipts, in the order in which they came. */
export type ReceiptPage = z.output<typeof receiptPageSchema>

const earnedTotalSchema = z.object({
  chainId: z.int(),
  token: z.string(),
  symbol: z.string(),
  units: z.string(),
  decimal: z.string(),
  receipts: z.int(),
})

/** Schema of {@link AgentVersion}. */
export const agentVersionSchema = z.object({
  sequence: z.int(),
  cardHash: hashSchema,
  /** The owner who published it; unknown of the oldest ones. */
  by: addressSchema.nullable().default(null),
  at: isoTime,
  /** Against the version before; absent for the first that is known. */
  changes: z
    .object({
      fields: z.array(z.string()),
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.string()),
    })
    .nullable()
    .default(null),
})
/** One version of an agent's card, and what it changed. */
export type AgentVersion = z.output<typeof agentVersionSchema>

/** Schema of {@link AgentTransfer}. */
export const agentTransferSchema = transferRequestSchema.extend({
  /** Who gave it away. */
  owner: addressSchema,
  at: isoTime,
})
/** That an agent was handed over, as both owners signed it. */
export type AgentTransfer = z.output<typeof agentTransferSchema>

/** Schema of {@link LeasePage}. */
export const leasePageSchema = z.object({
  leases: z.array(
    z.object({ agentId: z.string(), leaseUntil: isoTime, seq: z.int() }),
  ),
  nextCursor: z.string().nullable(),
})
/** A page of leases, in the order of their renewals. */
export type LeasePage = z.output<typeof leasePageSchema>

/** Schema of {@link ImportAnswer}. */
export const importAnswerSchema = z.object({
  imported: z.int(),
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
  refusedCount: z.int(),
  waitingForVectors: z.int(),
})
/** What a bulk load took in and refused. */
export type ImportAnswer = z.output<typeof importAnswerSchema>

/** Schema of {@link McpServerEntry}. */
export const mcpServerEntrySchema = z.object({
  server: z.looseObject({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    version: z.string(),
  }),
  _meta: z.record(z.string(), z.json()),
})
/** An agent as an MCP registry shows a server. */
export type McpServerEntry = z.output<typeof mcpServerEntrySchema>

/** Schema of {@link McpServerPage}. */
export const mcpServerPageSchema = z.object({
  servers: z.array(mcpServerEntrySchema),
  metadata: z.object({ nextCursor: z.string().optional(), count: z.int() }),
})
/** A page of agents as an MCP registry lists servers. */
export type McpServerPage = z.output<typeof mcpServerPageSchema>

/** Schema of {@link AgentEarnings}. */
export const agentEarningsSchema = z.object({
  agentId: z.string(),
  fees: z.array(earnedTotalSchema),
  payments: z.array(earnedTotalSchema),
  receipts: z.int(),
})
/** What an agent earned, as confirmed receipts say; units in smallest units. */
export type AgentEarnings = z.output<typeof agentEarningsSchema>
