import { randomUUID } from 'node:crypto'
import type { ResponseStore } from '@behest/journal'
import express, { type RequestHandler, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import type * as z from 'zod'
import {
  DrainingError,
  MediaTypeError,
  RateLimitedError,
  RouteNotFoundError,
} from '../../http/errors.js'
import { assertShallow } from '../../http/readRequest.js'
import { idempotencyKeySchema } from '../../routes/schemas.js'
import type { Desk } from '../desk/createDesk.js'
import { answerChat } from './answerChat.js'
import { answerResponse } from './answerResponse.js'
import { createResponseMemory } from './createResponseMemory.js'
import {
  handleOpenAiError,
  MethodNotAllowedError,
  ModelNotFoundError,
  ParameterInvalidError,
  ParameterUnsupportedError,
  ResponseNotFoundError,
} from './errors.js'
import { chatBodySchema, responsesBodySchema } from './schemas.js'

const modelId = 'behest'
// Whole conversations come in; a long one is far below this.
const maxBodyBytes = 1024 * 1024
const ratePerMinute = 600
const maxAtWork = 64

/**
 * Creates the routes that clients of the OpenAI API speak to, below `/v1`. Their
 * errors have the shape that those clients read.
 *
 * @param options.startedAt - When the model came to be, for its listing.
 */
export function openAiRoutes(options: {
  readonly desk: Desk
  readonly responses: ResponseStore
  readonly logger: Logger
  readonly startedAt: Date
  readonly isDraining: () => boolean
}): Router {
  const { desk, logger, isDraining } = options
  const memory = createResponseMemory(options)
  const model = {
    id: modelId,
    object: 'model',
    created: Math.floor(options.startedAt.getTime() / 1000),
    owned_by: 'behest',
  }
  const routes = Router()
  const paths = ['/chat/completions', '/responses', '/models']
  routes.use(paths, limitRate(), (request, response, next) => {
    response.setHeader('x-request-id', `req_${randomUUID()}`)
    if (isDraining() && request.method !== 'GET') throw new DrainingError()
    next()
  })
  routes.use(
    paths,
    express.json({
      limit: maxBodyBytes,
      strict: false,
      verify: (_request, _response, raw) => assertShallow(raw),
    }),
  )

  routes.get('/models', (_request, response) => {
    response.json({ object: 'list', data: [model] })
  })
  routes.get('/models/:id', (request, response) => {
    assertModel(request.params.id)
    response.json(model)
  })

  const admit = limitAtWork()
  routes.post('/chat/completions', admit, async (request, response) => {
    const body = readBody(request, chatBodySchema)
    assertModel(body.model)
    assertServed(body)
    if ((body.n ?? 1) !== 1)
      throw new ParameterUnsupportedError({
        param: 'n',
        problem: 'there is one answer',
      })
    assertTextFormat('response_format', body.response_format?.type)
    await answerChat({ desk, body, response, ...readKey(request) })
  })
  routes.post('/responses', admit, async (request, response) => {
    const body = readBody(request, responsesBodySchema)
    assertModel(body.model)
    assertServed(body)
    if (body.background === true)
      throw new ParameterUnsupportedError({
        param: 'background',
        problem: 'responses are not kept',
      })
    if (body.conversation !== undefined && body.conversation !== null)
      throw new ParameterUnsupportedError({
        param: 'conversation',
        problem: 'conversations are not kept; previous_response_id is read',
      })
    assertTextFormat('text.format', body.text?.format?.type)
    await answerResponse({ desk, memory, body, response, ...readKey(request) })
  })
  routes.all('/responses/:id{/*rest}', () => {
    throw new ResponseNotFoundError({ param: 'response_id' })
  })
  routes.all(paths, (request) => {
    throw new MethodNotAllowedError({
      method: request.method,
      path: `/v1${request.path}`,
    })
  })
  routes.use(paths, (request) => {
    throw new RouteNotFoundError({
      method: request.method,
      path: request.originalUrl,
    })
  })
  routes.use(handleOpenAiError({ logger, maxBytes: maxBodyBytes }))
  return routes
}

function limitRate(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: ratePerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw new RateLimitedError({ limit: ratePerMinute, windowSeconds: 60 })
    },
  })
}

/** Streams stay open while intents are at work: so many, and no more. */
function limitAtWork(): RequestHandler {
  let atWork = 0
  return (_request, response, next) => {
    if (atWork >= maxAtWork)
      throw new RateLimitedError({ limit: maxAtWork, windowSeconds: 1 })
    atWork += 1
    response.once('close', () => {
      atWork -= 1
    })
    next()
  }
}

function readBody<Schema extends z.ZodType>(
  request: express.Request,
  schema: Schema,
): z.output<Schema> {
  if (!request.is('application/json'))
    throw new MediaTypeError({
      given: request.headers['content-type'] ?? 'nothing',
    })
  const parsed = schema.safeParse(request.body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ParameterInvalidError({
    param: issue?.path.map(String).join('.').slice(0, 100) || 'body',
    problem: issue?.message ?? 'it does not fit',
  })
}

function readKey(request: express.Request): { idempotencyKey?: string } {
  const key = idempotencyKeySchema.safeParse(request.headers['idempotency-key'])
  return key.success ? { idempotencyKey: key.data } : {}
}

function assertModel(model: string): void {
  if (model !== modelId)
    throw new ModelNotFoundError({ model: model.slice(0, 100) })
}

/** Tools may be there and are not called; a call cannot be demanded. */
function assertServed(body: { readonly tool_choice?: unknown }): void {
  const { tool_choice: choice } = body
  if (choice === undefined || choice === null) return
  if (choice === 'auto' || choice === 'none') return
  throw new ParameterUnsupportedError({
    param: 'tool_choice',
    problem: 'no tool of the client is ever called',
  })
}

function assertTextFormat(param: string, type: string | undefined): void {
  if (type !== undefined && type !== 'text')
    throw new ParameterUnsupportedError({
      param,
      problem: 'answers are text; the intent routes give JSON',
    })
}
