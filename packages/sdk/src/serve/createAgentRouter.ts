import {
  A2A_CONTENT_TYPE,
  A2A_VERSION_HEADER,
  AGENT_CARD_PATH,
  Extensions,
  HTTP_EXTENSION_HEADER,
} from '@a2a-js/sdk'
import {
  ContentTypeNotSupportedError,
  RequestMalformedError,
  restStatusFor,
  toRestErrorBody,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import {
  type A2ARequestHandler,
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
} from '@a2a-js/sdk/server'
import { restHandler } from '@a2a-js/sdk/server/express'
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express'
import { keccak256, stringToHex } from 'viem'
import { toCaller } from './Caller.js'
import type {
  BrokenRequest,
  BrokenRequestAnswer,
} from './createPromptServer.js'
import { measureJsonDepth } from './measureJsonDepth.js'

/** Longest request body, in bytes. */
export const maxRequestBytes = 262_144

// Recursive parsers below us overflow at a thousand; no request needs twenty.
const maxRequestDepth = 20

/**
 * Creates the routes of one agent: its card, JSON-RPC at the root, and the REST
 * binding beside it. Size, depth and shape are checked before anything else
 * reads the body; whatever comes in, the answer is an A2A error and no 500.
 *
 * @param options.handler - The agent's A2A side.
 * @param options.cardText - The signed card, served verbatim.
 * @param options.admit - Lets a request in once its body is there, or says busy:
 *   counted before, slow senders would fill the places of all others.
 * @param options.paywall - Stands before every call that can give a quote.
 * @param options.onError - Told about what nobody foresaw.
 */
export function createAgentRouter(options: {
  readonly handler: A2ARequestHandler
  readonly cardText: string
  readonly admit: RequestHandler
  readonly paywall?: RequestHandler
  readonly onError: (error: unknown) => void
}): Router {
  const { handler, cardText, admit, onError } = options
  const paywall = options.paywall ?? passOn
  const rpc = new JsonRpcTransportHandler(handler)
  const rest = restHandler({
    requestHandler: handler,
    userBuilder: async (request) => toCaller(request),
  })
  const etag = `"${keccak256(stringToHex(cardText)).slice(2, 34)}"`

  const router = Router()
  router.get(`/${AGENT_CARD_PATH}`, (request, response) => {
    response.set({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'public, max-age=60',
      etag,
    })
    if (request.fresh) response.status(304).end()
    else response.send(cardText)
  })
  const steps = [requireJson, readJson, admit, paywall]
  router.post('/', ...steps, async (request, response) => {
    const body: unknown = request.body
    const context = createContext(request)
    let answer: unknown
    try {
      validateVersion(
        context.requestedVersion,
        await handler.getAgentCard(),
        'JSONRPC',
      )
      if (isStreamingCall(body)) throw noStreaming()
      answer = await rpc.handle(body as Record<string, unknown>, context)
    } catch (error) {
      answer = toRpcError(error, body)
    }
    if (context.activatedExtensions)
      response.set(HTTP_EXTENSION_HEADER, [...context.activatedExtensions])
    response.json(answer)
  })
  router.use(restOnly, readJson, admit, paywall, rest)
  router.use(createErrorHandler(onError))
  return router
}

const passOn: RequestHandler = (_request, _response, next) => next()

const readJson: RequestHandler = express.json({
  limit: maxRequestBytes,
  type: ['application/json', A2A_CONTENT_TYPE],
  strict: false,
  // Compressed bodies hide their size: nobody needs them for a request.
  inflate: false,
  verify: (_request, _response, bytes) => {
    const depth = measureJsonDepth(bytes)
    if (depth > maxRequestDepth)
      throw new RequestMalformedError(
        `The body nests ${depth} levels deep; at most ${maxRequestDepth} are read.`,
      )
  },
})

const requireJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json')) return next()
  response.json(
    toRpcError(
      new ContentTypeNotSupportedError(
        'Send JSON-RPC 2.0 as application/json.',
      ),
      undefined,
    ),
  )
}

