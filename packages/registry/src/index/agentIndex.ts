// One file because it is one data structure: what the process holds of all
// agents, column by column, and how a record enters and leaves it.

import { collectAgentMarks } from '../card/displayText.js'
import { buildScoreParts, toScore } from '../search/scoreFormula.js'
import {
  type AgentRecord,
  type AgentStatus,
  measuredStatuses,
} from '../store/agentRecord.js'
import { actionWords, chainNames } from '../text/lexicon.js'
import { toGramText, tokenize } from '../text/tokenize.js'
import { CapabilityPool } from './capabilityPool.js'
import { GrowableFloat64, GrowableUint32, TextArena } from './growable.js'
import {
  putTexts,
  type SectionReader,
  type Sections,
  takeTexts,
} from './sections.js'
import { TermIndex } from './termIndex.js'
import { VectorIndex } from './vectorIndex.js'

const noDocument = -1
const headLetters = 80

/** What of a document a hit shows, apart from what changes by the minute. */
export type HitFace = Pick<
  AgentRecord,
  | 'name'
  | 'agent'
  | 'owner'
  | 'url'
  | 'endpoint'
  | 'description'
  | 'capabilities'
  | 'reference'
  | 'version'
  | 'source'
  | 'cardSigned'
  | 'handle'
> & { readonly agentId: string; readonly marks: readonly string[] }

/** The state of an index, for `/readyz` and `/metrics`. */
export type IndexStatistics = {
  readonly documents: number
  readonly deadDocuments: number
  readonly terms: number
  readonly vectors: number
  readonly arenaBytes: number
}

/** The texts by which an agent is found. */
export type IndexTexts = {
  readonly terms: readonly string[]
  readonly head: string
}

/** Some megabytes; without them each hit of each search is parsed anew. */
const parsedFaces = 16_384

/** Everything that search needs, in the process, derived from the tables. */
export class AgentIndex {
  readonly terms = new TermIndex({ type: 'removable' })
  /** Three-letter pieces of names: misspelt names are found by them. */
  readonly names = new TermIndex({ type: 'removable' })
  readonly capabilities = new CapabilityPool()
  readonly vectors: VectorIndex
  private readonly documents = new Map<string, number>()
  private readonly ids: (string | undefined)[] = []
  private readonly faces = new TextArena()
  /** Parsed faces, one a place: a document's face never changes. */
  private readonly parsed: { document: number; face: HitFace }[] = []
  private readonly heads = new TextArena()
  private readonly contentKeys = new GrowableFloat64()
  private readonly textKeys = new GrowableFloat64()
  private readonly statuses = new GrowableUint32(1024)
  private readonly leases = new GrowableFloat64()
  private readonly trusts = new GrowableFloat64()
  private readonly effective = new GrowableFloat64()
  private readonly staticScores = new GrowableFloat64()
  private readonly latencies = new GrowableFloat64()
  private readonly owners = new GrowableUint32(1024)
  private readonly published = new GrowableFloat64()
  private readonly tieKeys = new GrowableFloat64()
  private readonly ownerIds = new Map<string, number>()
  private readonly byAction = new Map<string, GrowableUint32>()
  private dead = 0

  constructor(options: { readonly vectorLength: number }) {
    this.vectors = new VectorIndex(options.vectorLength)
  }

  /** Number of agents, expired ones too. */
  get size(): number {
    return this.documents.size
  }

  /** One above the highest document number. */
  get end(): number {
    return this.ids.length
  }

  /** Share of the memory that removed documents still hold. */
  get deadShare(): number {
    return this.dead / Math.max(1, this.ids.length)
  }

  /** Takes in one record of the feed, whatever it changes. */
  apply(record: AgentRecord): void {
    const known = this.documents.get(record.id)
    if (record.deleted) {
      if (known !== undefined) this.remove(record.id, known)
      return
    }
    if (known !== undefined) {
      if (this.contentKeys.at(known) === toContentKey(record)) {
        this.setMeasured(known, record)
        return
      }
      // The old vectors serve until the new text's come.
      this.vectors.move(known, this.ids.length)
      this.remove(record.id, known)
    }
    this.add(record)
  }

