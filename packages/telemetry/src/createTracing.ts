import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BehestError, type IntentStorePort } from '@behest/spec'
import {
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type IdGenerator,
  NodeTracerProvider,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-node'
import type { AnySender, Fetch, Tracing } from './startTracing.js'

const quiet = ['/healthz', '/readyz', '/metrics']
const sendEveryMs = 500

/** An intent while it is worked on here: what comes next hangs below `spanId`. */
type AtWork = {
  readonly intentId: string
  spanId: string
  startedAtMs: number
  hasChildren: boolean
}

/** Creates the tracing of a process that has a collector. */
export function createTracing(options: {
  readonly service: string
  readonly endpoint: string
}): Tracing {
  const ids = createChosenIds()
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service }),
    idGenerator: ids.generator,
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({
          url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
        }),
        { scheduledDelayMillis: sendEveryMs },
      ),
    ],
  })
  provider.register()
  const tracer = provider.getTracer('behest')
  const atWork = new AsyncLocalStorage<AtWork>()

  /** Whatever comes next is below the stage of the intent, or the request. */
  const getParent = (): Context => {
    const state = atWork.getStore()
    if (state === undefined) return context.active()
    state.hasChildren = true
    return toContext(state.intentId, state.spanId)
  }

  /** The request that made us do it is of another trace. */
  const linkActive = (): Link[] => {
    const active = trace.getSpanContext(context.active())
    return active === undefined ? [] : [{ context: active }]
  }

  function leaveSpan(span: {
    readonly intentId: string
    readonly name: string
    readonly spanId?: string
    readonly startedAtMs: number
    readonly attributes: Record<string, string>
    readonly failedWith?: string
    readonly place?: 'root'
  }): void {
    const { intentId, spanId } = span
    const isRoot = span.place === 'root'
    const id = spanId ?? newSpanId()
    const made = ids.with(
      isRoot ? { spanId: id, traceId: toTraceId(intentId) } : { spanId: id },
      () =>
        tracer.startSpan(
          span.name,
          {
            startTime: span.startedAtMs,
            attributes: { 'behest.intent.id': intentId, ...span.attributes },
            links: linkActive(),
            root: isRoot,
          },
          isRoot ? ROOT_CONTEXT : toContext(intentId, toRootId(intentId)),
        ),
    )
    if (span.failedWith !== undefined)
      made.setStatus({ code: SpanStatusCode.ERROR, message: span.failedWith })
    made.end()
  }

  /** Ends what was under way for the intent, and begins the next. */
  function turnPage(
    intentId: string,
    span: {
      readonly name: string
      readonly attributes: Record<string, string>
      readonly failedWith?: string
    },
    sinceMs: number,
  ): void {
    const state = atWork.getStore()
    const isOurs = state?.intentId === intentId
    leaveSpan({
      intentId,
      ...span,
      ...(isOurs ? { spanId: state.spanId } : {}),
      startedAtMs: isOurs ? state.startedAtMs : sinceMs,
    })
    if (!isOurs) return
    state.spanId = newSpanId()
    state.startedAtMs = Date.now()
    state.hasChildren = false
  }

  return {
    type: 'on',

    serve: (request, response, next) => {
      if (quiet.includes(request.url ?? '')) return next()
      const method = request.method ?? 'GET'
      const span = tracer.startSpan(
        method,
        {
          kind: SpanKind.SERVER,
          attributes: { 'http.request.method': method },
        },
        propagation.extract(ROOT_CONTEXT, request.headers),
      )
      response.once('close', () => {
        const route = readRoute(request)
        if (route !== undefined) span.updateName(`${method} ${route}`)
        span.setAttribute('http.response.status_code', response.statusCode)
        if (response.statusCode >= 500)
          span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      })
      context.with(trace.setSpan(context.active(), span), () => next())
    },

    watchFetch: <Sender extends AnySender>(fetch: Sender): Sender => {
      const send = fetch as unknown as Fetch
      const watched: Fetch = async (url, init) => {
        const parent = getParent()
        const method = init?.method ?? 'GET'
        const span = tracer.startSpan(
          method,
          {
            kind: SpanKind.CLIENT,
            attributes: {
              'http.request.method': method,
              'server.address': new URL(url).host,
            },
          },
          parent,
        )
        const headers = new Headers(init?.headers)
        propagation.inject(trace.setSpan(parent, span), headers, {
          set: (carrier, name, value) => carrier.set(name, value),
        })
        try {
          const response = await send(url, {
            ...init,
            headers: Object.fromEntries(headers),
          })
          span.setAttribute('http.response.status_code', response.status)
          return response
        } catch (error) {
          span.setStatus({
            code: SpanStatusCode.ERROR,
            message: toCode(error),
          })
          throw error
        } finally {
          span.end()
        }
      }
      return watched as unknown as Sender
    },

    measure: async (name, work) => {
      const parent = getParent()
      const span = tracer.startSpan(name, {}, parent)
      const inside = trace.setSpan(parent, span)
      const fail = (code: string) => {
        span.setStatus({ code: SpanStatusCode.ERROR, message: code })
      }
      try {
        return await context.with(inside, () =>
          work({
            note: (attributes) => {
              span.setAttributes(attributes)
            },
            fail,
            leaveChild: ({ name: below, lastedMs, attributes, failedWith }) => {
              const startTime = Date.now() - lastedMs
              const child = tracer.startSpan(
                below,
                { startTime, attributes },
                inside,
              )
              if (failedWith !== undefined)
                child.setStatus({
                  code: SpanStatusCode.ERROR,
                  message: failedWith,
                })
              child.end()
            },
          }),
        )
      } catch (error) {
        fail(toCode(error))
        throw error
      } finally {
        span.end()
      }
    },

    intents: {
      around: (intentId, work) => {
        const state: AtWork = {
          intentId,
          spanId: newSpanId(),
          startedAtMs: Date.now(),
          hasChildren: false,
        }
        return atWork.run(state, async () => {
          let failedWith: string | undefined
          try {
            return await work()
          } catch (error) {
            failedWith = toCode(error)
            throw error
          } finally {
            if (state.hasChildren || failedWith !== undefined)
              turnPage(
                intentId,
                {
                  name: 'go on',
                  attributes: {},
                  ...(failedWith === undefined ? {} : { failedWith }),
                },
                state.startedAtMs,
              )
          }
        })
      },

      watchStore: <Store extends IntentStorePort>(store: Store): Store => ({
        ...store,
        create: async (order) => {
          const startedAtMs = Date.now()
          const made = await store.create(order)
          if (made.created) {
            const { id } = made.intent
            leaveSpan({
              intentId: id,
              name: 'intent',
              place: 'root',
              spanId: toRootId(id),
              startedAtMs,
              attributes: {},
            })
            leaveSpan({
              intentId: id,
              name: 'stage utterance',
              startedAtMs,
              attributes: { 'behest.stage': 'utterance' },
            })
          }
          return made
        },
        append: async (order) => {
          const sinceMs = Date.now()
          const stored = await store.append(order)
          turnPage(
            order.intentId,
            {
              name: `stage ${order.stage}`,
              attributes: {
                'behest.stage': order.stage,
                'behest.status': order.status,
              },
            },
            sinceMs,
          )
          return stored
        },
        setStatus: async (order) => {
          const sinceMs = Date.now()
          const stored = await store.setStatus(order)
          turnPage(
            order.intentId,
            {
              name: `status ${order.status}`,
              attributes: { 'behest.status': order.status },
              ...(order.problem === undefined
                ? {}
                : { failedWith: order.problem.code }),
            },
            sinceMs,
          )
          return stored
        },
      }),
    },

    stop: async () => {
      // A collector that is away must keep nobody from leaving.
      await Promise.race([
        provider.shutdown().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
      ])
    },
  }
}

