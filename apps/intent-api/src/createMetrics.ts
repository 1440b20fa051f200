import type { RequestHandler } from 'express'
import {
  Counter,
  collectDefaultMetrics,
  Histogram,
  Registry,
} from 'prom-client'

/** What Prometheus reads, and how it is written. */
export type Metrics = {
  readonly measure: RequestHandler
  readonly contentType: string
  readonly render: () => Promise<string>
  readonly countDefect: () => void
  readonly countReceipt: (outcome: string) => void
}

/** Creates the metrics of one process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'behest_http_request_seconds',
    help: 'Time from request to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  const defects = new Counter({
    name: 'behest_defects_total',
    help: 'Errors that nobody expected.',
    registers: [registry],
  })
  const receipts = new Counter({
    name: 'behest_receipts_total',
    help: 'Receipts by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return {
    measure: (request, response, next) => {
      const end = seconds.startTimer({ method: request.method })
      response.on('finish', () => {
        // The pattern, never the path: ids would make a series each.
        const route = request.route as { path?: unknown } | undefined
        end({
          route: typeof route?.path === 'string' ? route.path : 'other',
          status: String(response.statusCode),
        })
      })
      next()
    },
    contentType: registry.contentType,
    render: () => registry.metrics(),
    countDefect: () => defects.inc(),
    countReceipt: (outcome) => receipts.inc({ outcome }),
  }
}
