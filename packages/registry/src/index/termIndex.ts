import { holdsDocument } from './capabilityBits.js'
import { GrowableUint32, PagedUint32 } from './growable.js'
import { PostingPool } from './postingPool.js'
import {
  putTexts,
  type SectionReader,
  type Sections,
  takeTexts,
} from './sections.js'

const k1 = 1.2
const b = 0.75

/** A document and its score. */
export type Scored = { readonly document: number; readonly score: number }

/** Terms of a query by their numbers, with how often each was said. */
export type LookedUpTerms = ReadonlyMap<number, number>

/** How one word of a query counted for one document. */
export type TermShare = {
  readonly term: string
  readonly frequency: number
  readonly documents: number
  readonly share: number
}

// A posting is one number: the document and, in the low bits, how often.
const frequencyBits = 6
const maxFrequency = (1 << frequencyBits) - 1
// Documents are scored so many at a time: their scores stay in the processor's
// nearest memory, and what the first blocks found spares work in the others.
const blockBits = 13
const blockSize = 1 << blockBits
const tabledLengths = 4096
/** Postings that are walked past in the time that one is looked up. */
const lookupCost = 12

/**
 * Ranks documents by BM25 over typed arrays. Documents are numbered by the
 * caller, upwards, and never reused: an update is a removal and an addition.
 * Removed documents leave every statistic at once, so that the scores are those
 * of an index that never held them.
 */
export class TermIndex {
  private readonly termIds = new Map<string, number>()
  private readonly terms: string[] = []
  private readonly postings = new PostingPool()
  private readonly liveDocuments = new GrowableUint32(1024)
  /** Most often in one document, and the shortest document, of each term. */
  private readonly peaks = new GrowableUint32(1024)
  /** Where a document's terms start in `forward`. */
  private readonly starts = new GrowableUint32(1024)
  private readonly lengths = new GrowableUint32(1024)
  private readonly forward = new PagedUint32()
  private readonly scores = new Float64Array(blockSize)
  private readonly touched = new Uint16Array(blockSize)
  /** What a term counts that a document of each length holds once. */
  private readonly once = new Float64Array(tabledLengths)
  private onceOf = 0
  private toLength = 0
  /** How often each term was seen in the document that is being added. */
  private frequencies = new Uint16Array(1024)
  /** The different terms of that document; kept, so that none is made anew. */
  private readonly distinct: number[] = []
  private liveCount = 0
  private totalLength = 0
  private readonly keepsForward: boolean

  constructor(options: { readonly type: 'removable' | 'append-only' }) {
    this.keepsForward = options.type === 'removable'
  }

  /** Number of documents that count. */
  get size(): number {
    return this.liveCount
  }

  /** Number of different terms. */
  get termCount(): number {
    return this.terms.length
  }

  /**
   * Adds the next document. Its number is one above the last.
   *
   * @returns A number that only documents of the same terms, in the same order,
   *   share; of this index alone.
   */
  add(document: number, terms: readonly string[]): number {
    const { distinct } = this
    let count = 0
    let high = 0x811c9dc5
    let low = 0x01000193
    for (const term of terms) {
      const id = this.termIds.get(term) ?? this.addTerm(term)
      high = Math.imul(high ^ id, 0x01000193)
      low = Math.imul(low ^ (id + count), 0x85ebca6b)
      low ^= low >>> 15
      const before = this.frequencies[id] as number
      if (before === 0) {
        distinct[count] = id
        count += 1
      }
      if (before < maxFrequency) this.frequencies[id] = before + 1
    }
    this.starts.push(this.forward.length)
    this.lengths.push(terms.length)
    const length = Math.min(0xffff, terms.length)
    for (let place = 0; place < count; place += 1) {
      const id = distinct[place] as number
      const frequency = this.frequencies[id] as number
      this.frequencies[id] = 0
      this.postings.push(id, document * (maxFrequency + 1) + frequency)
      this.liveDocuments.values[id] = this.liveDocuments.at(id) + 1
      const peak = this.peaks.at(id)
      this.peaks.values[id] =
        (Math.max(peak >>> 16, frequency) << 16) |
        Math.min(peak & 0xffff, length)
      if (this.keepsForward) this.forward.push(id)
    }
    this.liveCount += 1
    this.totalLength += terms.length
    return (high >>> 0) * 0x10_0000 + ((low >>> 0) & 0xf_ffff)
  }

