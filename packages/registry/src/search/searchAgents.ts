import { createHash } from 'node:crypto'
import type { Action } from '@behest/spec'
import {
  CursorStaleError,
  IndexBehindError,
  QueryRefusedError,
} from '../errors/registryErrors.js'
import type { AgentIndex, HitFace } from '../index/agentIndex.js'
import type { LookedUpTerms } from '../index/termIndex.js'
import type { AgentStatus } from '../store/agentRecord.js'
import { tokenize } from '../text/tokenize.js'
import { addEnglish } from '../text/translate.js'
import {
  describeRanked,
  maxDepth,
  type RankedDetail,
  type RankedDocument,
  type RankQuery,
  rankAgents,
} from './rankAgents.js'
import { formulaVersion, type ScoreParts } from './scoreFormula.js'
import { spreadTop } from './spreadTop.js'

/** What may be asked of a search. */
export type SearchQuery = {
  /** Free words, at most 2,000 letters. */
  readonly text?: string
  readonly action?: Action
  readonly chainId?: number
  /** Each must be served; several names of one token are alternatives. */
  readonly tokens?: readonly (readonly string[])[]
  readonly venue?: string
  readonly maxFeeBps?: number
  /** Most that 95 in 100 of its quotes took, as measured, in ms. */
  readonly maxLatencyMs?: number
  /** States to list; live, degraded and unverified unless told. */
  readonly statuses?: readonly AgentStatus[]
  /** `hidden` where tests are made: who was published and not tested yet. */
  readonly untested?: 'listed' | 'hidden'
  /** Most results of one page, 1 to 100. */
  readonly limit: number
  readonly cursor?: string
  /** Wait-free read of one's own write: refuse when the index is older. */
  readonly minSeq?: number
  /** Lets a newcomer in now and then, always for the same seed. */
  readonly seed?: string
}

/** One agent that was found. */
export type SearchHit = Omit<HitFace, 'marks'> & {
  readonly marks: readonly string[]
  readonly status: AgentStatus
  readonly score: number
  readonly parts: ScoreParts
  readonly why: readonly string[]
  readonly leaseUntil: string | null
  /** What 95 in 100 of its quotes took at most, in ms; `null` before one. */
  readonly p95LatencyMs: number | null
}

/** One page of what was found. */
export type SearchPage = {
  readonly results: readonly SearchHit[]
  readonly nextCursor: string | null
  readonly indexSeq: number
  readonly formulaVersion: string
  /** Signals that took no part in this answer. */
  readonly degraded: readonly 'vector'[]
}

/** States that are listed unless a caller names others. */
export const listedStatuses: readonly AgentStatus[] = [
  'live',
  'degraded',
  'unverified',
]

/** People paste whole letters; the first words of them decide. */
const maxTextLength = 2_000
/** Receipts below which an agent counts as new. */
const newcomerReceipts = 20
const newcomerShare = 20
/** Cosine from which a meaning is worth telling about. */
const nearMeaning = 0.35
const maxKeptLists = 500

/** Rankings that pages are cut from. Bounded; a lost one is made again. */
export type RankingCache = Map<string, KeptList>

type KeptList = {
  /** Packed: five hundred lists of objects would keep the collector busy. */
  readonly numbers: Float64Array
  /** How many documents it holds; there may be room for more. */
  readonly count: number
  readonly index: AgentIndex
  readonly isComplete: boolean
}

type RankedList = {
  readonly documents: readonly RankedDocument[]
  readonly isComplete: boolean
}

/** Numbers of one document in a kept list. */
const packedColumns = 9

function pack(
  documents: readonly RankedDocument[],
  used: Float64Array | undefined,
): Float64Array {
  const length = documents.length * packedColumns
  // The room of the list that leaves: new room at each search would be as much
  // work for the collector as the search itself.
  const numbers =
    used !== undefined && used.length >= length && used.length <= 4 * length
      ? used
      : new Float64Array(length)
  let at = 0
  for (const entry of documents) {
    numbers[at] = entry.document
    numbers[at + 1] = entry.score
    numbers[at + 2] = entry.feeBps
    numbers[at + 3] = entry.fused
    numbers[at + 4] = entry.z
    numbers[at + 5] = entry.words
    numbers[at + 6] = entry.wordShare
    numbers[at + 7] = entry.letters
    numbers[at + 8] = entry.meaning
    at += packedColumns
  }
  return numbers
}

function unpack({ numbers, count }: KeptList): RankedDocument[] {
  return Array.from({ length: count }, (_, place) => {
    const at = place * packedColumns
    return {
      document: numbers[at] as number,
      score: numbers[at + 1] as number,
      feeBps: numbers[at + 2] as number,
      fused: numbers[at + 3] as number,
      z: numbers[at + 4] as number,
      words: numbers[at + 5] as number,
      wordShare: numbers[at + 6] as number,
      letters: numbers[at + 7] as number,
      meaning: numbers[at + 8] as number,
    }
  })
}

