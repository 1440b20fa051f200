import { randomBytes } from 'node:crypto'
import { createRegistryClient } from '@behest/client'
import { originValidation, toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  createRequestStateCodec,
  type McpHttpHandler,
} from '@modelcontextprotocol/server'
import express, {
  type ErrorRequestHandler,
  type RequestHandler,
  Router,
} from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import { assertShallow } from '../../http/readRequest.js'
import type { Desk } from '../desk/createDesk.js'
import { type AskedApproval, createToolServer } from './createToolServer.js'

const maxBodyBytes = 256 * 1024
const ratePerMinute = 600
const maxAtWork = 64
const registryTimeoutMs = 3000
const approvalSeconds = 600

/**
 * Creates the route of the Model Context Protocol, Streamable HTTP, for the
 * revision of 2026-07-28 and, without sessions, for those before it.
 */
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
  const handler: McpHttpHandler = createMcpHandler(
    () =>
      createToolServer({
        desk,
        registry,
        codec,
        onDefect: (error) => logger.error({ error }, 'defect'),
      }),
    {
      maxRequestBodySize: maxBodyBytes,
      onerror: (error) =>
        logger.debug({ error: error.name }, 'an MCP request was refused'),
    },
  )
  const serve = toNodeHandler(handler)
  const isOwnOrigin = originValidation([
    'localhost',
    '127.0.0.1',
    '[::1]',
    new URL(options.serverUrl).hostname,
  ])

  const routes = Router()
  routes.use(
    '/mcp',
    ((request, response, next) => {
      if (isOwnOrigin(request, response)) next()
    }) satisfies RequestHandler,
    limitRate(),
    limitAtWork(),
    express.json({
      limit: maxBodyBytes,
      strict: false,
      verify: (_request, _response, raw) => assertShallow(raw),
    }),
  )
  routes.all('/mcp', (request, response) =>
    serve(request, response, request.body),
  )
  routes.use('/mcp', handleMcpError)
  return routes
}

function limitRate(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: ratePerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, response) =>
      refuse(response, 'Too many requests. Wait a minute.'),
  })
}

function limitAtWork(): RequestHandler {
  let atWork = 0
  return (_request, response, next) => {
    if (atWork >= maxAtWork) {
      refuse(response, 'Too many requests are at work. Try again soon.')
      return
    }
    atWork += 1
    response.once('close', () => {
      atWork -= 1
    })
    next()
  }
}

function refuse(response: express.Response, message: string): void {
  response.setHeader('Retry-After', '1')
  sendError(response, 429, { code: -32_000, message })
}

function sendError(
  response: express.Response,
  status: number,
  error: { readonly code: number; readonly message: string },
): void {
  response.status(status).json({ jsonrpc: '2.0', id: null, error })
}

/** What the body reader refuses, as JSON-RPC. */
const handleMcpError: ErrorRequestHandler = (
  thrown,
  _request,
  response,
  next,
) => {
  if (response.headersSent) return next(thrown)
  const { status, type } = thrown as { status?: number; type?: string }
  if (type === 'entity.parse.failed')
    return sendError(response, 400, {
      code: -32_700,
      message: 'Parse error: the body is not valid JSON.',
    })
  sendError(response, status === 413 ? 413 : 400, {
    code: -32_600,
    message:
      status === 413
        ? `The body has more than ${maxBodyBytes} bytes.`
        : 'The body could not be read.',
  })
}
