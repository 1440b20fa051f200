import { createRegistryClient, type RegistryClient } from '@behest/client'
import type { Registry } from '@behest/registry'
import type { Receipt } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { buildOpenApi } from './buildOpenApi.js'
import { createRoutes } from './createRoutes.js'

const given = {} as never
const hash = `0x${'11'.repeat(32)}` as const
const receipt: Receipt = {
  intentId: 'i1',
  intentHash: hash,
  planHash: hash,
  outcome: 'UNKNOWN',
  chainId: 31_337,
  account: `0x${'ab'.repeat(20)}`,
  steps: [],
  health: [],
  gasWei: 0n,
  feesPaid: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:00.000Z',
  signatures: [],
}

type Call = (client: RegistryClient) => Promise<unknown>
const calls: Readonly<Record<string, Call>> = {
  publishAgent: (client) => client.publish(given),
  listAgents: (client) => client.list(),
  getAgent: (client) => client.get('a1'),
  removeAgent: (client) => client.remove('a1', given),
  renewLease: (client) => client.heartbeat('a1', given),
  transferAgent: (client) => client.transfer('a1', given),
  linkAnchor: (client) => client.linkAnchor('a1', 7n),
  getAnchor: (client) => client.anchor('a1'),
  claimName: (client) => client.claimName(given),
  getName: (client) => client.getName('pay'),
  getHealth: (client) => client.health('a1'),
  searchAgents: (client) => client.search({ q: 'swap' }),
  explainAgent: (client) => client.explain('a1', { q: 'swap' }),
  getEarnings: (client) => client.earnings('a1'),
  listVersions: (client) => client.versions('a1'),
  listTransfers: (client) => client.transfers('a1'),
  submitReceipt: (client) => client.submitReceipt(receipt),
  listReceipts: (client) => client.receipts({}),
  listLeases: (client) => client.leases(),
  importAgents: (client) => client.operator.import([{ name: 'a' }]),
  suspendAgent: (client) =>
    client.operator.suspend('a1', { type: 'suspend', reason: 'a test' }),
  listMcpServers: (client) => client.mcp.list(),
  listMcpServerVersions: (client) => client.mcp.versions('behest/a1'),
  getMcpServerVersion: (client) => client.mcp.get('behest/a1', 'latest'),
}

// The routes are described from their definitions: nothing of it is called.
const { paths } = buildOpenApi(createRoutes({} as Registry)) as {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId?: string }>>>
  >
}
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { operationId }]) =>
    operationId === undefined ? [] : [{ path, method, operationId }],
  ),
)
/** What machines and monitors ask: no client of ours does. */
const operational = ['/healthz', '/readyz', '/metrics', '/openapi.json']

describe('the client of the registry API', () => {
  const described = operations.filter(({ path }) => !operational.includes(path))

  test('behavior: it has a call for each operation that is described', () => {
    expect(Object.keys(calls).sort()).toEqual(
      described.map(({ operationId }) => operationId).sort(),
    )
  })

  test.each(described)(
    'behavior: $operationId is $method $path',
    async ({ path, method, operationId }) => {
      const asked: string[] = []
      const client = createRegistryClient({
        baseUrl: 'http://127.0.0.1:1',
        fetch: async (url, init) => {
          asked.push(`${init.method} ${new URL(url).pathname}`)
          return new Response('{}', { status: 404 })
        },
      })
      await calls[operationId]?.(client).catch(() => {})
      const pattern = path.replace(/\{[^}]+\}/g, '[^/]+')
      expect(asked).toHaveLength(1)
      expect(asked[0]).toMatch(
        new RegExp(`^${method.toUpperCase()} ${pattern}$`),
      )
    },
  )
})
