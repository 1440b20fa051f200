// One file because it is one walk: the pipeline of a search, step by step, as
// one agent went through it. It runs the search's own code.
import { isDeepStrictEqual } from 'node:util'
import type { AgentIndex } from '../index/agentIndex.js'
import type { CapabilityFilter } from '../index/capabilityPool.js'
import type { AgentRecord, AgentStatus } from '../store/agentRecord.js'
import { tokenize } from '../text/tokenize.js'
import { addEnglish } from '../text/translate.js'
import {
  describeRanked,
  measureSpread,
  type RankedDocument,
  rankAgents,
  type Signals,
  toZ,
} from './rankAgents.js'
import { formulaVersion, type ScoreParts } from './scoreFormula.js'
import {
  listedStatuses,
  type SearchQuery,
  toRankQuery,
} from './searchAgents.js'
import { spreadTop } from './spreadTop.js'

/** One check that an agent went through. */
export type ExplainStep = {
  readonly check:
    | 'found'
    | 'signature'
    | 'lease'
    | 'health'
    | 'filter'
    | 'candidate'
  readonly passed: boolean
  readonly says: string
  readonly wanted?: string
  readonly offered?: string
}

/** Why an agent stands where it does for a query, or why it does not stand. */
export type Explanation = {
  readonly agentId: string
  readonly query: string | null
  readonly listed: boolean
  /** 1 is the first; absent when not listed. */
  readonly rank: number | null
  readonly of: number
  readonly steps: readonly ExplainStep[]
  /** What to do about the first check that failed; absent when listed. */
  readonly todo: string | null
  readonly score: number | null
  /** Their product is the score. */
  readonly parts: ScoreParts | null
  readonly signals: readonly {
    readonly name: 'words' | 'letters' | 'meaning'
    readonly raw: number
    /** On the signal's own scale; what is weighed. */
    readonly value: number
    /** How far above the other candidates, in deviations; for the reader. */
    readonly z: number
    readonly weight: number
    readonly product: number
  }[]
  /** The products' sum, and its place among the candidates in deviations. */
  readonly fused: number | null
  readonly z: number | null
  readonly terms: readonly {
    readonly term: string
    readonly share: number
    readonly documents: number
  }[]
  readonly trust: AgentRecord['trust']
  readonly price: { readonly feeBps: number } | null
  /** What was done to spread the top over owners and texts. */
  readonly spread: string | null
  /** How much more the agent one place above scores. */
  readonly gapToNext: number | null
  readonly indexSeq: number
  readonly formulaVersion: string
}

const explainDepth = 10_000

/**
 * Explains one agent's place.
 *
 * @param options.record - The agent as stored.
 * @param options.vector - Unit vector of the text.
 */
export function explainAgent(options: {
  readonly index: AgentIndex
  readonly indexSeq: number
  readonly record: AgentRecord
  readonly query: SearchQuery
  readonly vector?: Float32Array
  readonly nowMs: number
}): Explanation {
  const { index, record, query, nowMs } = options
  const document = index.findDocument(record.id)
  const rankQuery = toRankQuery(query, options)
  const checks = collectChecks(index, document, record, query, nowMs)
  const ranking = rankAgents(index, { ...rankQuery, depth: explainDepth })
  const spread = spreadTop(index, ranking.ranked, {
    topCount: query.limit,
    comparesTexts: query.text !== undefined,
  })
  const place = spread.findIndex((entry) => entry.document === document)
  const entry = place === -1 ? undefined : spread[place]
  const steps = [...checks]
  if (checks.every(({ passed }) => passed))
    steps.push(toCandidateStep(index, document, query, entry))
  const failed = steps.find(({ passed }) => !passed)
  const above = place > 0 ? spread[place - 1] : undefined
  const detail =
    entry === undefined ? undefined : describeRanked(index, entry, nowMs)
  const unspread = ranking.ranked.findIndex(
    (ranked) => ranked.document === document,
  )
  return {
    agentId: record.id,
    query: query.text ?? null,
    listed: entry !== undefined,
    rank: entry === undefined ? null : place + 1,
    of: spread.length,
    steps,
    todo: failed === undefined ? null : toAdvice(failed, record),
    score: entry?.score ?? null,
    parts: detail?.parts ?? null,
    signals: toSignalList(detail?.signals, ranking.ranked),
    fused: entry?.fused ?? null,
    z: entry === undefined || Number.isNaN(entry.z) ? null : entry.z,
    terms:
      query.text === undefined || document === -1
        ? []
        : index.terms
            .explain(
              document,
              index.terms.lookUp(tokenize(addEnglish(query.text))),
            )
            .slice(0, 10)
            .map(({ term, share, documents }) => ({ term, share, documents })),
    trust: record.trust,
    price: entry === undefined ? null : { feeBps: entry.feeBps },
    spread:
      entry !== undefined && unspread !== place
        ? `ranked ${unspread + 1} by score; ${unspread < place ? 'others went before it, because its owner or its text was there already' : 'moved up, because one owner or one text may not fill the top'}`
        : null,
    gapToNext:
      entry === undefined || above === undefined
        ? null
        : above.score - entry.score,
    indexSeq: options.indexSeq,
    formulaVersion,
  }
}

