// One file because it is one pipeline: who is eligible, who is a candidate, how
// the signals become a score. `explain` runs this same code.
import type { AgentIndex } from '../index/agentIndex.js'
import { toNameGrams } from '../index/agentIndex.js'
import { holdsDocument } from '../index/capabilityBits.js'
import type {
  CapabilityFilter,
  CompiledFilter,
} from '../index/capabilityPool.js'
import { TopList } from '../index/termIndex.js'
import type { AgentStatus } from '../store/agentRecord.js'
import { toGramText, tokenize } from '../text/tokenize.js'
import { addEnglish } from '../text/translate.js'
import {
  buildScoreParts,
  formula,
  type ScoreParts,
  toScore,
} from './scoreFormula.js'

/** How many candidates each signal may name. */
export const candidatesPerSignal = 200
/** Terms of a query that are looked up; a longer one is cut. */
const maxQueryTerms = 128
/** Deepest result that can be asked for. */
export const maxDepth = 10_000

/** What is looked for. */
export type RankQuery = {
  /** Free words; absent when only capabilities are asked for. */
  readonly text?: string
  readonly filter: CapabilityFilter
  readonly statuses: ReadonlySet<AgentStatus>
  /** `hidden`: who was published and not tested yet takes no part. */
  readonly untested?: 'listed' | 'hidden'
  /** Most that 95 in 100 quotes may take; who was not measured takes no part. */
  readonly maxLatencyMs?: number
  /** Unit vector of `text`. */
  readonly vector?: Float32Array
  /** How many results are wanted, from the first on. */
  readonly depth: number
  readonly nowMs: number
}

/** One signal of one candidate. */
export type Signal = {
  readonly raw: number
  /** On the signal's own scale, near 0 to 1. */
  readonly value: number
  readonly weight: number
}

/**
 * A document with the numbers that led to its place. Flat, for hundreds are made
 * at each search and most of them are never shown.
 */
export type RankedDocument = {
  readonly document: number
  readonly score: number
  readonly feeBps: number
  /** The weighted signals, and how far that is above the other candidates. */
  readonly fused: number
  /** NaN where nothing was asked in words. */
  readonly z: number
  readonly words: number
  /** Words as a share of the most that this query could get. */
  readonly wordShare: number
  readonly letters: number
  /** NaN where meaning took no part. */
  readonly meaning: number
}

/** What a ranked document's place is made of, in full. */
export type RankedDetail = {
  readonly parts: ScoreParts
  readonly status: AgentStatus
  readonly signals: Signals
}

/** The signals of one candidate; none where nothing was asked in words. */
export type Signals = Readonly<
  Partial<Record<'words' | 'letters' | 'meaning', Signal>>
>

/** Tells what a ranked document's place is made of. */
export function describeRanked(
  index: AgentIndex,
  entry: RankedDocument,
  nowMs: number,
): RankedDetail {
  const status = index.statusOf(entry.document, nowMs)
  const { words, letters, meaning } = formula.signals
  return {
    status,
    parts: buildScoreParts({
      z: Number.isNaN(entry.z) ? undefined : entry.z,
      trustBound: index.trustOf(entry.document),
      status,
      feeBps: entry.feeBps,
    }),
    signals: Number.isNaN(entry.z)
      ? {}
      : {
          words: { raw: entry.words, value: entry.wordShare, weight: words },
          letters: {
            raw: entry.letters,
            value: entry.letters,
            weight: letters,
          },
          ...(Number.isNaN(entry.meaning)
            ? {}
            : {
                meaning: {
                  raw: entry.meaning,
                  value: entry.meaning,
                  weight: meaning,
                },
              }),
        },
  }
}

/** A ranking, best first. */
export type Ranking = {
  readonly ranked: readonly RankedDocument[]
  /** Terms of the query that any document holds. */
  readonly terms: readonly string[]
  readonly usedMeaning: boolean
}

/** Ranks the agents of an index for one query. Pure: time is passed in. */
export function rankAgents(index: AgentIndex, query: RankQuery): Ranking {
  const filter = index.capabilities.compile(query.filter)
  const bits = index.capabilities.narrow(filter)
  const isEligible = buildEligibility(index, query, filter, bits)
  const terms =
    query.text === undefined
      ? []
      : tokenize(addEnglish(query.text)).slice(0, maxQueryTerms)
  if (query.text === undefined)
    return {
      ranked: rankWithoutText(index, query, filter, isEligible),
      terms,
      usedMeaning: false,
    }
  return rankByText(
    index,
    { ...query, text: query.text },
    {
      filter,
      bits,
      isEligible,
      terms,
    },
  )
}