  private addTerm(term: string): number {
    const id = this.terms.length
    this.termIds.set(term, id)
    this.terms.push(term)
    this.postings.create()
    this.liveDocuments.push(0)
    this.peaks.push(0xffff)
    if (this.frequencies.length <= id) {
      const grown = new Uint16Array(id * 2 + 1024)
      grown.set(this.frequencies)
      this.frequencies = grown
    }
    return id
  }

  /** Takes a document out of all statistics; its postings are passed over. */
  remove(document: number): void {
    const { start, end } = this.findForward(document)
    for (let place = start; place < end; place += 1) {
      const id = this.forward.at(place)
      this.liveDocuments.values[id] = this.liveDocuments.at(id) - 1
    }
    this.liveCount -= 1
    this.totalLength -= this.lengths.at(document)
  }

  private findForward(document: number): { start: number; end: number } {
    return {
      start: this.starts.at(document),
      end:
        document + 1 < this.starts.length
          ? this.starts.at(document + 1)
          : this.forward.length,
    }
  }

  /**
   * Finds the best documents for a query. Exact: a document is passed over only
   * where no sum of what is left could bring it among the best.
   *
   * @param options.terms - The query's terms, with repetitions.
   * @param options.limit - Most documents.
   * @param options.isEligible - Asked only of documents that would be kept.
   * @param options.bits - Who may be eligible, one bit a document: the others
   *   are passed over before anything is added up.
   * @param options.maxShare - Terms in more than this share of documents are
   *   passed over when rarer ones are there.
   * @returns Best first; equal scores in order of document.
   */
  search(options: {
    readonly terms: readonly string[]
    readonly limit: number
    readonly isEligible: (document: number) => boolean
    readonly bits?: Uint32Array | undefined
    readonly maxShare?: number
    /** Decides between equal scores: the smaller number comes first. */
    readonly tieOf?: (document: number) => number
  }): Scored[] {
    const walks = this.buildWalks(options)
    const best = new TopList(options.limit, options.tieOf)
    // What the terms from each place on can still add.
    const rest = new Float64Array(walks.length + 1)
    for (let place = walks.length - 1; place >= 0; place -= 1)
      rest[place] =
        (rest[place + 1] as number) + (walks[place] as TermWalk).bound
    // Until nothing that is left could reach the worst of the kept.
    while ((rest[0] as number) >= best.worst * (1 - 1e-9)) {
      let next = Number.POSITIVE_INFINITY
      for (const walk of walks) next = Math.min(next, walk.nextDocument())
      if (next === Number.POSITIVE_INFINITY) break
      this.searchBlock(
        (next >>> blockBits) << blockBits,
        walks,
        rest,
        best,
        options.isEligible,
        options.bits,
      )
    }
    return best.toSorted()
  }

  private searchBlock(
    first: number,
    walks: readonly TermWalk[],
    rest: Float64Array,
    best: TopList,
    isEligible: (document: number) => boolean,
    bits: Uint32Array | undefined,
  ): void {
    const { scores, touched } = this
    // A hair below the worst kept: sums differ in their last digits.
    const enough = best.worst * (1 - 1e-9)
    let essential = walks.length
    while (essential > 0 && (rest[essential - 1] as number) < enough)
      essential -= 1
    let count = 0
    for (let place = 0; place < essential; place += 1)
      count = this.addTermScores(walks[place] as TermWalk, first, count, bits)
    let left = this.keepHopeful(count, enough - (rest[essential] as number))
    for (let place = essential; place < walks.length && left > 0; place += 1) {
      const walk = walks[place] as TermWalk
      // For a few, looking up is quicker than walking past all the others.
      if (left * lookupCost < walk.perBlock) this.addLookedUp(walk, first, left)
      else this.addWalked(walk, first)
      left = this.keepHopeful(left, enough - (rest[place + 1] as number))
    }
    for (let index = 0; index < left; index += 1) {
      const offset = touched[index] as number
      const score = scores[offset] as number
      scores[offset] = 0
      const document = first + offset
      if (best.wouldKeep(document, score) && isEligible(document))
        best.add(document, score)
    }
    // Terms that were not needed here start where the next block does.
    const end = first + blockSize
    for (let place = essential; place < walks.length; place += 1)
      (walks[place] as TermWalk).skipTo(end)
  }

