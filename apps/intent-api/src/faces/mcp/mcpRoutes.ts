import { randomBytes } from 'node:crypto'
import { createRegistryClient } from '@behest/client'
import { createRequestStateCodec } from '@modelcontextprotocol/server'
import type { Router } from 'express'
import type { Logger } from 'pino'
import type { Desk } from '../desk/createDesk.js'
import { type AskedApproval, createToolServer } from './createToolServer.js'
import { serveMcp } from './serveMcp.js'

const registryTimeoutMs = 3000
const approvalSeconds = 600

/** Creates the route `/mcp`, with the tools over the desk. */
export function mcpRoutes(options: {
  readonly desk: Desk
  readonly logger: Logger
  readonly serverUrl: string
  readonly registryUrl: string
}): Router {
  const { desk, logger } = options
  const registry = createRegistryClient({
    baseUrl: options.registryUrl,
    timeoutMs: registryTimeoutMs,
  })
  // Of this process: an approval that was asked for elsewhere is asked again.
  const codec = createRequestStateCodec<AskedApproval>({
    key: randomBytes(32),
    ttlSeconds: approvalSeconds,
    bind: (context) => context.mcpReq.method,
  })
  return serveMcp({
    createServer: () =>
      createToolServer({
        desk,
        registry,
        codec,
        onDefect: (error) => logger.error({ error }, 'defect'),
      }),
    serverUrl: options.serverUrl,
    onRefused: (error) =>
      logger.debug({ error: error.name }, 'an MCP request was refused'),
  })
}