/**
 * Answers one page of a search.
 *
 * @param options.index - The index, and the last change that it holds.
 * @param options.vector - Unit vector of the text, where an encoder is at hand.
 * @param options.nowMs - The database's time.
 * @throws {QueryRefusedError} when the text is too long or the page too deep.
 * @throws {CursorStaleError} when the cursor belongs to another question or to
 *   an index that is gone.
 * @throws {IndexBehindError} when `minSeq` was not read yet.
 */
export function searchAgents(options: {
  readonly index: AgentIndex
  readonly indexSeq: number
  readonly query: SearchQuery
  readonly vector?: Float32Array
  readonly expectsVector: boolean
  readonly nowMs: number
  readonly cache: RankingCache
}): SearchPage {
  const { index, indexSeq, query, cache } = options
  assertAnswerable(query)
  if (query.minSeq !== undefined && query.minSeq > indexSeq)
    throw new IndexBehindError({ minSeq: query.minSeq, indexSeq })
  const queryKey = toQueryKey(query)
  const start = readCursor(query.cursor, queryKey)
  const offset = start?.offset ?? 0
  const seq = start?.indexSeq ?? indexSeq
  const listKey = `${seq}:${queryKey}:${query.limit}`
  const needed = offset + query.limit + 1
  const kept = start === undefined ? undefined : cache.get(listKey)
  let list: RankedList | undefined =
    kept?.index === index
      ? { documents: unpack(kept), isComplete: kept.isComplete }
      : undefined
  if (
    list === undefined ||
    (!list.isComplete && list.documents.length < needed)
  ) {
    if (seq !== indexSeq)
      throw new CursorStaleError({
        reason: 'the agents changed since and the old order is gone',
      })
    list = rank(
      options,
      Math.min(maxDepth, Math.max(needed, stepDepth(needed))),
    )
  }
  const page = list.documents.slice(offset, offset + query.limit)
  const end = offset + page.length
  const hasMore = end < list.documents.length && end < maxDepth
  if (hasMore) keep(cache, listKey, { index, list })
  const terms = index.terms.lookUp(
    query.text === undefined ? [] : tokenize(addEnglish(query.text)),
  )
  return {
    results: page.flatMap(
      (entry) => toHit(index, entry, query, terms, options.nowMs) ?? [],
    ),
    nextCursor: hasMore
      ? toCursor({ offset: end, indexSeq: seq, queryKey })
      : null,
    indexSeq,
    formulaVersion,
    degraded:
      query.text !== undefined &&
      options.expectsVector &&
      options.vector === undefined
        ? ['vector']
        : [],
  }
}

// Few are ranked for a first page, many for who goes on.
function stepDepth(needed: number): number {
  return needed <= 200 ? 200 : needed <= 2_000 ? 2_000 : maxDepth
}

function rank(
  options: Parameters<typeof searchAgents>[0],
  depth: number,
): RankedList {
  const { index, query } = options
  const { ranked } = rankAgents(index, {
    ...toRankQuery(query, options),
    depth,
  })
  const spread = spreadTop(index, ranked, {
    topCount: query.limit,
    comparesTexts: query.text !== undefined,
  })
  return {
    documents:
      query.seed === undefined
        ? spread
        : letNewcomerIn(index, spread, query.seed, query.limit),
    isComplete: ranked.length < depth,
  }
}

/** Builds what is ranked from what was asked. */
export function toRankQuery(
  query: SearchQuery,
  context: { readonly vector?: Float32Array; readonly nowMs: number },
): Omit<RankQuery, 'depth'> {
  return {
    ...(query.text === undefined ? {} : { text: query.text }),
    filter: {
      ...(query.action === undefined ? {} : { action: query.action }),
      ...(query.chainId === undefined ? {} : { chainId: query.chainId }),
      ...(query.tokens === undefined ? {} : { tokens: query.tokens }),
      ...(query.venue === undefined ? {} : { venue: query.venue }),
      ...(query.maxFeeBps === undefined ? {} : { maxFeeBps: query.maxFeeBps }),
    },
    statuses: new Set(query.statuses ?? listedStatuses),
    ...(query.maxLatencyMs === undefined
      ? {}
      : { maxLatencyMs: query.maxLatencyMs }),
    ...(query.untested === undefined ? {} : { untested: query.untested }),
    ...(context.vector === undefined ? {} : { vector: context.vector }),
    nowMs: context.nowMs,
  }
}

function assertAnswerable(query: SearchQuery): void {
  if (query.text !== undefined && query.text.length > maxTextLength)
    throw new QueryRefusedError({
      reason: `q has ${query.text.length} letters, and ${maxTextLength} is the most`,
    })
}