  private addTermScores(
    walk: TermWalk,
    first: number,
    count: number,
    bits: Uint32Array | undefined,
  ): number {
    const { scores, touched, once } = this
    const lengths = this.lengths.values
    const { page, end, weight } = walk
    const stop = (first + blockSize) * (maxFrequency + 1)
    let place = walk.place
    let touchedCount = count
    for (; place < end; place += 1) {
      const posting = page[place] as number
      if (posting >= stop) break
      const document = posting >>> frequencyBits
      if (bits !== undefined && !holdsDocument(bits, document)) continue
      const frequency = posting & maxFrequency
      const length = lengths[document] as number
      const offset = document - first
      const before = scores[offset] as number
      if (before === 0) {
        touched[touchedCount] = offset
        touchedCount += 1
      }
      scores[offset] =
        before +
        (frequency === 1 && length < tabledLengths
          ? weight * (once[length] as number)
          : weight * (frequency / (frequency + this.toNorm(length))))
    }
    walk.place = place
    return touchedCount
  }

  /** Forgets the documents whose score is too low, and tells how many stay. */
  private keepHopeful(count: number, least: number): number {
    if (least <= 0) return count
    const { scores, touched } = this
    let left = 0
    for (let index = 0; index < count; index += 1) {
      const offset = touched[index] as number
      if ((scores[offset] as number) < least) scores[offset] = 0
      else {
        touched[left] = offset
        left += 1
      }
    }
    return left
  }

  private addLookedUp(walk: TermWalk, first: number, count: number): void {
    const { scores } = this
    const hopeful = this.touched.subarray(0, count).sort()
    for (let index = 0; index < count; index += 1) {
      const offset = hopeful[index] as number
      const document = first + offset
      const frequency = walk.findFrequency(document)
      if (frequency === 0) continue
      const norm = this.toNorm(this.lengths.values[document] as number)
      scores[offset] =
        (scores[offset] as number) +
        walk.weight * (frequency / (frequency + norm))
    }
  }

  private addWalked(walk: TermWalk, first: number): void {
    const { scores, once } = this
    const lengths = this.lengths.values
    const { page, end, weight } = walk
    const stop = (first + blockSize) * (maxFrequency + 1)
    walk.skipTo(first)
    let place = walk.place
    for (; place < end; place += 1) {
      const posting = page[place] as number
      if (posting >= stop) break
      const document = posting >>> frequencyBits
      const before = scores[document - first] as number
      // Who is at nothing by now was given up.
      if (before === 0) continue
      const frequency = posting & maxFrequency
      const length = lengths[document] as number
      scores[document - first] =
        before +
        (frequency === 1 && length < tabledLengths
          ? weight * (once[length] as number)
          : weight * (frequency / (frequency + this.toNorm(length))))
    }
    walk.place = place
  }

  private buildWalks(options: {
    readonly terms: readonly string[]
    readonly maxShare?: number
  }): TermWalk[] {
    this.tableNorms()
    return (
      [...this.toQueryCounts(options)]
        .map(([id, count]) => {
          const peak = this.peaks.at(id)
          const most = peak >>> 16
          const weight = this.toInverseFrequency(id) * count * (k1 + 1)
          return new TermWalk({
            term: this.terms[id] ?? '',
            page: this.postings.pageOf(id),
            start: this.postings.startOf(id),
            length: this.postings.lengthOf(id),
            weight,
            perBlock:
              (this.postings.lengthOf(id) * blockSize) /
              Math.max(blockSize, this.lengths.length),
            bound: (weight * most) / (most + this.toNorm(peak & 0xffff)),
          })
        })
        // The same order on every replica, so that sums agree to the last digit.
        .sort(
          (left, right) =>
            right.weight - left.weight || (left.term < right.term ? -1 : 1),
        )
    )
  }

  private toNorm(length: number): number {
    return k1 * (1 - b + length * this.toLength)
  }