// Only what the agent speaks. The SDK's router has more: tenants, which log
// what strangers write, and streams, whose errors it prints.
const restRoutes = [
  /^POST \/message:send$/,
  /^GET \/tasks$/,
  /^GET \/tasks\/[^/:]+$/,
  /^POST \/tasks\/[^/:]+:cancel$/,
  /^GET \/extendedAgentCard$/,
]

const restOnly: RequestHandler = (request, response, next) => {
  const route = `${request.method} ${request.path}`
  if (restRoutes.some((known) => known.test(route))) return next()
  const error = /:(?:stream|subscribe)$/.test(request.path)
    ? noStreaming()
    : new UnsupportedOperationError('No such A2A operation here.')
  const status = /:(?:stream|subscribe)$/.test(request.path) ? 400 : 404
  sendRestError(response, error, status)
}

function createContext(request: Request): ServerCallContext {
  return new ServerCallContext({
    requestedExtensions: Extensions.parseServiceParameter(
      request.header(HTTP_EXTENSION_HEADER),
    ),
    // Absent means 0.3, as A2A says; the SDK's context knows that.
    requestedVersion: request.header(A2A_VERSION_HEADER) ?? '',
    user: toCaller(request),
  })
}

function isStreamingCall(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'method' in body &&
    (body.method === 'SendStreamingMessage' ||
      body.method === 'SubscribeToTask')
  )
}

function noStreaming() {
  return new UnsupportedOperationError(
    'This agent does not stream. Use SendMessage.',
  )
}

function toRpcError(error: unknown, body: unknown) {
  const id =
    typeof body === 'object' && body !== null && 'id' in body ? body.id : null
  return {
    jsonrpc: '2.0',
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    error: JsonRpcTransportHandler.mapToJSONRPCError(error),
  }
}

/**
 * Puts a request that never became whole into A2A's words: those of REST below
 * `/message:` and `/tasks`, of JSON-RPC anywhere else.
 */
export function renderBrokenRequest({
  status,
  detail,
  path = '/',
}: BrokenRequest): BrokenRequestAnswer {
  const error = new RequestMalformedError(detail)
  return /\/(?:message:|tasks\b|extendedAgentCard)/.test(path)
    ? {
        contentType: A2A_CONTENT_TYPE,
        body: toRestErrorBody(error, status),
      }
    : {
        contentType: 'application/json',
        body: toRpcError(error, undefined),
      }
}

function sendRestError(
  response: Response,
  error: unknown,
  status: number,
): void {
  response
    .status(status)
    .type(A2A_CONTENT_TYPE)
    .send(JSON.stringify(toRestErrorBody(error, status)))
}

/** One place where every error that is left becomes an answer. */
function createErrorHandler(
  onError: (error: unknown) => void,
): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const { answered, status, isParseError } = classify(error)
    if (status >= 500) onError(error)
    if (request.method === 'POST' && request.path === '/') {
      response.status(status === 413 ? 413 : 200).json({
        ...toRpcError(answered, undefined),
        ...(isParseError
          ? { error: { code: -32_700, message: 'Invalid JSON payload.' } }
          : {}),
      })
      return
    }
    sendRestError(response, answered, status)
  }
}

function classify(error: unknown): {
  readonly answered: unknown
  readonly status: number
  readonly isParseError: boolean
} {
  if (error instanceof RequestMalformedError)
    return { answered: error, status: 400, isParseError: false }
  const status =
    typeof error === 'object' &&
    error !== null &&
    'status' in error &&
    typeof error.status === 'number'
      ? error.status
      : restStatusFor(error)
  if (status === 413)
    return {
      answered: new RequestMalformedError(
        `The body is longer than ${maxRequestBytes} bytes.`,
      ),
      status,
      isParseError: false,
    }
  if (status >= 400 && status < 500)
    return {
      answered: new RequestMalformedError('The body could not be read.'),
      status,
      isParseError: true,
    }
  return {
    answered: new RequestMalformedError('The request failed.'),
    status: 500,
    isParseError: false,
  }
}