function buildEligibility(
  index: AgentIndex,
  query: RankQuery,
  filter: CompiledFilter,
  bits: Uint32Array | undefined,
): (document: number) => boolean {
  const { statuses, nowMs, maxLatencyMs } = query
  const { capabilities } = index
  // Cheapest first: behind a filter most documents fall to one bit.
  return (document) =>
    (bits === undefined || holdsDocument(bits, document)) &&
    index.idOf(document) !== undefined &&
    statuses.has(index.statusOf(document, nowMs)) &&
    (maxLatencyMs === undefined ||
      index.p95LatencyMsOf(document) <= maxLatencyMs) &&
    (query.untested !== 'hidden' || !index.isUntested(document)) &&
    (filter.isEmpty || capabilities.findFeeBps(document, filter) >= 0)
}

function rankWithoutText(
  index: AgentIndex,
  query: RankQuery,
  filter: CompiledFilter,
  isEligible: (document: number) => boolean,
): RankedDocument[] {
  const best = new TopList(Math.min(query.depth, maxDepth), index.tieOf)
  for (const document of index.listDocuments(query.filter.action)) {
    // Most documents fall to one comparison; only the kept become objects.
    const highest = index.staticScoreOf(document)
    if (!best.wouldKeep(document, highest)) continue
    if (!isEligible(document)) continue
    const score = scoreDocument(
      index,
      query,
      filter,
      document,
      nothingAsked,
    ).score
    if (best.wouldKeep(document, score)) best.add(document, score)
  }
  return best
    .toSorted()
    .map(({ document }) =>
      scoreDocument(index, query, filter, document, nothingAsked),
    )
}

function rankByText(
  index: AgentIndex,
  query: RankQuery & { readonly text: string },
  found: {
    readonly filter: CompiledFilter
    readonly bits: Uint32Array | undefined
    readonly isEligible: (document: number) => boolean
    readonly terms: readonly string[]
  },
): Ranking {
  const { filter, bits, isEligible, terms } = found
  const depth = Math.min(query.depth, maxDepth)
  const byWords = index.terms.search({
    terms,
    limit: Math.max(candidatesPerSignal, depth),
    isEligible,
    bits,
    tieOf: index.tieOf,
  })
  const byName = index.names.search({
    terms: toNameGrams(query.text.slice(0, 80)),
    limit: 20,
    isEligible,
    bits,
    maxShare: 0.05,
    tieOf: index.tieOf,
  })
  const { vector } = query
  const byMeaning =
    vector === undefined
      ? []
      : index.vectors.search({
          query: vector,
          limit: candidatesPerSignal,
          isEligible,
          bits,
        })
  const candidates = new Set<number>()
  for (const list of [byWords.slice(0, candidatesPerSignal), byName, byMeaning])
    for (const { document } of list) candidates.add(document)
  const documents = [...candidates]
  const wordScores = new Map(
    byWords.map(({ document, score }) => [document, score]),
  )
  const usedMeaning = vector !== undefined && index.vectors.size > 0
  const highest = index.terms.highestScore(terms) || 1
  const letters = buildLetterScores(index, query.text, documents)
  const meanings = usedMeaning
    ? fillMissing(index.vectors.scoreAll(documents, vector))
    : undefined
  const weights = formula.signals
  const shares = documents.map(
    (document) => (wordScores.get(document) ?? 0) / highest,
  )
  const fused = documents.map(
    (_, place) =>
      weights.words * (shares[place] as number) +
      weights.letters * (letters[place] as number) +
      (meanings === undefined
        ? 0
        : weights.meaning * (meanings[place] as number)),
  )
  const spread = measureSpread(fused)
  const ranked = documents
    .map((document, place) =>
      scoreDocument(index, query, filter, document, {
        fused: fused[place] as number,
        z: toZ(fused[place] as number, spread),
        words: wordScores.get(document) ?? 0,
        wordShare: shares[place] as number,
        letters: letters[place] as number,
        meaning: meanings?.[place] ?? Number.NaN,
      }),
    )
    .sort((left, right) => compare(index, left, right))
  return {
    ranked: [...ranked, ...rankRest(index, query, filter, byWords, ranked)],
    terms,
    usedMeaning,
  }
}

/** Deep pages: behind the candidates, in the order of words alone. */
function rankRest(
  index: AgentIndex,
  query: RankQuery,
  filter: CompiledFilter,
  byWords: readonly { readonly document: number }[],
  ranked: readonly RankedDocument[],
): RankedDocument[] {
  const seen = new Set(ranked.map(({ document }) => document))
  const last = ranked.at(-1)?.score ?? 1
  return byWords
    .filter(({ document }) => !seen.has(document))
    .slice(0, Math.max(0, query.depth - ranked.length))
    .map(({ document }, place) => ({
      ...scoreDocument(index, query, filter, document, nothingAsked),
      score: last * 0.999 ** (place + 1),
    }))
}