function collectChecks(
  index: AgentIndex,
  document: number,
  record: AgentRecord,
  query: SearchQuery,
  nowMs: number,
): ExplainStep[] {
  const steps: ExplainStep[] = [
    {
      check: 'found',
      passed: document !== -1,
      says:
        document !== -1
          ? `is in the index since change ${record.seq}`
          : 'is stored, and not in this index yet',
    },
    {
      check: 'signature',
      passed: true,
      says:
        record.source === 'signed'
          ? `published by ${record.owner} with sequence ${record.sequence}`
          : 'imported by the operator: nobody signed it',
    },
  ]
  if (document === -1) return steps
  const lease = index.leaseUntilMsOf(document)
  const status = index.statusOf(document, nowMs)
  const wanted: readonly AgentStatus[] = query.statuses ?? listedStatuses
  steps.push({
    check: 'lease',
    passed: status !== 'expired' || wanted.includes('expired'),
    says: Number.isFinite(lease)
      ? `the lease ${lease > nowMs ? 'runs until' : 'ended at'} ${new Date(lease).toISOString()}`
      : 'has no lease, for it was imported',
  })
  steps.push({
    check: 'health',
    passed:
      status === 'expired' ||
      (wanted.includes(status) &&
        (query.untested !== 'hidden' || !index.isUntested(document))),
    wanted: wanted.join(', '),
    offered: status,
    says: record.statusReason,
  })
  const { maxLatencyMs } = query
  if (maxLatencyMs !== undefined) {
    const latency = index.p95LatencyMsOf(document)
    const measured = Number.isFinite(latency)
      ? `${Math.round(latency)} ms`
      : 'not measured'
    steps.push({
      check: 'filter',
      passed: latency <= maxLatencyMs,
      wanted: `latency ≤ ${maxLatencyMs} ms`,
      offered: measured,
      says: `95 in 100 of its quotes took at most: ${measured}`,
    })
  }
  steps.push(...collectFilterChecks(index, document, record, query))
  return steps
}

function collectFilterChecks(
  index: AgentIndex,
  document: number,
  record: AgentRecord,
  query: SearchQuery,
): ExplainStep[] {
  const { filter } = toRankQuery(query, { nowMs: 0 })
  const steps: ExplainStep[] = []
  let narrowed: CapabilityFilter = {}
  const add = (part: CapabilityFilter, name: string, wanted: string) => {
    const before = narrowed
    narrowed = { ...narrowed, ...part }
    if (isDeepStrictEqual(before, narrowed)) return
    const passed =
      index.capabilities.findFeeBps(
        document,
        index.capabilities.compile(narrowed),
      ) >= 0
    steps.push({
      check: 'filter',
      passed,
      wanted: `${name} ${wanted}`,
      offered: toOffer(record, name, filter.action),
      says: passed
        ? `serves ${name} ${wanted}`
        : part.action !== undefined && record.delisted.includes(part.action)
          ? `is not listed for ${name} ${wanted}: it failed its contract test`
          : `has no capability with ${name} ${wanted}${Object.keys(before).length > 0 ? ' beside what was asked before' : ''}`,
    })
  }
  if (filter.action !== undefined)
    add({ action: filter.action }, 'action', filter.action)
  if (filter.chainId !== undefined)
    add({ chainId: filter.chainId }, 'chain', `${filter.chainId}`)
  if (filter.tokens !== undefined)
    add(
      { tokens: filter.tokens },
      'token',
      filter.tokens.map((names) => names.join('|')).join(', '),
    )
  if (filter.venue !== undefined)
    add({ venue: filter.venue }, 'venue', filter.venue)
  if (filter.maxFeeBps !== undefined)
    add({ maxFeeBps: filter.maxFeeBps }, 'fee', `≤ ${filter.maxFeeBps} bps`)
  return steps
}

