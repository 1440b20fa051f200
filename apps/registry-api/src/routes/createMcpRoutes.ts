import type { AgentView, Registry } from '@behest/registry'
import { AgentNotFoundError } from '@behest/registry'
import type { Request } from 'express'
import { parsePart, RequestMalformedError } from '../http/problem.js'
import type { Route } from './Route.js'
import {
  emptyQuerySchema,
  mcpNameSchema,
  mcpQuerySchema,
  mcpServerListSchema,
  mcpServerSchema,
  mcpVersionSchema,
} from './schemas.js'

const namespace = 'dev.behest'
const schemaUrl =
  'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'

/**
 * Builds the read side of an MCP registry over the same agents. They speak A2A,
 * so no remote is claimed: where to speak to them stands in `_meta`.
 */
export function createMcpRoutes(registry: Registry): Route[] {
  return [
    {
      method: 'get',
      path: '/v0.1/servers',
      name: 'listMcpServers',
      summary: 'List the same agents as an MCP registry lists servers.',
      query: mcpQuerySchema,
      answers: { 200: { says: 'A page.', schema: mcpServerListSchema } },
      problems: [],
      limit: 'search',
      handle: async (request, response) => {
        const query = parsePart(mcpQuerySchema, 'query', request.query)
        const sinceMs =
          query.updated_since === undefined
            ? undefined
            : Date.parse(query.updated_since)
        if (sinceMs !== undefined && Number.isNaN(sinceMs))
          throw new RequestMalformedError({
            where: 'query',
            reason: 'updated_since is not a time as RFC 3339 writes it',
          })
        const page = await registry.listByName({
          afterId: query.cursor ?? '',
          limit: query.limit ?? 30,
          ...(query.search === undefined ? {} : { search: query.search }),
          ...(sinceMs === undefined ? {} : { updatedSinceMs: sinceMs }),
          type: query.include_deleted === 'true' ? 'with-removed' : 'present',
        })
        // Only the latest version is served, so another one finds nothing.
        const servers = page.agents
          .filter(
            ({ version }) =>
              query.version === undefined ||
              query.version === 'latest' ||
              query.version === version,
          )
          .map((agent) => toServer(agent, agent.removed))
        response.json({
          servers,
          metadata: {
            count: servers.length,
            ...(page.nextId === undefined ? {} : { nextCursor: page.nextId }),
          },
        })
      },
    },
    {
      method: 'get',
      path: '/v0.1/servers/{name}/versions',
      name: 'listMcpServerVersions',
      summary: 'List the versions of one server: the latest one.',
      parameters: mcpNameSchema,
      query: emptyQuerySchema,
      answers: { 200: { says: 'A page.', schema: mcpServerListSchema } },
      problems: [404],
      limit: 'search',
      handle: async (request, response) => {
        const agent = await findByName(registry, request)
        response.json({
          servers: [toServer(agent, false)],
          metadata: { count: 1 },
        })
      },
    },
    {
      method: 'get',
      path: '/v0.1/servers/{name}/versions/{version}',
      name: 'getMcpServerVersion',
      summary: 'Get one version of one server.',
      parameters: mcpVersionSchema,
      query: emptyQuerySchema,
      answers: { 200: { says: 'The server.', schema: mcpServerSchema } },
      problems: [404],
      limit: 'search',
      handle: async (request, response) => {
        const { version } = parsePart(mcpVersionSchema, 'path', request.params)
        const agent = await findByName(registry, request)
        if (version !== 'latest' && version !== agent.version)
          throw new AgentNotFoundError({
            agentId: `${agent.agentId} ${version}`,
          })
        response.json(toServer(agent, false))
      },
    },
  ]
}

async function findByName(
  registry: Registry,
  request: Request,
): Promise<AgentView> {
  const name = request.params.name
  const prefix = `${namespace}/`
  if (typeof name !== 'string' || !name.startsWith(prefix))
    throw new AgentNotFoundError({ agentId: `${name}` })
  return registry.get(name.slice(prefix.length))
}

function toServer(agent: AgentView, removed: boolean) {
  return {
    server: {
      $schema: schemaUrl,
      name: `${namespace}/${agent.agentId}`,
      title: agent.name.slice(0, 100),
      description:
        (agent.description || agent.name).slice(0, 100).trim() || agent.agentId,
      version: agent.version,
      ...(agent.url.startsWith('https://') ? { websiteUrl: agent.url } : {}),
      _meta: {
        'dev.behest/a2a': {
          url: agent.url,
          endpoint: agent.endpoint,
          agent: agent.agent,
          // What failed its contract test is not offered here either.
          capabilities: agent.capabilities.filter(
            ({ action }) => !agent.delisted.includes(action),
          ),
          status: agent.status,
          marks: agent.marks,
        },
      },
    },
    _meta: {
      'io.modelcontextprotocol.registry/official': {
        ...toMcpStatus(agent, removed),
        publishedAt: agent.publishedAt,
        updatedAt: agent.updatedAt,
        isLatest: true,
      },
    },
  }
}

// MCP knows three states. Who was not seen to be there is not one to connect to.
function toMcpStatus(agent: AgentView, removed: boolean) {
  if (removed) return { status: 'deleted' as const }
  switch (agent.status) {
    case 'live':
    case 'degraded':
    case 'unverified':
      return { status: 'active' as const }
    case 'stale':
    case 'down':
    case 'expired':
    case 'suspended':
      return {
        status: 'deprecated' as const,
        statusMessage: `${agent.status}: ${agent.statusReason}`.slice(0, 300),
      }
    default:
      return agent.status satisfies never
  }
}
