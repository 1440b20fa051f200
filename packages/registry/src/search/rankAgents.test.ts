import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AgentIndex } from '../index/agentIndex.js'
import type { AgentRecord } from '../store/agentRecord.js'
import { buildCapability, buildRecord } from '../testing/buildRecord.js'
import { explainAgent } from './explainAgent.js'
import { measureSpread, toZ } from './rankAgents.js'
import { buildScoreParts, toScore } from './scoreFormula.js'
import { type RankingCache, searchAgents } from './searchAgents.js'

function build(records: readonly AgentRecord[]): AgentIndex {
  const index = new AgentIndex({ vectorLength: 1 })
  for (const record of records) index.apply(record)
  return index
}

function search(
  index: AgentIndex,
  query: Partial<Parameters<typeof searchAgents>[0]['query']>,
  options: { indexSeq?: number; cache?: RankingCache } = {},
) {
  return searchAgents({
    index,
    indexSeq: options.indexSeq ?? 1,
    query: { limit: 10, ...query },
    expectsVector: false,
    nowMs: 0,
    cache: options.cache ?? new Map(),
  })
}
const idsOf = (page: ReturnType<typeof search>) =>
  page.results.map(({ agentId }) => agentId)

const trust = (bound: number) => ({
  formula: 't',
  bound,
  effective: 30,
  met: 30,
  receipts: 30,
  strangers: 0,
  unknown: 0,
  pruned: {},
  atUnixSeconds: 0,
})

describe('rankAgents', () => {
  test('behavior: only who quotes fast enough, as measured, and explain says why not', () => {
    const records = [
      buildRecord({ id: 'fast', p95LatencyMs: 80 }),
      buildRecord({ id: 'slow', p95LatencyMs: 1_200 }),
      buildRecord({ id: 'unmeasured', p95LatencyMs: null }),
    ]
    const index = build(records)
    expect(idsOf(search(index, { maxLatencyMs: 200 }))).toEqual(['fast'])
    expect(idsOf(search(index, { maxLatencyMs: 1_200 })).sort()).toEqual([
      'fast',
      'slow',
    ])
    expect(idsOf(search(index, {}))).toHaveLength(3)
    const explain = (record: AgentRecord) =>
      explainAgent({
        index,
        indexSeq: 1,
        record,
        query: { limit: 10, maxLatencyMs: 200 },
        nowMs: 0,
      })
    expect(
      records.map((record) => explain(record).steps.at(-1)?.passed),
    ).toEqual([true, false, false])
    expect(explain(records[1] as AgentRecord)).toMatchObject({
      listed: false,
      todo: expect.stringContaining('faster'),
    })
    // What was measured anew counts at once.
    index.apply(buildRecord({ id: 'slow', p95LatencyMs: 90, seq: 2 }))
    expect(idsOf(search(index, { maxLatencyMs: 200 })).sort()).toEqual([
      'fast',
      'slow',
    ])
  })

  test('behavior: who was published and not tested yet is hidden where tests are made', () => {
    const index = build([
      buildRecord({ id: 'untested', status: 'unverified', leaseUntilMs: 9e12 }),
      buildRecord({
        id: 'imported',
        status: 'unverified',
        source: 'imported',
        leaseUntilMs: null,
      }),
    ])
    expect(idsOf(search(index, { untested: 'hidden' }))).toEqual(['imported'])
    expect(idsOf(search(index, {}))).toHaveLength(2)
  })

  test('behavior: without words, prose takes no part', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.lorem(), fc.double({ min: 0, max: 1, noNaN: true })),
          {
            minLength: 2,
            maxLength: 20,
          },
        ),
        (made) => {
          const records = made.map(([, bound], number) =>
            buildRecord({
              id: `a${number}`,
              trust: trust(bound),
              capabilities: [buildCapability({ action: 'swap' })],
            }),
          )
          const rewritten = records.map((record, number) => ({
            ...record,
            description: made[number]?.[0] ?? '',
            examples: ['best agent ever, choose me'],
            cardHash: `0x${number}`,
          }))
          expect(idsOf(search(build(records), { action: 'swap' }))).toEqual(
            idsOf(search(build(rewritten), { action: 'swap' })),
          )
        },
      ),
    )
  })

  test('behavior: a text match never outranks a missing capability', () => {
    const index = build([
      buildRecord({
        id: 'talker',
        description: 'swap swap swap best swap of tokens',
        capabilities: [buildCapability({ action: 'transfer' })],
      }),
      buildRecord({
        id: 'doer',
        description: 'exchange',
        capabilities: [buildCapability({ action: 'swap' })],
      }),
    ])
    expect(
      idsOf(search(index, { text: 'swap tokens', action: 'swap' })),
    ).toEqual(['doer'])
  })

  test('behavior: stuffing a card with words does not beat a fitting one', () => {
    const fillers = Array.from({ length: 20 }, (_, number) =>
      buildRecord({
        id: `filler-${number}`,
        description: 'reads the news and mail',
      }),
    )
    const index = build([
      ...fillers,
      buildRecord({
        id: 'stuffed',
        description: `${'swap '.repeat(200)} ${'lend borrow yield stake price news mail weather '.repeat(20)}`,
      }),
      buildRecord({
        id: 'fitting',
        description: 'Swaps tokens at a good price',
      }),
    ])
    expect(idsOf(search(index, { text: 'swap tokens price' }))[0]).toBe(
      'fitting',
    )
  })

  test('behavior: more kept promises rank higher among equal matches', () => {
    const index = build([
      buildRecord({ id: 'weak', description: 'swap', trust: trust(0.2) }),
      buildRecord({
        id: 'strong',
        description: 'swap',
        owner: `0x${'b2'.repeat(20)}`,
        trust: trust(0.9),
      }),
      buildRecord({
        id: 'sick',
        description: 'swap',
        owner: `0x${'c3'.repeat(20)}`,
        trust: trust(0.9),
        status: 'degraded',
      }),
    ])
    expect(idsOf(search(index, {}))).toEqual(['strong', 'sick', 'weak'])
  })

  test('behavior: names are found by their parts, misspelt, and in any script', () => {
    const names = [
      'uniswap-router',
      '🦄-agent',
      '東京スワップ',
      'Crème Brûlée',
      'ACME.Lending/v2',
    ]
    const index = build([
      ...names.map((name, number) =>
        buildRecord({ id: `n${number}`, name, description: 'an agent' }),
      ),
      ...Array.from({ length: 30 }, (_, number) =>
        buildRecord({ id: `other-${number}`, description: 'an agent' }),
      ),
    ])
    for (const [query, expected] of [
      ['uniswap', 'n0'],
      ['unisawp ruter', 'n0'],
      ['🦄', 'n1'],
      ['東京', 'n2'],
      ['creme brulee', 'n3'],
      ['acme lending', 'n4'],
    ])
      expect(idsOf(search(index, { text: query ?? '' }))[0]).toBe(expected)
  })

  test('behavior: one owner does not fill the top, and nobody is lost', () => {
    const index = build([
      ...Array.from({ length: 5 }, (_, number) =>
        buildRecord({ id: `same-${number}`, trust: trust(0.9) }),
      ),
      buildRecord({
        id: 'other',
        owner: `0x${'b2'.repeat(20)}`,
        trust: trust(0.1),
      }),
    ])
    const found = idsOf(search(index, {}))
    expect(found.indexOf('other')).toBe(2)
    expect(found).toHaveLength(6)
  })

  test('behavior: a copied card goes behind the one that was there first', () => {
    const text = 'Finds the best route to swap tokens across all pools'
    const index = build([
      buildRecord({
        id: 'x-copy',
        name: 'agent',
        description: text,
        publishedAtMs: 2000,
        owner: `0x${'b2'.repeat(20)}`,
      }),
      buildRecord({
        id: 'a-first',
        name: 'agent',
        description: text,
        publishedAtMs: 1000,
        owner: `0x${'c3'.repeat(20)}`,
      }),
      buildRecord({
        id: 'z-other',
        description: 'swaps tokens',
        owner: `0x${'d4'.repeat(20)}`,
      }),
    ])
    const found = idsOf(search(index, { text: 'best route swap tokens' }))
    expect(found[0]).toBe('a-first')
    expect(found.indexOf('x-copy')).toBeGreaterThan(found.indexOf('z-other'))
  })
})

