import { createServer, type RequestListener, type Server } from 'node:http'
import { answerBrokenRequests } from '@behest/sdk'
import { renderBrokenRequest } from '../faces/renderBrokenRequest.js'

/**
 * How long a connection may take to say what it wants. Node's own limits are
 * minutes, in which a few slow callers hold every connection.
 */
const connectionLimits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  // The limits above bite when they are looked at.
  connectionsCheckingInterval: 2000,
} as const

/** Creates the server of the intent API, with its limits on connections. */
export function createIntentServer(app: RequestListener): Server {
  const server = createServer(connectionLimits, app)
  answerBrokenRequests(server, renderBrokenRequest)
  return server
}
