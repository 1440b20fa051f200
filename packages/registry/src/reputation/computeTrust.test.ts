import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CountedStep,
  computeTrust,
  trustNumbers,
  wilsonLower,
} from './computeTrust.js'

const day = 86_400
const now = 1_000 * day

function build(over: Partial<CountedStep> & { number: number }): CountedStep {
  const { number, ...rest } = over
  const account = over.account ?? `payer-${number}`
  return {
    receiptHash: `0x${number}`,
    agentId: 'honest',
    account,
    payer: account,
    isKnown: true,
    verdict: 'MET',
    shortfall: 0,
    atUnixSeconds: now,
    ...rest,
  }
}

function compute(
  steps: readonly CountedStep[],
  over: {
    controllers?: ReadonlyMap<string, readonly string[]>
    funded?: readonly (readonly [string, string])[]
  } = {},
) {
  return computeTrust({
    steps,
    controllers: over.controllers ?? new Map(),
    funded: over.funded ?? [],
    left: [],
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
      build({ number, account: number % 2 === 0 ? '0xowner' : '0xoperator' }),
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

  test('behavior: whoever the owner funds, and whoever those fund, is the owner', () => {
    const controllers = new Map([['honest', ['0xowner']]])
    const own = (account: string, funded: [string, string][]) =>
      compute([build({ number: 1, account })], { controllers, funded }).get(
        'honest',
      )?.pruned['same-owner'] === 1
    const first: [string, string] = ['0xowner', '0xfirst']
    const second: [string, string] = ['0xfirst', '0xsecond']
    const third: [string, string] = ['0xsecond', '0xthird']
    expect(own('0xfirst', [first])).toBe(true)
    expect(own('0xsecond', [first, second])).toBe(true)
    expect(own('0xthird', [first, second, third])).toBe(false)
    expect(own('0xpatron', [['0xpatron', '0xowner']])).toBe(true)
  })

  test('behavior: a rival that sends cents to both cannot make one hand of an owner and a customer', () => {
    const trust = compute([build({ number: 1, account: '0xcustomer' })], {
      controllers: new Map([['honest', ['0xowner']]]),
      funded: [
        ['0xrival', '0xowner'],
        ['0xrival', '0xcustomer'],
      ],
    }).get('honest')
    expect(trust).toMatchObject({ receipts: 1, pruned: {} })
  })

  test("behavior: the agent's own hand under another name is its own hand", () => {
    const trust = compute(
      [build({ number: 1, account: '0xnamed', payer: '0xowner' })],
      { controllers: new Map([['honest', ['0xowner']]]) },
    ).get('honest')
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
      build({ number: 1, atUnixSeconds: now - 30 * day }),
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
            isKnown: false,
          }),
        )
    const trust = compute([...honest, ...ring])
    const best = Math.max(
      ...Array.from(
        { length: 20 },
        (_, number) => trust.get(`ring-${number}`)?.bound ?? 0,
      ),
    )
    expect(best).toBe(0)
    expect(trust.get('honest')?.bound).toBeGreaterThan(0.7)
    expect(trust.get('ring-0')).toMatchObject({
      receipts: 0,
      pruned: { 'no-known-engine': 250 },
    })
  })

  test('behavior: strangers without number move an agent by a tenth of what the known say', () => {
    fc.assert(
      fc.property(
        fc.record({
          known: fc.array(fc.constantFrom('MET' as const, 'NOT_MET' as const), {
            minLength: 1,
            maxLength: 60,
          }),
          strangers: fc.integer({ min: 1, max: 800 }),
          says: fc.constantFrom(
            'MET' as const,
            'NOT_MET' as const,
            'UNKNOWN' as const,
          ),
          age: fc.integer({ min: 0, max: 60 }),
        }),
        ({ known, strangers, says, age }) => {
          const told = known.map((verdict, number) =>
            build({ number, verdict, shortfall: verdict === 'MET' ? 0 : 1 }),
          )
          const crowd = Array.from({ length: strangers }, (_, number) =>
            build({
              number: 1000 + number,
              verdict: says,
              shortfall: says === 'MET' ? 0 : 1,
              isKnown: false,
              atUnixSeconds: now - age * day,
            }),
          )
          const before = compute(told).get('honest')
          const after = compute([...told, ...crowd]).get('honest')
          const most = trustNumbers.strangersShare * known.length + 1e-9
          expect(
            (after?.effective ?? 0) + (after?.unknown ?? 0),
          ).toBeLessThanOrEqual(known.length + most)
          const met = before?.met ?? 0
          expect(after?.bound).toBeLessThanOrEqual(
            wilsonLower(met + most, known.length + most) + 1e-9,
          )
          expect(after?.bound).toBeGreaterThanOrEqual(
            wilsonLower(met, known.length + most) * 0.95 - 1e-9,
          )
        },
      ),
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
      isKnown: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(stepArbitrary, { selector: ({ number }) => number }),
        (made) => {
          const steps = made.map(
            ({ number, agent, account, verdict, age, isKnown }) =>
              build({
                number,
                agentId: `agent-${agent}`,
                account: `payer-${account}`,
                verdict,
                shortfall: 0.1,
                isKnown,
                atUnixSeconds: now - age * day,
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