  private add(record: AgentRecord): void {
    const document = this.ids.length
    this.ids.push(record.id)
    this.documents.set(record.id, document)
    const { terms, head } = toIndexTexts(record)
    const termsKey = this.terms.add(document, terms)
    this.names.add(document, toNameGrams(record.name))
    // Its ends are marked, so that the first and last letters count as such.
    this.heads.push(` ${head} `)
    this.faces.push(JSON.stringify(toFace(record)))
    this.capabilities.add(toOffered(record))
    this.contentKeys.push(toContentKey(record))
    this.textKeys.push(termsKey)
    this.statuses.push(measuredStatuses.indexOf(record.status))
    this.leases.push(record.leaseUntilMs ?? Number.POSITIVE_INFINITY)
    this.trusts.push(record.trust?.bound ?? 0)
    this.effective.push(record.trust?.effective ?? 0)
    this.staticScores.push(toStaticScore(record))
    this.latencies.push(record.p95LatencyMs ?? Number.POSITIVE_INFINITY)
    this.published.push(record.publishedAtMs)
    this.tieKeys.push(toNumberKey(record.id))
    this.owners.push(record.owner === null ? 0 : this.internOwner(record.owner))
    for (const action of new Set(
      record.capabilities.map((capability) => capability.action),
    )) {
      let list = this.byAction.get(action)
      if (list === undefined) {
        list = new GrowableUint32()
        this.byAction.set(action, list)
      }
      list.push(document)
    }
  }

  private internOwner(owner: string): number {
    const known = this.ownerIds.get(owner)
    if (known !== undefined) return known
    const id = this.ownerIds.size + 1
    this.ownerIds.set(owner, id)
    return id
  }

  private remove(id: string, document: number): void {
    this.documents.delete(id)
    this.ids[document] = undefined
    this.terms.remove(document)
    this.names.remove(document)
    this.vectors.remove(document)
    this.dead += 1
  }

  private setMeasured(document: number, record: AgentRecord): void {
    this.statuses.values[document] = measuredStatuses.indexOf(record.status)
    this.trusts.values[document] = record.trust?.bound ?? 0
    this.effective.values[document] = record.trust?.effective ?? 0
    this.staticScores.values[document] = toStaticScore(record)
    this.latencies.values[document] =
      record.p95LatencyMs ?? Number.POSITIVE_INFINITY
    this.leases.values[document] =
      record.leaseUntilMs ?? Number.POSITIVE_INFINITY
    this.capabilities.replace(document, toOffered(record))
  }

  /** Takes in a renewed lease. */
  setLease(agentId: string, leaseUntilMs: number): void {
    const document = this.documents.get(agentId)
    if (document !== undefined) this.leases.values[document] = leaseUntilMs
  }

  /** Takes in the vectors of an agent; the first is that of its description. */
  setVectors(agentId: string, vectors: readonly Int8Array[]): void {
    const document = this.documents.get(agentId)
    if (document !== undefined) this.vectors.set(document, vectors)
  }

  /** Gets the number of an agent, or -1. */
  findDocument(agentId: string): number {
    return this.documents.get(agentId) ?? noDocument
  }

  idOf(document: number): string | undefined {
    return this.ids[document]
  }

  /** What is shown of a document. The same few are shown again and again. */
  faceOf(document: number): HitFace {
    const place = document % parsedFaces
    const kept = this.parsed[place]
    if (kept?.document === document) return kept.face
    const face = JSON.parse(this.faces.at(document)) as HitFace
    this.parsed[place] = { document, face }
    return face
  }

  /** Shows the letters that whole-query n-grams are compared with. */
  lookAtHead<Seen>(
    document: number,
    see: (bytes: Uint8Array, start: number, end: number) => Seen,
  ): Seen {
    return this.heads.look(document, see)
  }

  leaseUntilMsOf(document: number): number {
    return this.leases.at(document)
  }

  /**
   * A score that no query without words can lift the document above: as if it
   * were live and took no fee. Computed when trust changes, not at each search.
   */
  staticScoreOf(document: number): number {
    return this.staticScores.at(document)
  }

  trustOf(document: number): number {
    return this.trusts.at(document)
  }

  effectiveReceiptsOf(document: number): number {
    return this.effective.at(document)
  }

