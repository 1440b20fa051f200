import { createServer, type RequestListener, type Server } from 'node:http'
import { answerBrokenRequests } from '@behest/sdk'
import { renderBrokenRequest } from './renderBrokenRequest.js'

/**
 * Creates the server of a registry, with its limits on connections: headers in
 * 5 s, the whole request in 10 s, then whoever asks is sent away.
 */
export function createRegistryServer(app: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 60_000,
      // The limits above bite when they are looked at; Node looks every 30 s.
      connectionsCheckingInterval: 2_000,
    },
    app,
  )
  server.maxConnections = 4_000
  answerBrokenRequests(server, renderBrokenRequest)
  return server
}