  private tableNorms(): void {
    const averageLength = this.totalLength / Math.max(1, this.liveCount)
    this.toLength = b / averageLength
    if (this.onceOf === averageLength) return
    this.onceOf = averageLength
    for (let length = 0; length < tabledLengths; length += 1)
      this.once[length] = 1 / (1 + this.toNorm(length))
  }

  /** Looks a query's terms up once, for the explanations of many documents. */
  lookUp(terms: readonly string[]): LookedUpTerms {
    this.tableNorms()
    return this.toQueryCounts({ terms })
  }

  /** Tells which words of a query gave a document its score. */
  explain(document: number, terms: LookedUpTerms): TermShare[] {
    const norm = this.toNorm(this.lengths.at(document))
    const shares: TermShare[] = []
    for (const [id, count] of terms) {
      const frequency = this.findFrequency(id, document)
      if (frequency === 0) continue
      shares.push({
        term: this.terms[id] ?? '',
        frequency,
        documents: this.liveDocuments.at(id),
        share:
          (this.toInverseFrequency(id) * count * (k1 + 1) * frequency) /
          (frequency + norm),
      })
    }
    return shares.sort((left, right) => right.share - left.share)
  }

  /**
   * The score that no document can pass: every term of the query, as dense as
   * can be, those that nobody holds too. A share of it says how much of what was
   * asked is there, whatever else was asked.
   */
  highestScore(terms: readonly string[]): number {
    const counts = new Map<string, number>()
    for (const term of terms)
      counts.set(term, Math.min(2, (counts.get(term) ?? 0) + 1))
    let sum = 0
    for (const [term, count] of counts) {
      const documents = this.documentsWith(term)
      sum +=
        count *
        (k1 + 1) *
        Math.log(1 + (this.liveCount - documents + 0.5) / (documents + 0.5))
    }
    return sum
  }

  /** How many documents hold a term. */
  documentsWith(term: string): number {
    const id = this.termIds.get(term)
    return id === undefined ? 0 : this.liveDocuments.at(id)
  }

  save(into: Sections): void {
    into.values.push(this.liveCount, this.totalLength)
    putTexts(into, this.terms)
    this.postings.save(into)
    this.forward.save(into)
    for (const numbers of [
      this.liveDocuments,
      this.peaks,
      this.starts,
      this.lengths,
    ])
      into.arrays.push(numbers.taken())
  }

  restore(from: SectionReader): void {
    this.liveCount = from.value()
    this.totalLength = from.value()
    for (const [id, term] of takeTexts(from).entries()) {
      this.terms.push(term)
      this.termIds.set(term, id)
    }
    this.frequencies = new Uint16Array(this.terms.length * 2 + 1024)
    this.postings.restore(from)
    this.forward.restore(from)
    for (const numbers of [
      this.liveDocuments,
      this.peaks,
      this.starts,
      this.lengths,
    ])
      numbers.restore(from.uint32())
  }

  private toQueryCounts(options: {
    readonly terms: readonly string[]
    readonly maxShare?: number
  }): Map<number, number> {
    const counts = new Map<number, number>()
    for (const term of options.terms) {
      const id = this.termIds.get(term)
      if (id === undefined || this.liveDocuments.at(id) === 0) continue
      // A word that is said ten times is not meant ten times.
      counts.set(id, Math.min((counts.get(id) ?? 0) + 1, 2))
    }
    const { maxShare } = options
    if (maxShare === undefined) return counts
    const rare = [...counts].filter(
      ([id]) => this.liveDocuments.at(id) <= maxShare * this.liveCount,
    )
    return rare.length >= 3 ? new Map(rare) : counts
  }

  private toInverseFrequency(id: number): number {
    const documents = this.liveDocuments.at(id)
    return Math.log(1 + (this.liveCount - documents + 0.5) / (documents + 0.5))
  }

  private findFrequency(id: number, document: number): number {
    const start = this.postings.startOf(id)
    const end = start + this.postings.lengthOf(id)
    const page = this.postings.pageOf(id)
    const place = findPosting(page, start, end, document)
    const posting = place < end ? (page[place] as number) : 0
    return place < end && posting >>> frequencyBits === document
      ? posting & maxFrequency
      : 0
  }
}