  /** A number per owner; 0 for agents without one. */
  ownerOf(document: number): number {
    return this.owners.at(document)
  }

  /** Orders equals: the same on every replica, and favours no letter. */
  readonly tieOf = (document: number): number => this.tieKeys.at(document)

  /** Equal for documents with the same words. */
  textKeyOf(document: number): number {
    return this.textKeys.at(document)
  }

  publishedAtMsOf(document: number): number {
    return this.published.at(document)
  }

  /** The state at a moment: a lease that ended is not an agent. */
  statusOf(document: number, nowMs: number): AgentStatus {
    const measured = measuredStatuses[this.statuses.at(document)] ?? 'down'
    if (measured === 'suspended') return 'suspended'
    return this.leases.at(document) <= nowMs ? 'expired' : measured
  }

  /** What 95 in 100 quotes took at most, in ms; infinite before one was measured. */
  p95LatencyMsOf(document: number): number {
    return this.latencies.at(document)
  }

  /**
   * Whether an agent was published and waits for its first test. What the
   * operator loaded is never tested, and has no lease.
   */
  isUntested(document: number): boolean {
    return (
      measuredStatuses[this.statuses.at(document)] === 'unverified' &&
      Number.isFinite(this.leases.at(document))
    )
  }

  /** Documents that declare an action: where a search without words starts. */
  listDocuments(action: string | undefined): Iterable<number> {
    if (action === undefined) return countTo(this.ids.length)
    const list = this.byAction.get(action)
    return list === undefined ? [] : list.values.subarray(0, list.length)
  }

  /** Gives everything that the index is made of, to be written down. */
  save(): Sections {
    const into: Sections = { arrays: [], values: [] }
    into.values.push(this.dead, [...this.byAction.keys()])
    // An id never is empty: an empty line is a document that was removed.
    putTexts(
      into,
      this.ids.map((id) => id ?? ''),
    )
    putTexts(into, [...this.ownerIds.keys()])
    for (const part of [
      this.terms,
      this.names,
      this.capabilities,
      this.vectors,
    ])
      part.save(into)
    for (const arena of [this.faces, this.heads]) arena.save(into)
    for (const numbers of this.listFloats()) into.arrays.push(numbers.taken())
    for (const numbers of [
      this.statuses,
      this.owners,
      ...this.byAction.values(),
    ])
      into.arrays.push(numbers.taken())
    return into
  }

  /** Makes the index that {@link save} gave. */
  static restore(
    from: SectionReader,
    options: { readonly vectorLength: number },
  ): AgentIndex {
    const index = new AgentIndex(options)
    index.dead = from.value()
    const actions = from.value<string[]>()
    for (const [document, id] of takeTexts(from).entries()) {
      index.ids.push(id === '' ? undefined : id)
      if (id !== '') index.documents.set(id, document)
    }
    for (const owner of takeTexts(from)) index.internOwner(owner)
    for (const part of [
      index.terms,
      index.names,
      index.capabilities,
      index.vectors,
    ])
      part.restore(from)
    for (const arena of [index.faces, index.heads]) arena.restore(from)
    for (const numbers of index.listFloats()) numbers.restore(from.float64())
    index.statuses.restore(from.uint32())
    index.owners.restore(from.uint32())
    for (const action of actions) {
      const list = new GrowableUint32()
      list.restore(from.uint32())
      index.byAction.set(action, list)
    }
    return index
  }

  private listFloats(): readonly GrowableFloat64[] {
    return [
      this.contentKeys,
      this.textKeys,
      this.leases,
      this.trusts,
      this.effective,
      this.staticScores,
      this.published,
      this.tieKeys,
      this.latencies,
    ]
  }

  /** Whether a record says what the index holds, or is not held. */
  agreesWith(record: AgentRecord): boolean {
    const document = this.documents.get(record.id)
    if (record.deleted) return document === undefined
    return (
      document !== undefined &&
      this.contentKeys.at(document) === toContentKey(record)
    )
  }

  get statistics(): IndexStatistics {
    return {
      documents: this.documents.size,
      deadDocuments: this.dead,
      terms: this.terms.termCount,
      vectors: this.vectors.size,
      arenaBytes: this.faces.bytes + this.heads.bytes,
    }
  }
}