function toOffer(
  record: AgentRecord,
  name: string,
  action: string | undefined,
): string {
  const of = record.capabilities.filter(
    (capability) => action === undefined || capability.action === action,
  )
  switch (name) {
    case 'action':
      return [
        ...new Set(
          record.capabilities.map((capability) =>
            record.delisted.includes(capability.action)
              ? `${capability.action} (delisted: failed its contract test)`
              : capability.action,
          ),
        ),
      ].join(', ')
    case 'chain':
      return of
        .map(({ chains }) => (chains === 'any' ? 'any' : chains.join(', ')))
        .join('; ')
    case 'token':
      return of
        .map(({ tokens }) => (tokens === 'any' ? 'any' : tokens.join(', ')))
        .join('; ')
    case 'venue':
      return of.map(({ venues }) => venues.join(', ')).join('; ')
    default:
      return of.map(({ feeBps }) => `${feeBps} bps`).join('; ')
  }
}

function toCandidateStep(
  index: AgentIndex,
  document: number,
  query: SearchQuery,
  entry: RankedDocument | undefined,
): ExplainStep {
  if (query.text === undefined)
    return {
      check: 'candidate',
      passed: entry !== undefined,
      says: 'no words were asked for: every agent that is left is a candidate',
    }
  const words = index.terms.explain(
    document,
    index.terms.lookUp(tokenize(addEnglish(query.text))),
  )
  return {
    check: 'candidate',
    passed: entry !== undefined,
    says:
      entry === undefined
        ? 'none of the query’s words, letters or meaning brought it among the candidates'
        : words.length > 0
          ? `matches ${words.length} of the query’s words`
          : 'matches no word; its letters or its meaning brought it in',
  }
}

function toAdvice(failed: ExplainStep, record: AgentRecord): string {
  switch (failed.check) {
    case 'found':
      return 'Ask again in a second.'
    case 'signature':
      return 'Publish it with a signature of its owner.'
    case 'lease':
      return 'Send a heartbeat, or publish it again.'
    case 'health':
      return record.status === 'suspended'
        ? 'Ask the operator of this registry; the reason is above.'
        : record.status === 'unverified'
          ? 'Wait for the first visit, some seconds: until it has passed, only a search with status=unverified finds it.'
          : `Repair what the last visit found: ${record.statusReason}.`
    case 'filter':
      if (
        record.delisted.some((action) => failed.wanted === `action ${action}`)
      )
        return 'Mend what the contract test found ("behest doctor" says what), and publish it again.'
      if (failed.wanted?.startsWith('latency '))
        return 'Answer quotes faster, or ask for more time: what counts is the slowest twentieth of a day.'
      return `Declare a capability with ${failed.wanted ?? 'it'} in the card, if the agent serves it, and publish it again.`
    case 'candidate':
      return 'Say in the description and in the examples what people ask for, in their words.'
  }
}

function toSignalList(
  signals: Signals | undefined,
  ranked: readonly RankedDocument[],
): {
  name: 'words' | 'letters' | 'meaning'
  raw: number
  value: number
  z: number
  weight: number
  product: number
}[] {
  if (signals === undefined) return []
  return (['words', 'letters', 'meaning'] as const).flatMap((name) => {
    const signal = signals[name]
    if (signal === undefined) return []
    const column = name === 'words' ? 'wordShare' : name
    const spread = measureSpread(
      ranked
        .filter(({ z }) => !Number.isNaN(z))
        .map((entry) => entry[column])
        .filter((value) => !Number.isNaN(value)),
    )
    return [
      {
        name,
        ...signal,
        z: toZ(signal.value, spread),
        product: signal.weight * signal.value,
      },
    ]
  })
}
