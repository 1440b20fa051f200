import { timingSafeEqual } from 'node:crypto'
import { answerRequestOnce, type Idempotency } from '@behest/journal'
import type { Registry } from '@behest/registry'
import express, { type Express, type RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import { createMetrics } from './http/metrics.js'
import {
  answerNotFound,
  createErrorHandler,
  MethodNotAllowedError,
  OperatorUnknownError,
  parsePart,
  RateLimitedError,
  RegistryBusyError,
  RegistryDrainingError,
} from './http/problem.js'
import { maxBodyBytes, readJsonBody } from './http/readJsonBody.js'
import type { RateLimits } from './readConfig.js'
import { buildOpenApi } from './routes/buildOpenApi.js'
import { createRoutes } from './routes/createRoutes.js'
import type { Route } from './routes/Route.js'

const maxInFlight = 512

export type CreateAppOptions = {
  readonly registry: Registry
  /** Runs before everything else, e.g. to trace it. */
  readonly serve?: RequestHandler
  /** Keeps the answers to writes that carry an `Idempotency-Key`. */
  readonly idempotency: Idempotency
  readonly limits: RateLimits
  readonly trustedProxies: number
  readonly operatorToken: string | undefined
  readonly isDraining: () => boolean
  readonly onInternalError: (error: unknown) => void
}

/**
 * Creates the HTTP side of a registry. In order at every call: how many at
 * once, how often, how large, which form; then the registry itself.
 */
export function createApp(options: CreateAppOptions): Express {
  const { registry, isDraining } = options
  const routes = createRoutes(registry)
  const document = JSON.stringify(buildOpenApi(routes))
  const metrics = createMetrics(registry)
  const app = express()
  app.set('x-powered-by', false)
  app.set('trust proxy', options.trustedProxies)
  app.set('query parser', 'simple')
  app.set('etag', false)
  if (options.serve !== undefined) app.use(options.serve)
  app.use(helmet())

  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.get('/readyz', (_request, response) => {
    const status = registry.status()
    const state = isDraining()
      ? 'draining'
      : status.chainId === undefined
        ? 'waiting'
        : 'ready'
    response.status(state === 'draining' ? 503 : 200).json({
      status: state,
      indexSeq: status.indexSeq,
      lag: status.lag,
      agents: status.index.documents,
      vectors: status.index.vectors,
      chainId: status.chainId ?? null,
    })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.read())
  })
  app.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(document)
  })

  let inFlight = 0
  app.use((_request, response, next) => {
    if (isDraining()) return next(new RegistryDrainingError())
    if (inFlight >= maxInFlight)
      return next(new RegistryBusyError({ inFlight }))
    inFlight += 1
    response.on('close', () => {
      inFlight -= 1
    })
    next()
  })

  const limiters = {
    search: createLimiter(options.limits.searchPerMinute),
    write: createLimiter(options.limits.writePerMinute),
    explain: createLimiter(options.limits.explainPerMinute),
    none: undefined,
  }
  for (const route of routes) {
    const limiter = limiters[route.limit]
    app[route.method](
      toExpressPath(route.path),
      (request, response, next) => {
        const started = performance.now()
        response.on('close', () => {
          metrics.observe({
            route: route.path,
            method: request.method,
            status: response.statusCode,
            seconds: (performance.now() - started) / 1000,
          })
        })
        next()
      },
      ...(limiter === undefined ? [] : [limiter]),
      ...(route.access === 'operator'
        ? [requireOperator(options.operatorToken)]
        : []),
      ...(route.body === undefined || route.bodyKind === 'lines'
        ? []
        : ([
            ...readJsonBody(maxBodyBytes),
            async (request, response, next) => {
              await answerRequestOnce({
                idempotency: options.idempotency,
                principal: 'registry-api',
                request,
                response,
                handle: () => next(),
              })
            },
          ] satisfies RequestHandler[])),
      async (request, response) => {
        // A parameter that nobody reads is a wish that nobody grants.
        if (Object.keys(route.query.shape).length === 0)
          parsePart(route.query, 'query', request.query)
        await route.handle(request, response)
      },
    )
  }
  for (const path of new Set(routes.map((route) => route.path)))
    app.all(toExpressPath(path), answerMethodNotAllowed(routes, path))
  app.use(answerNotFound)
  app.use(createErrorHandler(options.onInternalError))
  return app
}

function toExpressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

function answerMethodNotAllowed(
  routes: readonly Route[],
  path: string,
): RequestHandler {
  const allowed = routes
    .filter((route) => route.path === path)
    .map(({ method }) => method.toUpperCase())
    .join(', ')
  return (request, response, next) => {
    response.setHeader('allow', allowed)
    next(
      new MethodNotAllowedError({
        method: request.method,
        path: request.path,
        allowed,
      }),
    )
  }
}

// Counted in this process: with n processes a source has n times as much.
function createLimiter(perMinute: number): RequestHandler | undefined {
  if (perMinute === 0) return undefined
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (request, _response, next) => {
      const { resetTime } = (
        request as unknown as { rateLimit: { resetTime?: Date } }
      ).rateLimit
      next(
        new RateLimitedError({
          perMinute,
          from: 'address',
          retryAfterSeconds: Math.max(
            1,
            Math.ceil(((resetTime?.getTime() ?? 0) - Date.now()) / 1000),
          ),
        }),
      )
    },
  })
}

function requireOperator(token: string | undefined): RequestHandler {
  return (request, _response, next) => {
    const given = /^Bearer (\S{1,200})$/.exec(
      request.header('authorization') ?? '',
    )?.[1]
    if (token === undefined || given === undefined || !isSame(token, given))
      next(new OperatorUnknownError())
    else next()
  }
}

function isSame(left: string, right: string): boolean {
  const a = Buffer.from(left)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}