/** Random ids, but for the span that is made inside `with`. */
function createChosenIds() {
  const random = new RandomIdGenerator()
  let chosen: { traceId?: string; spanId?: string } = {}
  const generator: IdGenerator = {
    generateTraceId: () => chosen.traceId ?? random.generateTraceId(),
    generateSpanId: () => chosen.spanId ?? random.generateSpanId(),
  }
  return {
    generator,
    with: <Result>(
      ones: { traceId?: string; spanId?: string },
      work: () => Result,
    ): Result => {
      chosen = ones
      try {
        return work()
      } finally {
        chosen = {}
      }
    },
  }
}

/** The trace of an intent has its id: who knows the one finds the other. */
function toTraceId(intentId: string): string {
  const plain = intentId.replaceAll('-', '').toLowerCase()
  return /^(?!0{32})[0-9a-f]{32}$/.test(plain)
    ? plain
    : digest(intentId).slice(0, 32)
}

function toRootId(intentId: string): string {
  return digest(`root ${intentId}`).slice(0, 16)
}

function toContext(intentId: string, spanId: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: toTraceId(intentId),
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  })
}

function newSpanId(): string {
  return randomBytes(8).toString('hex')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function toCode(error: unknown): string {
  return BehestError.isInstance(error) ? error.code : 'UNEXPECTED'
}

/** The pattern of a route, never the path: ids are for attributes. */
function readRoute(request: IncomingMessage): string | undefined {
  const { baseUrl, route } = request as IncomingMessage & {
    baseUrl?: string
    route?: { path?: unknown }
  }
  return typeof route?.path === 'string'
    ? `${baseUrl ?? ''}${route.path}`
    : undefined
}
