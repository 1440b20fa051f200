import type { RequestListener, Server } from 'node:http'
import { createPromptServer } from '@behest/sdk'

/** Creates the server of a registry, with its limits on connections. */
export function createRegistryServer(app: RequestListener): Server {
  const server = createPromptServer(app)
  server.keepAliveTimeout = 60_000
  server.maxConnections = 4_000
  return server
}
