// One file because it is one description: the form of everything that goes in
// and comes out, for checking and for /openapi.json.
import { agentStatuses, toChainId } from '@behest/registry'
import {
  actions,
  addressSchema,
  capabilitySchema,
  hashSchema,
  hexSchema,
  problemSchema,
  text,
  transferMessageSchema,
} from '@behest/spec'
import * as z from 'zod'

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, {
      message: `must be from ${least} to ${most}`,
    })

const isoTime = z.string().max(40)

/** An id in a path. Any text is looked for; only ours are found. */
export const agentPathSchema = z.strictObject({ id: text(128).min(1) })

const chainParameter = text(40)
  .min(1)
  .refine((chain) => toChainId(chain) !== undefined, {
    message: 'is neither a chain id nor a chain name that is known here',
  })

/** Query of a search. */
export const searchQuerySchema = z.strictObject({
  q: text(2000).optional(),
  action: z.enum(actions).optional(),
  chain: chainParameter.optional(),
  token: text(500).optional(),
  venue: text(64).min(1).optional(),
  maxFeeBps: wholeNumber(0, 10_000).optional(),
  /** Most that 95 in 100 of its quotes took over a day, in ms. */
  maxLatencyMs: wholeNumber(1, 60_000).optional(),
  status: z
    .string()
    .max(100)
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(agentStatuses)).max(agentStatuses.length))
    .optional(),
  limit: wholeNumber(1, 100).optional(),
  cursor: text(200).optional(),
  minSeq: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  seed: text(128).optional(),
})

/** Query of an explanation: the search that it is about. */
export const explainQuerySchema = searchQuerySchema.omit({
  cursor: true,
  minSeq: true,
  seed: true,
})

/** Query of receipts. */
export const receiptsQuerySchema = z.strictObject({
  agent: text(128).min(1).optional(),
  limit: wholeNumber(1, 100).optional(),
  cursor: text(40)
    .regex(/^\d{1,15}$/, 'must be a cursor of this list')
    .optional(),
})

/** Body of a suspension. */
export const suspensionBodySchema = z.strictObject({
  type: z.enum(['suspend', 'lift']),
  reason: text(500).min(1),
})

/** Query of leases. */
export const leasesQuerySchema = receiptsQuerySchema.omit({ agent: true })

/** Leases in the order of their renewals. */
export const leaseListSchema = z.object({
  leases: z.array(
    z.object({ agentId: z.string(), leaseUntil: isoTime, seq: z.int() }),
  ),
  nextCursor: z.string().nullable(),
})

/** Query of a list. */
export const listQuerySchema = z.strictObject({
  limit: wholeNumber(1, 100).optional(),
  cursor: text(40)
    .regex(/^\d{1,15}$/, 'must be a cursor of this list')
    .optional(),
  /** The change feed: removed agents are named too. */
  removed: z.enum(['true', 'false']).optional(),
})

/** No query at all. */
export const emptyQuerySchema = z.strictObject({})

const status = z.enum(agentStatuses)