function toStaticScore(record: AgentRecord): number {
  return toScore(
    buildScoreParts({
      z: undefined,
      trustBound: record.trust?.bound ?? 0,
      status: 'live',
      feeBps: 0,
    }),
  )
}

function* countTo(end: number): Iterable<number> {
  for (let value = 0; value < end; value += 1) yield value
}

function toOffered(record: AgentRecord): AgentRecord['capabilities'] {
  if (record.delisted.length === 0) return record.capabilities
  return record.capabilities.filter(
    ({ action }) => !record.delisted.includes(action),
  )
}

function toFace(record: AgentRecord): HitFace {
  return {
    agentId: record.id,
    name: record.name,
    agent: record.agent,
    owner: record.owner,
    url: record.url,
    endpoint: record.endpoint,
    description: record.description,
    capabilities: record.capabilities,
    reference: record.reference,
    version: record.version,
    source: record.source,
    cardSigned: record.cardSigned,
    handle: record.handle,
    marks: collectAgentMarks(record),
  }
}

/** The words of an agent, in the order: name, description, capabilities, examples. */
export function toIndexTexts(
  record: Pick<
    AgentRecord,
    'name' | 'description' | 'keywords' | 'capabilities' | 'examples' | 'handle'
  >,
): IndexTexts {
  const { name, description, keywords, examples, handle } = record
  return {
    terms: tokenize(`${name}\n${handle ?? ''}\n${description}\n${keywords}`)
      .concat(toCapabilityTerms(record.capabilities))
      .concat(tokenize(examples.join('\n'))),
    head: toGramText(`${name} ${description}`, headLetters),
  }
}

// The same few words for millions of agents: each is cut into terms once.
const knownTerms = new Map<string, readonly string[]>()
const maxKnownTerms = 50_000

function toKnownTerms(words: string): readonly string[] {
  const known = knownTerms.get(words)
  if (known !== undefined) return known
  const terms = tokenize(words)
  if (knownTerms.size >= maxKnownTerms) knownTerms.clear()
  knownTerms.set(words, terms)
  return terms
}

function toCapabilityTerms(
  capabilities: AgentRecord['capabilities'],
): readonly string[] {
  const terms = new Set<string>()
  const add = (words: string) => {
    for (const term of toKnownTerms(words)) terms.add(term)
  }
  for (const { action, venues, tokens, chains } of capabilities) {
    add(actionWords[action])
    for (const venue of venues) add(venue)
    if (tokens !== 'any')
      for (const token of tokens) if (!/^0x/.test(token)) add(token)
    if (chains !== 'any')
      for (const chain of chains)
        for (const name of chainNames[chain] ?? []) add(name)
  }
  return [...terms]
}

/** Letters that take two units each. */
const astral = /[\ud800-\udfff]/

/** Three-letter pieces of a name, its ends marked. */
export function toNameGrams(name: string): string[] {
  const grams: string[] = []
  for (const word of toGramText(name, headLetters).split(' ')) {
    const marked = ` ${word} `
    if (!astral.test(marked)) {
      if (marked.length <= 3) grams.push(marked)
      for (let index = 0; index + 3 <= marked.length; index += 1)
        grams.push(marked.slice(index, index + 3))
      continue
    }
    const letters = [...marked]
    if (letters.length <= 3) grams.push(letters.join(''))
    for (let index = 0; index + 3 <= letters.length; index += 1)
      grams.push(letters.slice(index, index + 3).join(''))
  }
  return grams
}

/** FNV-1a over 52 bits: a number that two different texts hardly share. */
export function toNumberKey(text: string): number {
  let high = 0x811c9dc5
  let low = 0x01000193
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(low ^ (code + index), 0x85ebca6b)
  }
  return (high >>> 0) * 0x10_0000 + ((low >>> 0) & 0xf_ffff)
}

function toContentKey(record: AgentRecord): number {
  return toNumberKey(
    [
      record.cardHash,
      record.source,
      record.owner,
      record.reference,
      record.name,
      record.url,
      record.endpoint,
      record.handle,
      record.cardSigned,
    ].join('\n'),
  )
}
