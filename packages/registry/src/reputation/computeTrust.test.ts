import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CountedStep, computeTrust, wilsonLower } from './computeTrust.js'

const day = 86_400
const now = 1_000 * day

function build(over: Partial<CountedStep> & { number: number }): CountedStep {
  const { number, ...rest } = over
  return {
    receiptHash: `0x${number}`,
    agentId: 'honest',
    account: `payer-${number}`,
    verdict: 'MET',
    shortfall: 0,
    finishedAtUnixSeconds: now,
    ...rest,
  }
}

function compute(
  steps: readonly CountedStep[],
  over: {
    seeds?: readonly string[]
    controllers?: ReadonlyMap<string, readonly string[]>
    links?: readonly (readonly [string, string])[]
  } = {},
) {
  return computeTrust({
    steps,
    controllers: over.controllers ?? new Map(),
    links: over.links ?? [],
    seeds: new Set(over.seeds ?? []),
    nowUnixSeconds: now,
  })
}

describe('wilsonLower', () => {
  test('default: small samples are modest', () => {
    const rounded = (met: number, total: number) =>
      Math.round(wilsonLower(met, total) * 100) / 100
    expect([
      rounded(1, 1),
      rounded(5, 5),
      rounded(20, 20),
      rounded(95, 100),
      rounded(50, 50),
      rounded(990, 1000),
    ]).toEqual([0.21, 0.57, 0.84, 0.89, 0.93, 0.98])
    expect(wilsonLower(0, 0)).toBe(0)
  })

  test('behavior: between 0 and the share itself, and grows with both', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, share) => {
          const bound = wilsonLower(total * share, total)
          expect(bound).toBeGreaterThanOrEqual(0)
          expect(bound).toBeLessThanOrEqual(share + 1e-9)
          expect(
            wilsonLower(total * share * 2, total * 2),
          ).toBeGreaterThanOrEqual(bound - 1e-9)
        },
      ),
    )
  })
})