/** Five in a hundred seeds give the last place of the page to a newcomer. */
function letNewcomerIn(
  index: AgentIndex,
  ranked: readonly RankedDocument[],
  seed: string,
  limit: number,
): RankedDocument[] {
  const draw = createHash('sha256').update(seed).digest()
  if (draw.readUInt32LE(0) % newcomerShare !== 0) return [...ranked]
  const newcomers = ranked
    .slice(limit)
    .filter(
      ({ document }) => index.effectiveReceiptsOf(document) < newcomerReceipts,
    )
  const chosen = newcomers[draw.readUInt32LE(4) % (newcomers.length || 1)]
  if (chosen === undefined) return [...ranked]
  const rest = ranked.filter((entry) => entry !== chosen)
  return [...rest.slice(0, limit - 1), chosen, ...rest.slice(limit - 1)]
}

function keep(
  cache: RankingCache,
  key: string,
  options: { readonly index: AgentIndex; readonly list: RankedList },
): void {
  const { index, list } = options
  const again = cache.get(key)
  cache.delete(key)
  const oldest = cache.keys().next().value
  let used = again?.numbers
  if (cache.size >= maxKeptLists && oldest !== undefined) {
    used ??= cache.get(oldest)?.numbers
    cache.delete(oldest)
  }
  cache.set(key, {
    numbers: pack(list.documents, used),
    count: list.documents.length,
    index,
    isComplete: list.isComplete,
  })
}

function toHit(
  index: AgentIndex,
  entry: RankedDocument,
  query: SearchQuery,
  terms: LookedUpTerms,
  nowMs: number,
): SearchHit | undefined {
  const { document } = entry
  if (index.idOf(document) === undefined) return undefined
  const face = index.faceOf(document)
  const lease = index.leaseUntilMsOf(document)
  const latency = index.p95LatencyMsOf(document)
  const detail = describeRanked(index, entry, nowMs)
  // Each by its name: taking all that a parsed text holds is several times the work.
  return {
    agentId: face.agentId,
    name: face.name,
    agent: face.agent,
    owner: face.owner,
    url: face.url,
    endpoint: face.endpoint,
    description: face.description,
    capabilities: face.capabilities,
    reference: face.reference,
    version: face.version,
    source: face.source,
    cardSigned: face.cardSigned,
    handle: face.handle,
    marks: face.marks,
    status: detail.status,
    score: entry.score,
    parts: detail.parts,
    why: toReasons(index, entry, detail, query, terms),
    leaseUntil: Number.isFinite(lease) ? new Date(lease).toISOString() : null,
    p95LatencyMs: Number.isFinite(latency) ? latency : null,
  }
}

function toReasons(
  index: AgentIndex,
  entry: RankedDocument,
  detail: RankedDetail,
  query: SearchQuery,
  terms: LookedUpTerms,
): string[] {
  const reasons: string[] = []
  if (query.action !== undefined)
    reasons.push(
      `serves ${query.action}${query.chainId === undefined ? '' : ` on chain ${query.chainId}`}${query.venue === undefined ? '' : ` on ${query.venue}`}`,
    )
  const matched = index.terms
    .explain(entry.document, terms)
    .slice(0, 5)
    .map(({ term }) => term)
  if (matched.length > 0)
    reasons.push(`matches the words ${matched.join(', ')}`)
  const { meaning, letters } = detail.signals
  if (meaning !== undefined && meaning.value > nearMeaning)
    reasons.push(`is near in meaning (cosine ${meaning.value.toFixed(2)})`)
  if (matched.length === 0 && letters !== undefined && letters.value > 0.1)
    reasons.push('is spelt like the query')
  reasons.push(
    detail.status === 'unverified'
      ? 'was not measured yet'
      : `is ${detail.status} as measured`,
  )
  const effective = index.effectiveReceiptsOf(entry.document)
  reasons.push(
    effective > 0
      ? `keeps at least ${(100 * index.trustOf(entry.document)).toFixed(0)} % of its promises (${effective.toFixed(1)} weighted receipts)`
      : 'has no receipts yet',
  )
  return reasons
}

type Cursor = {
  readonly offset: number
  readonly indexSeq: number
  readonly queryKey: string
}

function toQueryKey(query: SearchQuery): string {
  const { cursor: _, minSeq: __, limit: ___, ...asked } = query
  return createHash('sha256')
    .update(JSON.stringify(asked))
    .digest('base64url')
    .slice(0, 16)
}

function toCursor(cursor: Cursor): string {
  return Buffer.from(
    `${cursor.offset}.${cursor.indexSeq}.${cursor.queryKey}`,
  ).toString('base64url')
}

function readCursor(
  text: string | undefined,
  queryKey: string,
): Cursor | undefined {
  if (text === undefined) return undefined
  const match = /^(\d{1,6})\.(\d{1,15})\.([\w-]{16})$/.exec(
    Buffer.from(text, 'base64url').toString('latin1'),
  )
  if (match === null)
    throw new CursorStaleError({ reason: 'it is not one of ours' })
  const [, offset = '', indexSeq = '', key = ''] = match
  if (key !== queryKey)
    throw new CursorStaleError({ reason: 'it belongs to another query' })
  return { offset: Number(offset), indexSeq: Number(indexSeq), queryKey: key }
}
