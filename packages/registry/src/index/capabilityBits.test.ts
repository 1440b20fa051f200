import type { Capability } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildCapability } from '../testing/buildRecord.js'
import { holdsDocument, mostSetsOfKind } from './capabilityBits.js'
import { type CapabilityFilter, CapabilityPool } from './capabilityPool.js'
import { SectionReader, type Sections } from './sections.js'
import { TermIndex } from './termIndex.js'
import { VectorIndex } from './vectorIndex.js'

// 1, 137 and 42161 are alike to a hash of few bits.
const chain = fc.constantFrom(1, 137, 42161, 8453)
const token = fc.constantFrom('USDC', 'WETH', 'DAI', '0xAb')
const venue = fc.constantFrom('aave', 'uniswap', 'Curve')
const action = fc.constantFrom('swap' as const, 'supply' as const)
const orAny = <Item>(item: fc.Arbitrary<Item>) =>
  fc.oneof(fc.constant('any' as const), fc.array(item, { maxLength: 3 }))

const capabilities: fc.Arbitrary<Capability[]> = fc.array(
  fc
    .record({
      action,
      chains: orAny(chain),
      tokens: orAny(token),
      venues: fc.array(venue, { maxLength: 2 }),
      feeBps: fc.integer({ min: 0, max: 50 }),
    })
    .map((over) => buildCapability(over)),
  { maxLength: 3 },
)
const filter: fc.Arbitrary<CapabilityFilter> = fc.record(
  {
    action,
    chainId: fc.oneof(chain, fc.constant(99)),
    venue: fc.oneof(venue, fc.constant('nowhere')),
    tokens: fc.array(fc.array(token, { minLength: 1, maxLength: 2 }), {
      maxLength: 2,
    }),
    maxFeeBps: fc.integer({ min: 0, max: 50 }),
  },
  { requiredKeys: [] },
)

/** What a filter means, said once more and without any index. */
function fits(offered: readonly Capability[], wanted: CapabilityFilter) {
  const serves = (list: 'any' | readonly string[], names: readonly string[]) =>
    list === 'any' ||
    list.some((item) =>
      names.some((name) => name.toLowerCase() === item.toLowerCase()),
    )
  return offered.some(
    (own) =>
      (wanted.action === undefined || own.action === wanted.action) &&
      (wanted.chainId === undefined ||
        own.chains === 'any' ||
        own.chains.includes(wanted.chainId)) &&
      (wanted.venue === undefined || serves(own.venues, [wanted.venue])) &&
      (wanted.tokens ?? []).every((names) => serves(own.tokens, names)) &&
      (wanted.maxFeeBps === undefined || own.feeBps <= wanted.maxFeeBps),
  )
}

/** Whom the bits leave and the pool then says yes to. */
function findFitting(
  pool: CapabilityPool,
  count: number,
  wanted: CapabilityFilter,
): number[] {
  const compiled = pool.compile(wanted)
  const bits = pool.narrow(compiled)
  const found: number[] = []
  for (let document = 0; document < count; document += 1) {
    if (bits !== undefined && !holdsDocument(bits, document)) continue
    if (compiled.isEmpty || pool.findFeeBps(document, compiled) >= 0)
      found.push(document)
  }
  return found
}

const numbersWhere = (count: number, isIn: (number: number) => boolean) =>
  Array.from({ length: count }, (_, number) => number).filter(isIn)

