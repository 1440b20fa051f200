import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createMetrics } from './createMetrics.js'

const docs = new URL('../../../docs/operations/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, docs), 'utf8')
const alerts = read('alerts.yml')

test('behavior: every alert has its page, and every page its alert', () => {
  const pages = [...alerts.matchAll(/runbook: docs\/operations\/(\S+)/g)].map(
    ([, page]) => page ?? '',
  )
  expect(pages.length).toBe([...alerts.matchAll(/- alert: /g)].length)
  for (const page of pages)
    expect(existsSync(new URL(page, docs)), page).toBe(true)
  expect(new Set(pages)).toEqual(
    new Set(
      readdirSync(new URL('runbooks/', docs)).map((file) => `runbooks/${file}`),
    ),
  )
})

test('behavior: alerts and dashboard speak of metrics that there are', async () => {
  const own = await createMetrics().render()
  const registry = readFileSync(
    new URL('../../registry-api/src/http/metrics.ts', import.meta.url),
    'utf8',
  )
  const named = new Set(
    [
      ...`${alerts}${read('grafana-dashboard.json')}`.matchAll(
        /\b(behest_[a-z_]+|process_[a-z_]+|nodejs_[a-z_]+)/g,
      ),
    ].map(([, name]) => (name ?? '').replace(/_(?:bucket|count|sum)$/, '')),
  )
  expect(named.size).toBeGreaterThan(10)
  for (const name of named) {
    const isThere =
      own.includes(`# TYPE ${name} `) ||
      registry.includes(`'${name}'`) ||
      registry.includes(`'${name.replace('behest_registry_', '')}'`)
    expect(isThere, name).toBe(true)
  }
})