/** One agent as it is shown. */
export const agentViewSchema = z.object({
  agentId: z.string(),
  source: z.enum(['signed', 'imported']),
  owner: addressSchema.nullable(),
  agent: addressSchema.nullable(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  url: z.string(),
  endpoint: z.string(),
  contact: z.string().nullable(),
  reference: z.boolean(),
  cardHash: hashSchema,
  capabilities: z.array(capabilitySchema),
  examples: z.array(z.string()),
  keywords: z.string(),
  sequence: z.int(),
  status,
  statusSince: isoTime,
  statusReason: z.string(),
  delisted: z.array(z.string()),
  trust: z.record(z.string(), z.json()).nullable(),
  /** What 95 in 100 of its quotes took at most, in ms; `null` before one. */
  p95LatencyMs: z.number().nullable(),
  publishedAt: isoTime,
  updatedAt: isoTime,
  leaseUntil: isoTime.nullable(),
  seq: z.int(),
  /** Whether the card carries the agent's own signature (JWS). */
  cardSigned: z.boolean(),
  /** The short name that its owner holds, without the `@`. */
  handle: z.string().nullable(),
  /** What a reader should know about the card's text. */
  marks: z.array(z.enum(['instruction-like', 'markup', 'few-examples'])),
})

/** The answer to a publish. */
export const publishResultSchema = z.object({
  type: z.enum(['created', 'updated', 'unchanged']),
  agentId: z.string(),
  leaseUntil: isoTime.nullable(),
  sequence: z.int(),
  status,
  seq: z.int(),
  agent: agentViewSchema,
})

/** One agent with its card as it was published. */
export const agentDetailSchema = agentViewSchema.extend({
  card: z.string(),
  message: z.json(),
  signature: z.string().nullable(),
  /** Every key that owned the agent or signed its quotes. */
  keys: z.array(
    z.object({
      key: addressSchema,
      role: z.enum(['owner', 'agent']),
      since: isoTime,
    }),
  ),
})

/** A page of agents, in the order of their last change. */
export const agentListSchema = z.object({
  agents: z.array(agentViewSchema),
  removed: z.array(z.object({ agentId: z.string(), seq: z.int() })),
  nextCursor: z.string().nullable(),
})

const scoreParts = z.object({
  relevance: z.number(),
  trust: z.number(),
  health: z.number(),
  price: z.number(),
})

/** One agent that was found. */
export const searchHitSchema = z.object({
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
  marks: z.array(z.string()),
  p95LatencyMs: z.number().nullable(),
  status,
  score: z.number(),
  parts: scoreParts,
  why: z.array(z.string()),
  reference: z.boolean(),
  leaseUntil: isoTime.nullable(),
  cardSigned: z.boolean(),
  handle: z.string().nullable(),
})

/** A page of what was found. */
export const searchPageSchema = z.object({
  results: z.array(searchHitSchema),
  nextCursor: z.string().nullable(),
  indexSeq: z.int(),
  formulaVersion: z.string(),
  degraded: z.array(z.enum(['vector'])),
})

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

/** An agent's health as measured. */
export const healthSchema = z.object({
  agentId: z.string(),
  listedAs: status,
  status,
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

/** The answer to a heartbeat. */
export const heartbeatResultSchema = z.object({ leaseUntil: isoTime })

/** The answer to a transfer. */
export const transferResultSchema = z.object({
  owner: addressSchema,
  seq: z.int(),
})

/** A short name in a path. */
export const namePathSchema = z.strictObject({ name: text(64).min(1) })

/** A short name that somebody holds. */
export const nameSchema = z.object({
  name: z.string(),
  agentId: z.string(),
  owner: addressSchema,
  origin: z.string(),
  claimedAt: isoTime,
  provedAt: isoTime,
})

/** The answer to a claim. */
export const nameResultSchema = nameSchema.extend({ seq: z.int() })

/** The answer to a removal. */
export const removalResultSchema = z.object({
  removed: z.literal(true),
  seq: z.int(),
})

/** Why an agent stands where it does. */
export const explanationSchema = z.object({
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
      name: z.enum(['words', 'letters', 'meaning']),
      raw: z.number(),
      value: z.number(),
      z: z.number(),
      weight: z.number(),
      product: z.number(),
    }),
  ),
  fused: z.number().nullable(),
  z: z.number().nullable(),
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

/** A receipt as it is shown. */
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

/** A page of receipts, in the order in which they came. */
export const receiptListSchema = z.object({
  receipts: z.array(receiptViewSchema),
  nextCursor: z.string().nullable(),
})

const earnedTotalSchema = z.object({
  chainId: z.int(),
  token: z.string(),
  symbol: z.string(),
  units: z.string(),
  decimal: z.string(),
  receipts: z.int(),
})

/** What an agent earned. */
export const earningsSchema = z.object({
  agentId: z.string(),
  fees: z.array(earnedTotalSchema),
  payments: z.array(earnedTotalSchema),
  receipts: z.int(),
})

/** Body of an anchor: the agent's number at the identity registry, decimal. */
export const anchorRequestSchema = z.strictObject({
  // 2^256 has one digit more.
  tokenId: z.string().regex(/^\d{1,77}$/, 'must be a number below 2^256'),
})

/** Where an agent stands on chain, held against what is listed. */
export const anchorSchema = z.object({
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

/** What an import did. */
export const importResultSchema = z.object({
  imported: z.int(),
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
  refusedCount: z.int(),
  waitingForVectors: z.int(),
})

/** The answer to a suspension. */
export const suspensionResultSchema = z.object({ status })

/** The versions of a card. */
export const versionListSchema = z.object({
  versions: z.array(
    z.object({
      sequence: z.int(),
      cardHash: hashSchema,
      by: addressSchema.nullable(),
      at: isoTime,
      changes: z
        .object({
          fields: z.array(z.string()),
          added: z.array(z.string()),
          removed: z.array(z.string()),
          changed: z.array(z.string()),
        })
        .nullable(),
    }),
  ),
})

/** How an agent came to its owner. */
export const transferListSchema = z.object({
  transfers: z.array(
    z.object({
      owner: addressSchema,
      message: transferMessageSchema,
      signature: hexSchema,
      newOwnerSignature: hexSchema,
      at: isoTime,
    }),
  ),
})

const mcpServer = z.object({
  server: z.object({
    $schema: z.string(),
    name: z.string(),
    title: z.string(),
    description: z.string(),
    version: z.string(),
    websiteUrl: z.string().optional(),
    _meta: z.record(z.string(), z.json()),
  }),
  _meta: z.record(z.string(), z.json()),
})

/** Agents as an MCP registry lists servers. */
export const mcpServerListSchema = z.object({
  servers: z.array(mcpServer),
  metadata: z.object({ nextCursor: z.string().optional(), count: z.int() }),
})
/** One agent as an MCP registry shows a server. */
export const mcpServerSchema = mcpServer

/** Query of the MCP view. */
export const mcpQuerySchema = z.strictObject({
  cursor: text(200).optional(),
  limit: wholeNumber(1, 100).optional(),
  search: text(200).optional(),
  updated_since: text(40).optional(),
  version: text(40).optional(),
  include_deleted: z.enum(['true', 'false']).optional(),
})
export const mcpNameSchema = z.strictObject({ name: text(200).min(1) })
export const mcpVersionSchema = z.strictObject({
  name: text(200).min(1),
  version: text(100).min(1),
})

/** Whether the process is alive. */
export const healthzSchema = z.object({ status: z.literal('ok') })

/** Whether the process can answer, and how far it has read. */
export const readyzSchema = z.object({
  status: z.enum(['ready', 'draining', 'waiting']),
  indexSeq: z.int(),
  lag: z.int(),
  agents: z.int(),
  chainId: z.int().nullable(),
})

export { problemSchema }