type Spread = { readonly mean: number; readonly deviation: number }

/** Measures where values lie and how wide. */
export function measureSpread(values: readonly number[]): Spread {
  const mean =
    values.reduce((sum, value) => sum + value, 0) / (values.length || 1)
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) /
    (values.length || 1)
  return { mean, deviation: Math.sqrt(variance) }
}

/** How many deviations a value lies above the mean; 0 where all are equal. */
export function toZ(value: number, spread: Spread): number {
  // What says the same of all says nothing.
  return spread.deviation < 1e-9 ? 0 : (value - spread.mean) / spread.deviation
}

// An agent whose vector is not there yet is neither near nor far.
function fillMissing(values: readonly (number | undefined)[]): number[] {
  const known = values.filter((value) => value !== undefined)
  const { mean } = measureSpread(known)
  return values.map((value) => value ?? mean)
}

const sieveSize = 1 << 13

function toHash(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 8
}

/**
 * A set of four-byte pieces of one text, as numbers in a table: hundreds of
 * candidates are compared with it at each search.
 */
class GramSet {
  private readonly table: Int32Array
  private readonly stamps: Int32Array
  private readonly mask: number
  /** One byte for each piece that may be here: most are not, and end there. */
  private readonly sieve = new Uint8Array(sieveSize)
  private stamp = 0
  size = 0

  constructor(text: Uint8Array) {
    let slots = 64
    while (slots < text.length * 4) slots *= 2
    this.table = new Int32Array(slots)
    this.stamps = new Int32Array(slots)
    this.mask = slots - 1
    let gram = 0
    for (let place = 0; place < text.length; place += 1) {
      gram = (gram << 8) | (text[place] as number)
      if (place < 3) continue
      const slot = this.findSlot(gram)
      if (this.table[slot] !== 0) continue
      this.table[slot] = gram
      this.sieve[toHash(gram) & (sieveSize - 1)] = 1
      this.size += 1
    }
  }

  private findSlot(gram: number): number {
    let slot = toHash(gram) & this.mask
    while (this.table[slot] !== 0 && this.table[slot] !== gram)
      slot = (slot + 1) & this.mask
    return slot
  }

  /** Counts the different pieces that a stretch of bytes shares with this. */
  countShared(bytes: Uint8Array, start: number, end: number): number {
    const { table, stamps, sieve } = this
    this.stamp += 1
    let shared = 0
    let gram = 0
    const first = Math.min(end, start + 3)
    for (let place = start; place < first; place += 1)
      gram = (gram << 8) | (bytes[place] as number)
    for (let place = first; place < end; place += 1) {
      gram = (gram << 8) | (bytes[place] as number)
      if (sieve[toHash(gram) & (sieveSize - 1)] === 0) continue
      const slot = this.findSlot(gram)
      if (table[slot] === 0 || stamps[slot] === this.stamp) continue
      stamps[slot] = this.stamp
      shared += 1
    }
    return shared
  }
}

function buildLetterScores(
  index: AgentIndex,
  text: string,
  documents: readonly number[],
): number[] {
  const wanted = new GramSet(Buffer.from(` ${toGramText(text, 200)} `))
  const see = (bytes: Uint8Array, start: number, end: number) =>
    wanted.countShared(bytes, start, end) /
    Math.sqrt((wanted.size || 1) * Math.max(1, end - start - 3))
  return documents.map((document) => index.lookAtHead(document, see))
}

type Found = Pick<
  RankedDocument,
  'fused' | 'z' | 'words' | 'wordShare' | 'letters' | 'meaning'
>
const nothingAsked: Found = {
  fused: 0,
  z: Number.NaN,
  words: 0,
  wordShare: 0,
  letters: 0,
  meaning: Number.NaN,
}

function scoreDocument(
  index: AgentIndex,
  query: RankQuery,
  filter: CompiledFilter,
  document: number,
  found: Found,
): RankedDocument {
  const { fused, z, words, wordShare, letters, meaning } = found
  const feeBps = Math.max(0, index.capabilities.findFeeBps(document, filter))
  const score = toScore(
    buildScoreParts({
      z: Number.isNaN(z) ? undefined : z,
      trustBound: index.trustOf(document),
      status: index.statusOf(document, query.nowMs),
      feeBps,
    }),
  )
  return {
    document,
    score,
    feeBps,
    fused,
    z,
    words,
    wordShare,
    letters,
    meaning,
  }
}

function compare(
  index: AgentIndex,
  left: RankedDocument,
  right: RankedDocument,
): number {
  return (
    right.score - left.score ||
    index.tieOf(left.document) - index.tieOf(right.document)
  )
}
