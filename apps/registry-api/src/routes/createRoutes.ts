// One file because it is one table: every call of the registry API.

import { createInterface } from 'node:readline'
import { type Registry, type SearchQuery, toChainId } from '@behest/registry'
import {
  heartbeatRequestSchema,
  type JsonValue,
  nameRequestSchema,
  publishRequestSchema,
  receiptSchema,
  removeRequestSchema,
  transferRequestSchema,
} from '@behest/spec'
import * as z from 'zod'
import { limitBytes } from '../http/limitBytes.js'
import { parsePart } from '../http/problem.js'
import { toAgentRead, toAgentWrite } from './agentRoutes.js'
import { createMcpRoutes } from './createMcpRoutes.js'
import type { Route } from './Route.js'
import {
  agentDetailSchema,
  agentListSchema,
  agentPathSchema,
  anchorRequestSchema,
  anchorSchema,
  earningsSchema,
  emptyQuerySchema,
  explainQuerySchema,
  explanationSchema,
  healthSchema,
  heartbeatResultSchema,
  importResultSchema,
  leaseListSchema,
  leasesQuerySchema,
  listQuerySchema,
  namePathSchema,
  nameResultSchema,
  nameSchema,
  publishResultSchema,
  receiptListSchema,
  receiptsQuerySchema,
  receiptViewSchema,
  removalResultSchema,
  searchPageSchema,
  searchQuerySchema,
  suspensionBodySchema,
  suspensionResultSchema,
  transferListSchema,
  transferResultSchema,
  versionListSchema,
} from './schemas.js'

const defaultLimit = 20
const maxImportBytes = 1024 * 1024 * 1024