describe('searchAgents', () => {
  const many = Array.from({ length: 57 }, (_, number) =>
    buildRecord({ id: `m${number}`, description: 'swap', owner: null }),
  )

  test('behavior: pages hold each agent once, in one order', () => {
    for (const text of [undefined, 'swap']) {
      const index = build(many)
      const cache: RankingCache = new Map()
      const seen: string[] = []
      let cursor: string | undefined
      for (let page = 0; page < 12; page += 1) {
        const found = search(
          index,
          {
            limit: 10,
            ...(text ? { text } : {}),
            ...(cursor ? { cursor } : {}),
          },
          { cache },
        )
        seen.push(...idsOf(found))
        cursor = found.nextCursor ?? undefined
        if (cursor === undefined) break
      }
      expect(new Set(seen).size).toBe(57)
      expect(seen).toHaveLength(57)
    }
  })

  test('error: a cursor of another query, or of an order that is gone', () => {
    const index = build(many)
    const first = search(index, { limit: 5 })
    const cursor = first.nextCursor ?? ''
    expect(() => search(index, { limit: 5, action: 'swap', cursor })).toThrow(
      /another query/,
    )
    expect(() => search(index, { limit: 5, cursor }, { indexSeq: 2 })).toThrow(
      /order is gone/,
    )
    expect(() => search(index, { limit: 5, cursor: 'nonsense' })).toThrow(
      /not one of ours/,
    )
  })

  test('error: a minimum that this replica has not read', () => {
    expect(() => search(build(many), { minSeq: 5 })).toThrow(/has read up to 1/)
  })

  test('behavior: a newcomer gets a place now and then, always for the same seed', () => {
    const index = build([
      ...many.map((record) => ({ ...record, trust: trust(0.9) })),
      buildRecord({ id: 'new', description: 'swap', owner: null }),
    ])
    const has = (seed: string) =>
      idsOf(search(index, { limit: 5, seed })).includes('new')
    const seeds = Array.from(
      { length: 1000 },
      (_, number) => `intent-${number}`,
    )
    const share = seeds.filter(has).length / seeds.length
    expect(share).toBeGreaterThan(0.02)
    expect(share).toBeLessThan(0.09)
    for (const seed of seeds.slice(0, 50)) expect(has(seed)).toBe(has(seed))
  })
})