describe('computeTrust', () => {
  test('behavior: ten thousand calls to oneself change nothing', () => {
    const own = Array.from({ length: 10_000 }, (_, number) =>
      build({ number, account: number % 2 === 0 ? '0xOwner' : '0xOperator' }),
    )
    const trust = compute(own, {
      controllers: new Map([['honest', ['0xowner', '0xoperator']]]),
    }).get('honest')
    expect(trust).toMatchObject({
      bound: 0,
      receipts: 0,
      pruned: { 'same-owner': 10_000 },
    })
  })

  test('behavior: an account that the owner funds is the owner', () => {
    const trust = compute([build({ number: 1, account: '0xfunded' })], {
      controllers: new Map([['honest', ['0xowner']]]),
      links: [['0xowner', '0xfunded']],
    }).get('honest')
    expect(trust).toMatchObject({ receipts: 0, pruned: { 'same-owner': 1 } })
  })

  test('behavior: at most five receipts an account, agent and day', () => {
    const steps = Array.from({ length: 50 }, (_, number) =>
      build({ number, account: 'one' }),
    )
    expect(compute(steps).get('honest')).toMatchObject({
      receipts: 5,
      pruned: { 'too-many-a-day': 45 },
    })
  })

  test('behavior: age weighs by half each thirty days', () => {
    const trust = compute([
      build({ number: 1, finishedAtUnixSeconds: now - 30 * day }),
    ]).get('honest')
    expect(trust?.effective).toBeCloseTo(0.5)
  })

  test('behavior: a shortfall is a miss of its size, a revert a whole one', () => {
    const value = (over: Partial<CountedStep>) =>
      compute([build({ number: 1, verdict: 'NOT_MET', ...over })]).get('honest')
        ?.met
    expect(value({ shortfall: 0.05 })).toBeCloseTo(0.8)
    expect(value({ shortfall: 0.5 })).toBe(0)
    expect(value({ shortfall: 1 })).toBe(0)
  })

  test('behavior: unknown outcomes count neither way, and many of them cost', () => {
    const met = Array.from({ length: 10 }, (_, number) => build({ number }))
    const unknown = Array.from({ length: 10 }, (_, number) =>
      build({ number: number + 50, verdict: 'UNKNOWN' }),
    )
    const clean = compute(met).get('honest')
    const murky = compute([...met, ...unknown]).get('honest')
    expect(murky?.effective).toBe(clean?.effective)
    expect(murky?.bound).toBeLessThan(clean?.bound ?? 0)
  })

  test('behavior: a ring of twenty owners with a thousand keys gains nothing', () => {
    const honest = Array.from({ length: 12 }, (_, number) =>
      build({ number, account: `known-${number}` }),
    )
    const ring: CountedStep[] = []
    for (let number = 0; number < 1000; number += 1)
      for (let hop = 0; hop < 5; hop += 1)
        ring.push(
          build({
            number: 10_000 + number * 5 + hop,
            agentId: `ring-${(number + hop) % 20}`,
            account: `fresh-${number}`,
          }),
        )
    const trust = compute([...honest, ...ring], {
      seeds: honest.map(({ account }) => account),
    })
    const best = Math.max(
      ...Array.from(
        { length: 20 },
        (_, number) => trust.get(`ring-${number}`)?.bound ?? 0,
      ),
    )
    expect(best).toBe(0)
    expect(trust.get('honest')?.bound).toBeGreaterThan(0.7)
    expect(trust.get('ring-0')?.pruned['closed-ring']).toBeGreaterThan(0)
  })

  test('behavior: buying once from an honest agent does not lift a ring above it', () => {
    const honest = Array.from({ length: 30 }, (_, number) =>
      build({
        number,
        account: `known-${number % 15}`,
        finishedAtUnixSeconds: now - (number % 3) * day,
      }),
    )
    const bridge = Array.from({ length: 20 }, (_, number) =>
      build({ number: 500 + number, account: `fresh-${number}` }),
    )
    const ring = Array.from({ length: 1000 }, (_, number) =>
      build({
        number: 1000 + number,
        agentId: 'ring',
        account: `fresh-${number % 200}`,
      }),
    )
    const trust = compute([...honest, ...bridge, ...ring], {
      seeds: Array.from({ length: 15 }, (_, number) => `known-${number}`),
    })
    expect(trust.get('ring')?.bound ?? 0).toBeLessThan(
      trust.get('honest')?.bound ?? 0,
    )
  })

  test('behavior: a new, better agent overtakes within a few receipts', () => {
    const old = Array.from({ length: 40 }, (_, number) =>
      build({
        number,
        agentId: 'old',
        verdict: number % 4 === 0 ? 'NOT_MET' : 'MET',
        shortfall: 1,
      }),
    )
    const fresh = Array.from({ length: 12 }, (_, number) =>
      build({ number: 100 + number, agentId: 'new' }),
    )
    const trust = compute([...old, ...fresh])
    expect(trust.get('new')?.bound).toBeGreaterThan(
      trust.get('old')?.bound ?? 1,
    )
  })

  test('behavior: the order in which receipts came does not matter', () => {
    const stepArbitrary = fc.record({
      number: fc.nat(1000),
      agent: fc.nat(3),
      account: fc.nat(5),
      verdict: fc.constantFrom(
        'MET' as const,
        'NOT_MET' as const,
        'UNKNOWN' as const,
      ),
      age: fc.nat(100),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(stepArbitrary, { selector: ({ number }) => number }),
        (made) => {
          const steps = made.map(({ number, agent, account, verdict, age }) =>
            build({
              number,
              agentId: `agent-${agent}`,
              account: `payer-${account}`,
              verdict,
              shortfall: 0.1,
              finishedAtUnixSeconds: now - age * day,
            }),
          )
          const forward = compute(steps)
          const backward = compute([...steps].reverse())
          for (const [agentId, trust] of forward)
            expect(backward.get(agentId)?.bound).toBeCloseTo(trust.bound, 9)
        },
      ),
    )
  })
})
