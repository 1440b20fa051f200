// One file because it is one table: every call of the registry API.
import { type Registry, type SearchQuery, toChainId } from '@behest/registry'
import {
  heartbeatRequestSchema,
  publishRequestSchema,
  removeRequestSchema,
} from '@behest/spec'
import type * as z from 'zod'
import { parsePart } from '../http/problem.js'
import type { Route } from './Route.js'
import {
  agentDetailSchema,
  agentListSchema,
  agentPathSchema,
  emptyQuerySchema,
  healthSchema,
  heartbeatResultSchema,
  listQuerySchema,
  publishResultSchema,
  removalResultSchema,
  searchPageSchema,
  searchQuerySchema,
} from './schemas.js'

const defaultLimit = 20

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
    {
      method: 'get',
      path: '/v1/agents/{id}',
      name: 'getAgent',
      summary: 'Get one agent with its card as it was published.',
      parameters: agentPathSchema,
      query: emptyQuerySchema,
      answers: { 200: { says: 'The agent.', schema: agentDetailSchema } },
      problems: [404],
      limit: 'search',
      handle: async (request, response) => {
        const { id } = parsePart(agentPathSchema, 'path', request.params)
        response.json(await registry.get(id))
      },
    },
    {
      method: 'delete',
      path: '/v1/agents/{id}',
      name: 'removeAgent',
      summary: "Take an agent off, with its owner's signature.",
      parameters: agentPathSchema,
      query: emptyQuerySchema,
      body: removeRequestSchema,
      answers: { 200: { says: 'Removed.', schema: removalResultSchema } },
      problems: [401, 404, 409, 413, 415, 422],
      limit: 'write',
      handle: async (request, response) => {
        const { id } = parsePart(agentPathSchema, 'path', request.params)
        const body = parsePart(removeRequestSchema, 'body', request.body)
        const { seq } = await registry.remove(id, body)
        response.json({ removed: true, seq })
      },
    },
    {
      method: 'post',
      path: '/v1/agents/{id}/heartbeat',
      name: 'renewLease',
      summary: "Renew an agent's lease, signed by its owner or operator.",
      parameters: agentPathSchema,
      query: emptyQuerySchema,
      body: heartbeatRequestSchema,
      answers: { 200: { says: 'Renewed.', schema: heartbeatResultSchema } },
      problems: [401, 404, 409, 413, 415, 422],
      limit: 'write',
      handle: async (request, response) => {
        const { id } = parsePart(agentPathSchema, 'path', request.params)
        const body = parsePart(heartbeatRequestSchema, 'body', request.body)
        response.json(await registry.heartbeat(id, body))
      },
    },
    {
      method: 'get',
      path: '/v1/agents/{id}/health',
      name: 'getHealth',
      summary: 'Get liveness as this registry measured it.',
      parameters: agentPathSchema,
      query: emptyQuerySchema,
      answers: { 200: { says: 'The health.', schema: healthSchema } },
      problems: [404],
      limit: 'search',
      handle: async (request, response) => {
        const { id } = parsePart(agentPathSchema, 'path', request.params)
        response.json(await registry.health(id))
      },
    },
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
  ]
}

/** Turns the words of a query into what the registry understands. */
export function toSearchQuery(
  query: z.output<typeof searchQuerySchema>,
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
    ...(query.status === undefined ? {} : { statuses: query.status }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...(query.minSeq === undefined ? {} : { minSeq: query.minSeq }),
    ...(query.seed === undefined ? {} : { seed: query.seed }),
    limit: query.limit ?? defaultLimit,
  }
}