/** One term's list while a query walks it. */
class TermWalk {
  readonly term: string
  readonly page: Uint32Array
  readonly end: number
  readonly weight: number
  /** The most that the term adds to any document. */
  readonly bound: number
  /** Documents of a block that hold the term, on average. */
  readonly perBlock: number
  place: number

  constructor(options: {
    readonly term: string
    readonly page: Uint32Array
    readonly start: number
    readonly length: number
    readonly weight: number
    readonly bound: number
    readonly perBlock: number
  }) {
    this.term = options.term
    this.page = options.page
    this.place = options.start
    this.end = options.start + options.length
    this.weight = options.weight
    this.bound = options.bound
    this.perBlock = options.perBlock
  }

  nextDocument(): number {
    return this.place < this.end
      ? (this.page[this.place] as number) >>> frequencyBits
      : Number.POSITIVE_INFINITY
  }

  /** Goes on to the first document that is not before a given one. */
  skipTo(document: number): void {
    let step = 1
    let low = this.place
    // Twice as far each time, then back by halves: near ones are found at once.
    while (
      low + step < this.end &&
      (this.page[low + step] as number) >>> frequencyBits < document
    ) {
      low += step
      step *= 2
    }
    this.place = findPosting(
      this.page,
      low,
      Math.min(this.end, low + step),
      document,
    )
  }

  findFrequency(document: number): number {
    this.skipTo(document)
    if (this.nextDocument() !== document) return 0
    return (this.page[this.place] as number) & maxFrequency
  }
}

/** Finds the first posting of a document or of a later one. */
function findPosting(
  page: Uint32Array,
  start: number,
  end: number,
  document: number,
): number {
  let low = start
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((page[middle] as number) >>> frequencyBits < document) low = middle + 1
    else high = middle
  }
  return low
}

/** Keeps the best of many, in a heap with the worst on top. */
export class TopList {
  private readonly documents: number[] = []
  private readonly scores: number[] = []
  private readonly limit: number
  private readonly tieOf: (document: number) => number

  constructor(
    limit: number,
    tieOf: (document: number) => number = (document) => document,
  ) {
    this.limit = limit
    this.tieOf = tieOf
  }

  /** What a score must reach to be kept; 0 while there is room. */
  get worst(): number {
    return this.scores.length < this.limit ? 0 : (this.scores[0] ?? 0)
  }

  wouldKeep(document: number, score: number): boolean {
    if (this.scores.length < this.limit) return true
    const worst = this.scores[0] as number
    return (
      score > worst ||
      (score === worst &&
        this.limit > 0 &&
        this.tieOf(document) < this.tieOf(this.documents[0] as number))
    )
  }

  /** Adds a document for which `wouldKeep` said yes. */
  add(document: number, score: number): void {
    const { documents, scores } = this
    if (scores.length < this.limit) {
      documents.push(document)
      scores.push(score)
      let child = scores.length - 1
      while (child > 0) {
        const parent = (child - 1) >>> 1
        if (!this.isWorse(child, parent)) break
        this.exchange(parent, child)
        child = parent
      }
      return
    }
    if (this.limit === 0) return
    documents[0] = document
    scores[0] = score
    let parent = 0
    for (;;) {
      let child = 2 * parent + 1
      if (child >= scores.length) break
      if (child + 1 < scores.length && this.isWorse(child + 1, child))
        child += 1
      if (!this.isWorse(child, parent)) break
      this.exchange(parent, child)
      parent = child
    }
  }

  toSorted(): Scored[] {
    return this.documents
      .map((document, index) => ({
        document,
        score: this.scores[index] as number,
      }))
      .sort(
        (left, right) =>
          right.score - left.score ||
          this.tieOf(left.document) - this.tieOf(right.document),
      )
  }

  private isWorse(left: number, right: number): boolean {
    const leftScore = this.scores[left] as number
    const rightScore = this.scores[right] as number
    if (leftScore !== rightScore) return leftScore < rightScore
    return (
      this.tieOf(this.documents[left] as number) >
      this.tieOf(this.documents[right] as number)
    )
  }

  private exchange(left: number, right: number): void {
    const { documents, scores } = this
    const document = documents[left] as number
    const score = scores[left] as number
    documents[left] = documents[right] as number
    scores[left] = scores[right] as number
    documents[right] = document
    scores[right] = score
  }
}
