import { actions } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rankAgents } from '../search/rankAgents.js'
import type { AgentRecord, AgentStatus } from '../store/agentRecord.js'
import { buildCapability, buildRecord } from '../testing/buildRecord.js'
import { AgentIndex } from './agentIndex.js'

const listed: ReadonlySet<AgentStatus> = new Set([
  'live',
  'degraded',
  'unverified',
])
const words = ['swap', 'lend', 'best', 'fast', 'usdc', 'eth', 'yield', 'route']

const recordArbitrary: fc.Arbitrary<AgentRecord> = fc
  .record({
    number: fc.nat(11),
    description: fc.array(fc.constantFrom(...words), { maxLength: 6 }),
    action: fc.constantFrom(...actions.slice(0, 4)),
    chains: fc.oneof(
      fc.constant('any' as const),
      fc.uniqueArray(fc.constantFrom(1, 10, 8453), { minLength: 1 }),
    ),
    status: fc.constantFrom('live', 'degraded', 'down', 'suspended'),
    bound: fc.double({ min: 0, max: 1, noNaN: true }),
    deleted: fc.boolean(),
    version: fc.nat(3),
  })
  .map((made) =>
    buildRecord({
      id: `agent-${made.number}`,
      description: made.description.join(' '),
      // The text's hash, as the card's is: another text, another hash.
      cardHash: `${made.description.join()}${made.action}${made.chains}`,
      capabilities: [
        buildCapability({ action: made.action, chains: made.chains }),
      ],
      status: made.status as AgentRecord['status'],
      trust: {
        formula: 't',
        bound: made.bound,
        effective: 1,
        met: 1,
        receipts: 1,
        strangers: 0,
        unknown: 0,
        pruned: {},
        atUnixSeconds: 0,
      },
      deleted: made.deleted,
    }),
  )

function rank(index: AgentIndex, options: { text?: string; action?: 'swap' }) {
  const { ranked } = rankAgents(index, {
    ...(options.text === undefined ? {} : { text: options.text }),
    filter: options.action === undefined ? {} : { action: options.action },
    statuses: listed,
    depth: 100,
    nowMs: 0,
  })
  return ranked.map(({ document, score }) => [index.idOf(document), score])
}

describe('AgentIndex', () => {
  test('behavior: any history of changes equals a fresh build', () => {
    fc.assert(
      fc.property(
        fc.array(recordArbitrary, { minLength: 1, maxLength: 60 }),
        (history) => {
          const grown = new AgentIndex({ vectorLength: 1 })
          const last = new Map<string, AgentRecord>()
          for (const record of history) {
            grown.apply(record)
            last.set(record.id, record)
          }
          const fresh = new AgentIndex({ vectorLength: 1 })
          for (const record of last.values()) fresh.apply(record)
          expect(grown.size).toBe(fresh.size)
          for (const query of [
            { text: 'best swap route' },
            { text: 'usdc yield', action: 'swap' as const },
            { action: 'swap' as const },
            { text: 'agent-7' },
          ])
            expect(rank(grown, query)).toEqual(rank(fresh, query))
        },
      ),
    )
  })

  test('behavior: a filter holds within one capability', () => {
    const index = new AgentIndex({ vectorLength: 1 })
    index.apply(
      buildRecord({
        id: 'two-faced',
        capabilities: [
          buildCapability({ action: 'swap', chains: [1], tokens: ['USDC'] }),
          buildCapability({ action: 'supply', chains: [10], tokens: 'any' }),
        ],
      }),
    )
    const finds = (filter: Parameters<typeof rankAgents>[1]['filter']) =>
      rankAgents(index, { filter, statuses: listed, depth: 5, nowMs: 0 }).ranked
        .length
    expect(finds({ action: 'swap', chainId: 1 })).toBe(1)
    expect(finds({ action: 'supply', chainId: 10, tokens: [['WETH']] })).toBe(1)
    expect(finds({ action: 'supply', chainId: 1 })).toBe(0)
    expect(finds({ action: 'swap', chainId: 10 })).toBe(0)
    expect(finds({ action: 'swap', tokens: [['usdc']] })).toBe(1)
    expect(finds({ action: 'swap', tokens: [['DAI'], ['USDC']] })).toBe(0)
    expect(finds({ action: 'swap', tokens: [['0x01', 'usdc']] })).toBe(1)
    expect(finds({ action: 'swap', venue: 'uniswap' })).toBe(0)
  })

  test('behavior: a lease that ended is no agent, whatever was measured', () => {
    const index = new AgentIndex({ vectorLength: 1 })
    index.apply(buildRecord({ id: 'short', leaseUntilMs: 1000 }))
    const document = index.findDocument('short')
    expect(index.statusOf(document, 999)).toBe('live')
    expect(index.statusOf(document, 1000)).toBe('expired')
    index.setLease('short', 2000)
    expect(index.statusOf(document, 1000)).toBe('live')
  })

  test('behavior: a delisted action is not offered, the others are', () => {
    const index = new AgentIndex({ vectorLength: 1 })
    const record = buildRecord({
      id: 'half',
      capabilities: [
        buildCapability({ action: 'swap' }),
        buildCapability({ action: 'transfer' }),
      ],
    })
    index.apply(record)
    index.apply({ ...record, delisted: ['swap'] })
    const finds = (action: 'swap' | 'transfer') =>
      rankAgents(index, {
        filter: { action },
        statuses: listed,
        depth: 5,
        nowMs: 0,
      }).ranked.length
    expect([finds('swap'), finds('transfer')]).toEqual([0, 1])
  })
})
