import { AsyncLocalStorage } from 'node:async_hooks'
import {
  A2A_CONTENT_TYPE,
  A2A_VERSION_HEADER,
  AGENT_CARD_PATH,
  AgentCard,
} from '@a2a-js/sdk'
import {
  ContentTypeNotSupportedError,
  RequestMalformedError,
  restStatusFor,
  toRestErrorBody,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import {
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
} from '@a2a-js/sdk/server'
import { restHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import type { ContextStore } from '@behest/journal'
import express, {
  type ErrorRequestHandler,
  type RequestHandler,
  Router,
} from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import { openEventStream, toLeftSignal } from '../../http/openEventStream.js'
import { assertShallow } from '../../http/readRequest.js'
import type { Desk } from '../desk/createDesk.js'
import { type Admission, buildEngineCard } from './buildEngineCard.js'
import { createTaskHandler } from './createTaskHandler.js'
import type { PushDesk } from './push/createPushDesk.js'

const maxBodyBytes = 256 * 1024
const ratePerMinute = 600
const maxAtWork = 64

/**
 * Creates the routes of A2A 1.0: the card, JSON-RPC at `/a2a`, and the REST
 * binding below it. Whatever comes in, the answer is an error of A2A.
 */
export function a2aRoutes(options: {
  readonly desk: Desk
  readonly push: PushDesk
  readonly contexts: ContextStore
  readonly logger: Logger
  readonly serverUrl: string
  readonly admission: Admission
}): Router {
  const { desk, push, contexts, logger } = options
  const card = buildEngineCard(options)
  const cardJson = AgentCard.toJSON(card)
  const onError = (error: unknown): void => {
    logger.error({ error }, 'defect')
  }
  // The SDK does not tell its handler that a client has gone; this does.
  const left = new AsyncLocalStorage<AbortSignal>()
  const handler = createTaskHandler({
    desk,
    card,
    push,
    contexts,
    readSignal: () => left.getStore() ?? new AbortController().signal,
    onError,
  })
  const rpc = new JsonRpcTransportHandler(handler)
  const rest = restHandler({
    requestHandler: handler,
    userBuilder: UserBuilder.noAuthentication,
  })

  const routes = Router()
  routes.get(`/${AGENT_CARD_PATH}`, (_request, response) => {
    response.setHeader('Cache-Control', 'public, max-age=60')
    response.json(cardJson)
  })

  const admit = [limitRate(), limitAtWork()]
  routes.post('/a2a', requireJson, readJson, admit, (async (
    request,
    response,
  ) => {
    const body: unknown = request.body
    const signal = toLeftSignal(response)
    try {
      const context = new ServerCallContext({
        requestedVersion: request.header(A2A_VERSION_HEADER) ?? '',
      })
      validateVersion(context.requestedVersion, card, 'JSONRPC')
      const answer = await left.run(signal, () =>
        rpc.handle(body as Record<string, unknown>, context),
      )
      if (!(Symbol.asyncIterator in answer)) {
        if (!signal.aborted) response.json(withPageToken(answer))
        return
      }
      // What can be refused is refused before the stream is open.
      const events = answer[Symbol.asyncIterator]()
      let next = await left.run(signal, () => events.next())
      const stream = openEventStream({ response, signal })
      try {
        while (!next.done && !signal.aborted) {
          await stream.send({ data: JSON.stringify(next.value) })
          next = await events.next()
        }
      } catch (error) {
        await stream.send({ data: JSON.stringify(toRpcError(error, body)) })
      } finally {
        await events.return?.(undefined)
        stream.end()
      }
    } catch (error) {
      if (!response.headersSent) response.json(toRpcError(error, body))
    }
  }) satisfies RequestHandler)

  const restRoutes = Router()
  restRoutes.get('/tasks', (_request, response, next) => {
    const send = response.json.bind(response)
    response.json = (body: unknown) => send(withPageToken(body))
    next()
  })
  restRoutes.use(restOnly, readJson, admit, ((request, response, next) => {
    left.run(toLeftSignal(response), () => rest(request, response, next))
  }) satisfies RequestHandler)
  routes.use('/a2a', restRoutes)
  routes.use('/a2a', handleA2aError(onError))
  return routes
}

/** Clients look for an empty `nextPageToken`, which ProtoJSON leaves out. */
function withPageToken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  if ('result' in body) return { ...body, result: withPageToken(body.result) }
  return 'tasks' in body && 'pageSize' in body
    ? { nextPageToken: '', ...body }
    : body
}

const readJson: RequestHandler = express.json({
  limit: maxBodyBytes,
  type: ['application/json', A2A_CONTENT_TYPE],
  strict: false,
  verify: (_request, _response, raw) => assertShallow(raw),
})

const requireJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json')) return next()
  response.json(
    toRpcError(
      new ContentTypeNotSupportedError('Send JSON-RPC as application/json.'),
      undefined,
    ),
  )
}