/** Builds the calls of the API over one registry. */
export function createRoutes(registry: Registry): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/agents',
      name: 'publishAgent',
      summary:
        'Publish a signed card, renew its lease, or update it: send a higher sequence.',
      query: emptyQuerySchema,
      body: publishRequestSchema,
      answers: {
        200: { says: 'Updated or unchanged.', schema: publishResultSchema },
        201: { says: 'Published.', schema: publishResultSchema },
      },
      problems: [401, 409, 413, 415, 422],
      limit: 'write',
      handle: async (request, response) => {
        const body = parsePart(publishRequestSchema, 'body', request.body)
        const { type, agent, seq } = await registry.publish(body)
        response
          .status(type === 'created' ? 201 : 200)
          .location(`/v1/agents/${encodeURIComponent(agent.agentId)}`)
          .json({
            type,
            agentId: agent.agentId,
            leaseUntil: agent.leaseUntil,
            sequence: agent.sequence,
            status: agent.status,
            seq,
            agent,
          })
      },
    },
    {
      method: 'get',
      path: '/v1/agents',
      name: 'listAgents',
      summary:
        'List agents in the order of their last change. With removed=true it is the change feed that mirrors follow.',
      query: listQuerySchema,
      answers: { 200: { says: 'A page.', schema: agentListSchema } },
      problems: [],
      limit: 'search',
      handle: async (request, response) => {
        const query = parsePart(listQuerySchema, 'query', request.query)
        const page = await registry.list({
          afterSeq: Number(query.cursor ?? 0),
          limit: query.limit ?? defaultLimit,
          type: query.removed === 'true' ? 'with-removed' : 'present',
        })
        response.json({
          agents: page.agents,
          removed: page.removed,
          nextCursor: page.nextSeq === undefined ? null : `${page.nextSeq}`,
        })
      },
    },
    toAgentRead({
      name: 'getAgent',
      summary: 'Get one agent with its card as it was published.',
      says: 'The agent.',
      answer: agentDetailSchema,
      read: (id) => registry.get(id),
    }),
    toAgentWrite({
      method: 'delete',
      name: 'removeAgent',
      summary: "Take an agent off, with its owner's signature.",
      says: 'Removed.',
      answer: removalResultSchema,
      body: removeRequestSchema,
      problems: [401, 409],
      write: async (id, body) => {
        const { seq } = await registry.remove(id, body)
        return { removed: true, seq }
      },
    }),
    toAgentWrite({
      method: 'post',
      below: '/heartbeat',
      name: 'renewLease',
      summary: "Renew an agent's lease, signed by its owner or operator.",
      says: 'Renewed.',
      answer: heartbeatResultSchema,
      body: heartbeatRequestSchema,
      problems: [401, 409],
      write: (id, body) => registry.heartbeat(id, body),
    }),
    toAgentWrite({
      method: 'post',
      below: '/transfer',
      name: 'transferAgent',
      summary:
        'Hand an agent over to another owner. Both have signed; id, history and reputation stay.',
      says: 'Handed over.',
      answer: transferResultSchema,
      body: transferRequestSchema,
      problems: [401, 409],
      write: async (id, body) => {
        const { seq } = await registry.transfer(id, body)
        return { owner: body.message.newOwner.toLowerCase(), seq }
      },
    }),
    toAgentWrite({
      method: 'post',
      below: '/anchor',
      name: 'linkAnchor',
      summary:
        'Hand in the number that an agent has at the identity registry on chain (ERC-8004). The chain is asked whether it is its own.',
      says: 'Held against the chain.',
      answer: anchorSchema,
      body: anchorRequestSchema,
      problems: [503],
      write: (id, { tokenId }) => registry.linkAnchor(id, BigInt(tokenId)),
    }),
    toAgentRead({
      below: '/anchor',
      name: 'getAnchor',
      summary:
        'Hold what is listed of an agent against what stands on chain now.',
      says: 'Each thing that was compared.',
      answer: anchorSchema,
      limit: 'explain',
      problems: [503],
      read: (id) => registry.readAnchor(id),
    }),
    {
      method: 'post',
      path: '/v1/names',
      name: 'claimName',
      summary:
        'Claim a short name for an agent: first come, with a domain that lists its owner.',
      query: emptyQuerySchema,
      body: nameRequestSchema,
      answers: { 200: { says: 'Held.', schema: nameResultSchema } },
      problems: [401, 404, 409, 413, 415, 422],
      limit: 'write',
      handle: async (request, response) => {
        const body = parsePart(nameRequestSchema, 'body', request.body)
        response.json(await registry.claimName(body))
      },
    },
    {
      method: 'get',
      path: '/v1/names/{name}',
      name: 'getName',
      summary: 'Get who holds a short name.',
      parameters: namePathSchema,
      query: emptyQuerySchema,
      answers: { 200: { says: 'The name.', schema: nameSchema } },
      problems: [404],
      limit: 'search',
      handle: async (request, response) => {
        const { name } = parsePart(namePathSchema, 'path', request.params)
        response.json(await registry.getName(name.replace(/^@/, '')))
      },
    },
    toAgentRead({
      below: '/health',
      name: 'getHealth',
      summary: 'Get liveness as this registry measured it.',
      says: 'The health.',
      answer: healthSchema,
      read: (id) => registry.health(id),
    }),
    {
      method: 'get',
      path: '/v1/search',
      name: 'searchAgents',
      summary:
        'Find agents by what they can do and by words, best first, each with why.',
      query: searchQuerySchema,
      answers: { 200: { says: 'A page.', schema: searchPageSchema } },
      problems: [409],
      limit: 'search',
      handle: async (request, response) => {
        const query = parsePart(searchQuerySchema, 'query', request.query)
        response.json(await registry.search(toSearchQuery(query)))
      },
    },
    {
      method: 'get',
      path: '/v1/agents/{id}/explain',
      name: 'explainAgent',
      summary:
        'Explain why an agent ranks where it does for a search, or why it is not listed.',
      parameters: agentPathSchema,
      query: explainQuerySchema,
      answers: {
        200: { says: 'The explanation.', schema: explanationSchema },
      },
      problems: [404],
      limit: 'explain',
      handle: async (request, response) => {
        const { id } = parsePart(agentPathSchema, 'path', request.params)
        const query = parsePart(explainQuerySchema, 'query', request.query)
        response.json(await registry.explain(id, toSearchQuery(query)))
      },
    },
    toAgentRead({
      below: '/earnings',
      name: 'getEarnings',
      summary:
        'What an agent earned, in fees and per call, as confirmed receipts say.',
      says: 'The totals.',
      answer: earningsSchema,
      read: (id) => registry.readEarnings(id),
    }),
    toAgentRead({
      below: '/versions',
      name: 'listVersions',
      summary:
        "List the versions of an agent's card, newest first: who published each, and what it changed.",
      says: 'The versions.',
      answer: versionListSchema,
      read: async (id) => ({ versions: await registry.listVersions(id) }),
    }),
    toAgentRead({
      below: '/transfers',
      name: 'listTransfers',
      summary:
        'List how an agent came to its owner, oldest first, each hand-over as both owners signed it.',
      says: 'The hand-overs.',
      answer: transferListSchema,
      read: async (id) => ({ transfers: await registry.listTransfers(id) }),
    }),
    {
      method: 'post',
      path: '/v1/receipts',
      name: 'submitReceipt',
      summary:
        'Hand in a signed receipt. It counts once the chain has confirmed it.',
      query: emptyQuerySchema,
      body: receiptSchema,
      answers: {
        200: { says: 'Known already.', schema: receiptViewSchema },
        201: { says: 'Taken in.', schema: receiptViewSchema },
      },
      problems: [413, 415, 422],
      limit: 'write',
      handle: async (request, response) => {
        parsePart(z.looseObject({}), 'body', request.body)
        const { isNew, view } = await registry.submitReceipt(
          request.body as JsonValue,
        )
        response.status(isNew ? 201 : 200).json(view)
      },
    },
    {
      method: 'get',
      path: '/v1/receipts',
      name: 'listReceipts',
      summary:
        'List receipts, of one agent or of all: everything that trust is computed from.',
      query: receiptsQuerySchema,
      answers: { 200: { says: 'A page.', schema: receiptListSchema } },
      problems: [],
      limit: 'search',
      handle: async (request, response) => {
        const query = parsePart(receiptsQuerySchema, 'query', request.query)
        const page = await registry.listReceipts({
          ...(query.agent === undefined ? {} : { agentId: query.agent }),
          afterSeq: Number(query.cursor ?? 0),
          limit: query.limit ?? defaultLimit,
        })
        response.json({
          receipts: page.receipts,
          nextCursor: page.nextSeq === undefined ? null : `${page.nextSeq}`,
        })
      },
    },
    {
      method: 'get',
      path: '/v1/leases',
      name: 'listLeases',
      summary:
        'List leases in the order of their renewals, for mirrors: renewals change no agent.',
      query: leasesQuerySchema,
      answers: { 200: { says: 'A page.', schema: leaseListSchema } },
      problems: [],
      limit: 'search',
      handle: async (request, response) => {
        const query = parsePart(leasesQuerySchema, 'query', request.query)
        const page = await registry.listLeases({
          afterSeq: Number(query.cursor ?? 0),
          limit: query.limit ?? defaultLimit,
        })
        response.json({
          leases: page.leases,
          nextCursor: page.nextSeq === undefined ? null : `${page.nextSeq}`,
        })
      },
    },
    {
      method: 'post',
      path: '/v1/operator/import',
      name: 'importAgents',
      summary:
        'Load manifests in bulk, one JSON object a line. For the operator: nothing is signed, and the agents are marked so.',
      query: emptyQuerySchema,
      body: z.string(),
      bodyKind: 'lines',
      answers: { 200: { says: 'Loaded.', schema: importResultSchema } },
      problems: [401, 413, 415],
      limit: 'none',
      access: 'operator',
      handle: async (request, response) => {
        const lines = createInterface({
          input: request.pipe(limitBytes(maxImportBytes)),
          crlfDelay: Number.POSITIVE_INFINITY,
        })
        const { imported, refused } = await registry.importAgents(lines)
        response.json({
          imported,
          refused: refused.slice(0, 100),
          refusedCount: refused.length,
          waitingForVectors: await registry.countWaitingForVectors(),
        })
      },
    },
    {
      method: 'post',
      path: '/v1/operator/agents/{id}/suspension',
      name: 'suspendAgent',
      summary: 'Suspend an agent, or lift its suspension, with a reason.',
      parameters: agentPathSchema,
      query: emptyQuerySchema,
      body: suspensionBodySchema,
      answers: { 200: { says: 'Done.', schema: suspensionResultSchema } },
      problems: [401, 404, 413, 415],
      limit: 'none',
      access: 'operator',
      handle: async (request, response) => {
        const { id } = parsePart(agentPathSchema, 'path', request.params)
        const body = parsePart(suspensionBodySchema, 'body', request.body)
        await registry.suspend({ agentId: id, ...body })
        response.json({ status: (await registry.get(id)).status })
      },
    },
    ...createMcpRoutes(registry),
  ]
}

/** Turns the words of a query into what the registry understands. */
export function toSearchQuery(
  query: Partial<z.output<typeof searchQuerySchema>>,
): SearchQuery {
  const text = query.q?.trim()
  const chainId = query.chain === undefined ? undefined : toChainId(query.chain)
  return {
    ...(text === undefined || text === '' ? {} : { text }),
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(chainId === undefined ? {} : { chainId }),
    ...(query.token === undefined || query.token === ''
      ? {}
      : {
          tokens: query.token
            .split(',')
            .map((names) => names.split('|').filter((name) => name !== ''))
            .filter((names) => names.length > 0),
        }),
    ...(query.venue === undefined ? {} : { venue: query.venue }),
    ...(query.maxFeeBps === undefined ? {} : { maxFeeBps: query.maxFeeBps }),
    ...(query.maxLatencyMs === undefined
      ? {}
      : { maxLatencyMs: query.maxLatencyMs }),
    ...(query.status === undefined ? {} : { statuses: query.status }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...(query.minSeq === undefined ? {} : { minSeq: query.minSeq }),
    ...(query.seed === undefined ? {} : { seed: query.seed }),
    limit: query.limit ?? defaultLimit,
  }
}
