import type { OperationsReport } from '@behest/journal'
import type { RequestHandler } from 'express'
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
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
  /** Counts what the outbox did: signed, offered, mined, reorged, settled, failed … */
  readonly countOutbox: (type: string) => void
  /** Reads at each scrape how the work stands, and how old the chain's top is. */
  readonly watchOperations: (sources: OperationsSources) => void
}

type OperationsSources = {
  readonly readOperations: () => Promise<OperationsReport>
  /** Age of the newest block, in seconds. */
  readonly readHeadAgeSeconds: () => Promise<number>
  readonly readConnections: () => {
    readonly total: number
    readonly idle: number
    readonly waiting: number
  }
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
  const outbox = new Counter({
    name: 'behest_outbox_events_total',
    help: 'What the outbox did, by kind.',
    labelNames: ['type'],
    registers: [registry],
  })
  const toGauge = (name: string, help: string, label?: string) =>
    new Gauge({
      name: `behest_${name}`,
      help,
      ...(label === undefined ? {} : { labelNames: [label] }),
      registers: [registry],
    })
  const up = toGauge('part_up', '1 while a part could be read, else 0.', 'part')
  const legs = toGauge('outbox_legs', 'Transactions without an end.', 'state')
  const legAge = toGauge(
    'outbox_oldest_open_seconds',
    'Age of the oldest transaction without an end.',
  )
  const senders = toGauge(
    'outbox_halted_senders',
    'Accounts for which nothing is signed until a person has looked.',
  )
  const halts = toGauge('halts', 'Kill switches that are on.')
  const intents = toGauge('intents', 'Intents that are not over.', 'status')
  const due = toGauge(
    'intents_oldest_due_seconds',
    'How long work that is due has waited for a process.',
  )
  const bytes = toGauge('database_bytes', 'Size of the database.')
  const connections = toGauge(
    'database_connections',
    'Connections of the pool; waiting: requests for one.',
    'state',
  )
  const headAge = toGauge('chain_head_age_seconds', 'Age of the newest block.')
  let sources: OperationsSources | undefined

  async function readAll(from: OperationsSources): Promise<void> {
    await Promise.all([
      read('database', async () => {
        const report = await from.readOperations()
        legs.reset()
        intents.reset()
        for (const [state, count] of Object.entries(report.openLegs))
          legs.set({ state }, count)
        for (const [status, count] of Object.entries(report.openIntents))
          intents.set({ status }, count)
        legAge.set(report.oldestOpenLegSeconds)
        senders.set(report.haltedSenders)
        halts.set(report.halts)
        due.set(report.oldestDueSeconds)
        bytes.set(report.databaseBytes)
      }),
      read('chain', async () => headAge.set(await from.readHeadAgeSeconds())),
    ])
    for (const [state, count] of Object.entries(from.readConnections()))
      connections.set({ state }, count)
  }

  /** A scrape is answered also while a part is away: it says so. */
  async function read(part: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      up.set({ part }, 1)
    } catch {
      up.set({ part }, 0)
    }
  }

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
    render: async () => {
      if (sources !== undefined) await readAll(sources)
      return registry.metrics()
    },
    countDefect: () => defects.inc(),
    countReceipt: (outcome) => receipts.inc({ outcome }),
    countOutbox: (type) => outbox.inc({ type }),
    watchOperations: (from) => {
      sources = from
    },
  }
}
