import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TermIndex } from './termIndex.js'

const words = ['swap', 'lend', 'price', 'send', 'usdc', 'eth', 'aave', 'best']
const documentArbitrary = fc.array(fc.constantFrom(...words), {
  minLength: 1,
  maxLength: 20,
})

/** BM25 as its definition says, without any cleverness. */
function scoreNaively(
  documents: readonly (readonly string[] | undefined)[],
  query: readonly string[],
): Map<number, number> {
  const live = documents.flatMap((terms, document) =>
    terms === undefined ? [] : [{ terms, document }],
  )
  const average =
    live.reduce((sum, { terms }) => sum + terms.length, 0) / live.length
  const scores = new Map<number, number>()
  for (const { terms, document } of live) {
    let score = 0
    for (const term of new Set(query)) {
      const holding = live.filter((other) => other.terms.includes(term)).length
      const frequency = terms.filter((word) => word === term).length
      if (frequency === 0) continue
      const count = Math.min(2, query.filter((word) => word === term).length)
      const inverse = Math.log(
        1 + (live.length - holding + 0.5) / (holding + 0.5),
      )
      score +=
        (inverse * count * frequency * 2.2) /
        (frequency + 1.2 * (0.25 + (0.75 * terms.length) / average))
    }
    if (score > 0) scores.set(document, score)
  }
  return scores
}

describe('TermIndex', () => {
  test('behavior: scores are those of the definition, after removals too', () => {
    fc.assert(
      fc.property(
        fc.array(documentArbitrary, { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat(24), { maxLength: 10 }),
        documentArbitrary,
        (documents, removals, query) => {
          const index = new TermIndex({ type: 'removable' })
          const kept: (readonly string[] | undefined)[] = [...documents]
          documents.forEach((terms, document) => {
            index.add(document, terms)
          })
          for (const document of removals)
            if (kept[document] !== undefined) {
              kept[document] = undefined
              index.remove(document)
            }
          const expected = scoreNaively(kept, query)
          const found = index.search({
            terms: query,
            limit: 100,
            isEligible: (document) => kept[document] !== undefined,
          })
          expect(found.map(({ document }) => document).sort()).toEqual(
            [...expected.keys()].sort(),
          )
          for (const { document, score } of found)
            expect(score).toBeCloseTo(expected.get(document) ?? -1, 4)
        },
      ),
    )
  })

  test('behavior: the limit keeps the best, and only eligible ones', () => {
    const index = new TermIndex({ type: 'removable' })
    for (let document = 0; document < 50; document += 1)
      index.add(document, [
        'swap',
        ...Array.from({ length: document }, () => 'filler'),
      ])
    const best = index.search({
      terms: ['swap'],
      limit: 3,
      isEligible: (document) => document % 2 === 1,
    })
    expect(best.map(({ document }) => document)).toEqual([1, 3, 5])
  })

  test('behavior: what is passed over could not have been among the best', () => {
    // Common and rare words over several blocks of documents.
    const documents = Array.from({ length: 30_000 }, (_, document) => {
      const terms = words.filter(
        (_, rank) => document % (rank * rank + 2) === 1,
      )
      return terms.length === 0 ? ['other'] : terms
    })
    const index = new TermIndex({ type: 'removable' })
    documents.forEach((terms, document) => {
      index.add(document, terms)
    })
    fc.assert(
      fc.property(
        documentArbitrary,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (terms, limit, eligible) => {
          const search = (most: number) =>
            index.search({
              terms,
              limit: most,
              isEligible: (document) => document % eligible === 0,
            })
          // A list that holds everything cannot pass anything over.
          expect(search(limit)).toEqual(search(40_000).slice(0, limit))
        },
      ),
      { numRuns: 30 },
    )
  })

  test('behavior: explain gives the parts of the score', () => {
    const index = new TermIndex({ type: 'removable' })
    index.add(0, ['swap', 'eth', 'usdc'])
    index.add(1, ['lend', 'usdc'])
    const [hit] = index.search({
      terms: ['swap', 'usdc'],
      limit: 1,
      isEligible: () => true,
    })
    const shares = index.explain(0, index.lookUp(['swap', 'usdc']))
    expect(shares.map(({ term }) => term)).toEqual(['swap', 'usdc'])
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(
      hit?.score ?? -1,
      5,
    )
  })
})