// Only what is spoken here. The SDK's router has more: tenants, which log what
// strangers write.
const known = [
  /^POST \/message:(?:send|stream)$/,
  /^GET \/tasks$/,
  /^GET \/tasks\/[^/:]+$/,
  /^POST \/tasks\/[^/:]+:cancel$/,
  /^(?:GET|POST) \/tasks\/[^/:]+:subscribe$/,
  /^(?:GET|POST|DELETE) \/tasks\/[^/:]+\/pushNotificationConfigs(?:\/[^/]+)?$/,
  /^GET \/extendedAgentCard$/,
]

const restOnly: RequestHandler = (request, response, next) => {
  const route = `${request.method} ${request.path}`
  if (known.some((one) => one.test(route))) return next()
  sendRestError(
    response,
    new UnsupportedOperationError('There is no such A2A operation.'),
    404,
  )
}

function limitRate(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: ratePerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (request, response) =>
      refuse(request, response, 'Too many requests. Wait a minute.'),
  })
}

function limitAtWork(): RequestHandler {
  let atWork = 0
  return (request, response, next) => {
    if (atWork >= maxAtWork) {
      refuse(
        request,
        response,
        'Too many requests are at work. Try again soon.',
      )
      return
    }
    atWork += 1
    response.once('close', () => {
      atWork -= 1
    })
    next()
  }
}

function refuse(
  request: express.Request,
  response: express.Response,
  message: string,
): void {
  const error = new UnsupportedOperationError(message)
  response.setHeader('Retry-After', '1')
  if (isRpc(request)) response.status(429).json(toRpcError(error, request.body))
  else sendRestError(response, error, 429)
}

function isRpc(request: express.Request): boolean {
  return /\/a2a\/?$/.test(request.baseUrl + request.path)
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

function sendRestError(
  response: express.Response,
  error: unknown,
  status: number,
): void {
  response
    .status(status)
    .type(A2A_CONTENT_TYPE)
    .send(JSON.stringify(toRestErrorBody(error, status)))
}

/** The one place where an error that is left becomes an answer. */
function handleA2aError(
  onError: (error: unknown) => void,
): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) return next(thrown)
    const { status = restStatusFor(thrown), type } = (
      typeof thrown === 'object' && thrown !== null ? thrown : {}
    ) as { status?: number; type?: string }
    const isTheirs = status < 500 || type !== undefined
    if (!isTheirs) onError(thrown)
    const error = new RequestMalformedError(
      status === 413
        ? `The body has more than ${maxBodyBytes} bytes.`
        : isTheirs
          ? 'The body could not be read.'
          : 'The request failed.',
    )
    if (!isRpc(request)) return sendRestError(response, error, status)
    response.status(status === 413 ? 413 : 200).json({
      ...toRpcError(error, undefined),
      ...(type === 'entity.parse.failed'
        ? { error: { code: -32_700, message: 'Invalid JSON payload.' } }
        : {}),
    })
  }
}
