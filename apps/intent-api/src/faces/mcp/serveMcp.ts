import { originValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'
import express, {
  type ErrorRequestHandler,
  type RequestHandler,
  Router,
} from 'express'
import { rateLimit } from 'express-rate-limit'
import { assertShallow } from '../../http/readRequest.js'

const maxBodyBytes = 256 * 1024
const ratePerMinute = 600
const maxAtWork = 64

/**
 * Serves the Model Context Protocol at `/mcp`, Streamable HTTP, for the revision
 * of 2026-07-28 and, without sessions, for those before it. What is offered is
 * the given server's: the conformance suite is pointed at its own tools behind
 * exactly these guards.
 */
export function serveMcp(options: {
  /** Creates the server of one request; cheap, since it is asked each time. */
  readonly createServer: () => McpServer
  readonly serverUrl: string
  readonly onRefused: (error: Error) => void
}): Router {
  const handler = createMcpHandler(options.createServer, {
    maxRequestBodySize: maxBodyBytes,
    onerror: options.onRefused,
  })
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
