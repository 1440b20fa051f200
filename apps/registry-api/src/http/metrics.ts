import type { Registry } from '@behest/registry'
import {
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry as Metrics,
} from 'prom-client'

/** What this process tells Prometheus. */
export type RegistryMetrics = {
  readonly observe: (options: {
    readonly route: string
    readonly method: string
    readonly status: number
    readonly seconds: number
  }) => void
  readonly read: () => Promise<string>
  readonly contentType: string
}

/** Creates the metrics of one registry process. */
export function createMetrics(registry: Registry): RegistryMetrics {
  const metrics = new Metrics()
  collectDefaultMetrics({ register: metrics })
  const requests = new Histogram({
    name: 'behest_registry_request_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [metrics],
  })
  const gauges = [
    ['index_seq', 'Last change that the search index holds.'],
    ['index_lag', 'Changes that the tables are ahead of the index.'],
    ['agents', 'Agents in the index, expired ones too.'],
    ['index_dead_documents', 'Removed documents that still hold memory.'],
    ['index_terms', 'Different terms in the index.'],
    ['probes_running', 'Visits to agents under way.'],
  ] as const
  const gauge = new Map(
    gauges.map(([name, help]) => [
      name,
      new Gauge({
        name: `behest_registry_${name}`,
        help,
        registers: [metrics],
      }),
    ]),
  )
  return {
    observe: ({ route, method, status, seconds }) =>
      requests.observe({ route, method, status: `${status}` }, seconds),
    read: async () => {
      const status = registry.status()
      gauge.get('index_seq')?.set(status.indexSeq)
      gauge.get('index_lag')?.set(status.lag)
      gauge.get('agents')?.set(status.index.documents)
      gauge.get('index_dead_documents')?.set(status.index.deadDocuments)
      gauge.get('index_terms')?.set(status.index.terms)
      gauge.get('probes_running')?.set(status.probesRunning)
      return metrics.metrics()
    },
    contentType: metrics.contentType,
  }
}