describe('CapabilityBits', () => {
  test('behavior: whatever is added and replaced, no one who fits is lost', () => {
    fc.assert(
      fc.property(
        fc.array(capabilities, { minLength: 1, maxLength: 70 }),
        fc.array(fc.tuple(fc.nat(), capabilities), { maxLength: 20 }),
        fc.array(filter, { minLength: 1, maxLength: 10 }),
        (added, replaced, filters) => {
          const pool = new CapabilityPool()
          const offered = [...added]
          for (const own of added) pool.add(own)
          for (const [choice, own] of replaced) {
            const document = choice % added.length
            offered[document] = own
            pool.replace(document, own)
          }
          const into: Sections = { arrays: [], values: [] }
          pool.save(into)
          const readBack = new CapabilityPool()
          readBack.restore(toReader(into))
          for (const wanted of filters) {
            const right = numbersWhere(
              offered.length,
              (document) =>
                // Who asks for nothing finds those who offer nothing, too.
                pool.compile(wanted).isEmpty ||
                fits(offered[document] ?? [], wanted),
            )
            expect(findFitting(pool, offered.length, wanted)).toEqual(right)
            expect(findFitting(readBack, offered.length, wanted)).toEqual(right)
          }
        },
      ),
    )
  })

  test('behavior: one condition leaves exactly those who fit it', () => {
    fc.assert(
      fc.property(
        fc.array(capabilities, { minLength: 1, maxLength: 70 }),
        fc.oneof(
          action.map((value) => ({ action: value })),
          chain.map((value) => ({ chainId: value })),
        ),
        (added, wanted) => {
          const pool = new CapabilityPool()
          for (const own of added) pool.add(own)
          const offered = added.map((own, document) =>
            document % 3 === 0 ? (added[document + 1] ?? []) : own,
          )
          for (const [document, own] of offered.entries())
            if (document % 3 === 0) pool.replace(document, own)
          const bits = pool.narrow(pool.compile(wanted))
          if (bits === undefined) throw new RangeError('it narrows nothing')
          expect(
            numbersWhere(added.length, (document) =>
              holdsDocument(bits, document),
            ),
          ).toEqual(
            numbersWhere(added.length, (document) =>
              fits(offered[document] ?? [], wanted),
            ),
          )
        },
      ),
    )
  })

  test('behavior: more values than there are sets are found all the same', () => {
    const pool = new CapabilityPool()
    const count = mostSetsOfKind * 2
    for (let number = 0; number < count; number += 1)
      pool.add([buildCapability({ action: 'swap', chains: [number + 1] })])
    pool.add([buildCapability({ action: 'swap' })])
    for (let number = 0; number < count; number += 1)
      expect(findFitting(pool, count + 1, { chainId: number + 1 })).toEqual([
        number,
        count,
      ])
    // Those that came too late for a set narrow nothing.
    expect(pool.narrow(pool.compile({ chainId: count }))).toBeUndefined()
    const bits = pool.narrow(pool.compile({ chainId: 1 }))
    expect(
      numbersWhere(
        count + 1,
        (document) => bits !== undefined && holdsDocument(bits, document),
      ),
    ).toEqual([0, count])
  })
})

describe('a search by words behind bits', () => {
  test('behavior: finds what asking each document finds', () => {
    const term = fc.constantFrom('swap', 'lend', 'price', 'fast', 'rare')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(capabilities, fc.array(term, { maxLength: 6 })), {
          minLength: 1,
          maxLength: 90,
        }),
        filter,
        fc.array(term, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        (made, wanted, terms, limit) => {
          const pool = new CapabilityPool()
          const index = new TermIndex({ type: 'removable' })
          for (const [document, [own, words]] of made.entries()) {
            pool.add(own)
            index.add(document, words)
          }
          const compiled = pool.compile(wanted)
          const asked = {
            terms,
            limit,
            isEligible: (document: number) =>
              compiled.isEmpty || pool.findFeeBps(document, compiled) >= 0,
          }
          expect(
            index.search({ ...asked, bits: pool.narrow(compiled) }),
          ).toEqual(index.search(asked))
        },
      ),
    )
  })
})

describe('a search by meaning behind bits', () => {
  test('behavior: the best of those who fit, as by comparing with each of them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.integer({ min: 2, max: 40 }),
        (seed, oneIn) => {
          let state = seed
          const next = () => {
            state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
            return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32 - 0.5
          }
          const pool = new CapabilityPool()
          const index = new VectorIndex(16)
          const count = 1_500
          const vectors = Array.from({ length: count }, (_, document) => {
            const vector = Int8Array.from({ length: 16 }, () => next() * 250)
            index.set(document, [vector])
            pool.add([
              buildCapability({
                action: document % oneIn === 0 ? 'supply' : 'swap',
              }),
            ])
            return vector
          })
          const drawn = Float32Array.from({ length: 16 }, next)
          const length = Math.hypot(...drawn)
          const query = drawn.map((value) => value / length)
          const compiled = pool.compile({ action: 'supply' })
          const found = index.search({
            query,
            limit: 5,
            isEligible: (document) => pool.findFeeBps(document, compiled) >= 0,
            bits: pool.narrow(compiled),
          })
          const cosine = (vector: Int8Array) =>
            vector.reduce(
              (sum, value, at) => sum + value * (query[at] as number),
              0,
            ) / Math.hypot(...vector)
          const best = Math.max(
            ...vectors
              .filter((_, document) => document % oneIn === 0)
              .map(cosine),
          )
          expect(found).toHaveLength(5)
          expect(found.every(({ document }) => document % oneIn === 0)).toBe(
            true,
          )
          // Signs choose whom to compare: of few who fit, that is everyone.
          if (count / oneIn <= 400) expect(found[0]?.score).toBeCloseTo(best, 1)
        },
      ),
      { numRuns: 8 },
    )
  })
})

function toReader({ arrays, values }: Sections): SectionReader {
  return new SectionReader(
    arrays.map(
      (array) =>
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice()
          .buffer,
    ),
    values,
  )
}