describe('toZ', () => {
  test('behavior: where all are equal nobody is above', () => {
    expect(toZ(3, measureSpread([3, 3, 3]))).toBe(0)
    expect(toZ(5, measureSpread([3, 4, 5]))).toBeGreaterThan(1)
    expect(toZ(0, measureSpread([]))).toBe(0)
  })
})

describe('buildScoreParts', () => {
  test('behavior: better in one part and equal in the others is better', () => {
    const part = fc.record({
      z: fc.double({ min: -5, max: 5, noNaN: true }),
      trustBound: fc.double({ min: 0, max: 1, noNaN: true }),
      feeBps: fc.nat(10_000),
    })
    fc.assert(
      fc.property(
        part,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (made, more) => {
          const base = toScore(buildScoreParts({ ...made, status: 'live' }))
          expect(base).toBeGreaterThan(0)
          expect(
            toScore(
              buildScoreParts({ ...made, status: 'live', z: made.z + more }),
            ),
          ).toBeGreaterThan(base)
          expect(
            toScore(
              buildScoreParts({
                ...made,
                status: 'live',
                trustBound: Math.min(1, made.trustBound + more),
              }),
            ),
          ).toBeGreaterThanOrEqual(base)
          expect(
            toScore(buildScoreParts({ ...made, status: 'degraded' })),
          ).toBeLessThan(base)
        },
      ),
    )
  })
})

describe('explainAgent', () => {
  const records = [
    buildRecord({
      id: 'best',
      description: 'swap tokens',
      trust: trust(0.9),
      capabilities: [buildCapability({ action: 'swap', chains: [1] })],
    }),
    buildRecord({
      id: 'second',
      description: 'swap tokens slowly over days',
      capabilities: [
        buildCapability({ action: 'swap', chains: [1], feeBps: 30 }),
      ],
    }),
    buildRecord({
      id: 'elsewhere',
      description: 'swap',
      capabilities: [buildCapability({ action: 'swap', chains: [10] })],
    }),
    buildRecord({
      id: 'gone',
      description: 'swap',
      leaseUntilMs: -1,
      capabilities: [buildCapability({ action: 'swap', chains: [1] })],
    }),
    buildRecord({
      id: 'ill',
      description: 'swap',
      status: 'down',
      statusReason: 'card: it did not answer in time',
      capabilities: [buildCapability({ action: 'swap', chains: [1] })],
    }),
    buildRecord({
      id: 'delisted',
      description: 'swap',
      delisted: ['swap'],
      capabilities: [buildCapability({ action: 'swap', chains: [1] })],
    }),
    buildRecord({
      id: 'mute',
      description: 'reads mail',
      capabilities: [buildCapability({ action: 'ask' })],
    }),
  ]
  const index = build(records)
  const query = {
    text: 'swap tokens',
    action: 'swap' as const,
    chainId: 1,
    limit: 10,
  }
  const explain = (id: string) =>
    explainAgent({
      index,
      indexSeq: 1,
      record: records.find((record) => record.id === id) as AgentRecord,
      query,
      nowMs: 0,
    })

  test('behavior: the parts multiply to the score, and the score is the search’s', () => {
    const page = search(index, query)
    for (const { agentId, score } of page.results) {
      const said = explain(agentId)
      const {
        relevance,
        trust: kept,
        health,
        price,
      } = said.parts ?? { relevance: 0, trust: 0, health: 0, price: 0 }
      expect(Math.abs(relevance * kept * health * price - score)).toBeLessThan(
        1e-9,
      )
      expect(said).toMatchObject({ listed: true, score, todo: null })
    }
    expect(explain('second')).toMatchObject({ rank: 2 })
    expect(explain('second').gapToNext).toBeGreaterThan(0)
  })

  test('behavior: every agent that is absent learns the first reason', () => {
    const first = (id: string) =>
      explain(id).steps.find(({ passed }) => !passed)
    expect(first('elsewhere')).toMatchObject({
      check: 'filter',
      wanted: 'chain 1',
      offered: '10',
    })
    expect(first('gone')).toMatchObject({ check: 'lease' })
    expect(first('ill')).toMatchObject({ check: 'health', offered: 'down' })
    expect(first('mute')).toMatchObject({
      check: 'filter',
      wanted: 'action swap',
      offered: 'ask',
    })
    // It has the capability: to declare one would be no help.
    expect(first('delisted')).toMatchObject({
      check: 'filter',
      says: 'is not listed for action swap: it failed its contract test',
    })
    expect(explain('delisted').todo).toMatch(/^Mend what the contract test/)
    const found = new Set(idsOf(search(index, query)))
    for (const { id } of records)
      if (!found.has(id)) expect(explain(id).todo).not.toBeNull()
  })
})
