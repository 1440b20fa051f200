import { GrowableUint32 } from './growable.js'

const k1 = 1.2
const b = 0.75

/** A document and its score. */
export type Scored = { readonly document: number; readonly score: number }

/** How one word of a query counted for one document. */
export type TermShare = {
  readonly term: string
  readonly frequency: number
  readonly documents: number
  readonly share: number
}

// A posting is one number: the document and, in the low byte, how often.
const frequencyBits = 6
const maxFrequency = (1 << frequencyBits) - 1

/**
 * Ranks documents by BM25 over typed arrays. Documents are numbered by the
 * caller, upwards, and never reused: an update is a removal and an addition.
 * Removed documents leave every statistic at once, so that the scores are those
 * of an index that never held them.
 */
export class TermIndex {
  private readonly termIds = new Map<string, number>()
  private readonly terms: string[] = []
  private readonly postings: GrowableUint32[] = []
  private readonly liveDocuments = new GrowableUint32(1024)
  /** Where a document's terms start in `forward`. */
  private readonly starts = new GrowableUint32(1024)
  private readonly lengths = new GrowableUint32(1024)
  private readonly forward = new GrowableUint32(4096)
  private scores = new Float32Array(1024)
  /** How often each term was seen in the document that is being added. */
  private frequencies = new Uint16Array(1024)
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

  /** Adds the next document. Its number is one above the last. */
  add(document: number, terms: readonly string[]): void {
    const touched: number[] = []
    for (const term of terms) {
      let id = this.termIds.get(term)
      if (id === undefined) {
        id = this.terms.length
        this.termIds.set(term, id)
        this.terms.push(term)
        this.postings.push(new GrowableUint32(2))
        this.liveDocuments.push(0)
        if (this.frequencies.length <= id) {
          const grown = new Uint16Array(id * 2 + 1024)
          grown.set(this.frequencies)
          this.frequencies = grown
        }
      }
      const before = this.frequencies[id] as number
      if (before === 0) touched.push(id)
      if (before < maxFrequency) this.frequencies[id] = before + 1
    }
    this.starts.push(this.forward.length)
    this.lengths.push(terms.length)
    for (const id of touched) {
      const frequency = this.frequencies[id] as number
      this.frequencies[id] = 0
      this.postings[id]?.push(document * (maxFrequency + 1) + frequency)
      this.liveDocuments.values[id] = this.liveDocuments.at(id) + 1
      if (this.keepsForward) this.forward.push(id)
    }
    this.liveCount += 1
    this.totalLength += terms.length
    if (this.scores.length <= document) {
      const grown = new Float32Array(Math.ceil(document * 1.5) + 1024)
      this.scores = grown
    }
  }

  /** Takes a document out of all statistics; its postings are passed over. */
  remove(document: number): void {
    const start = this.starts.at(document)
    const end =
      document + 1 < this.starts.length
        ? this.starts.at(document + 1)
        : this.forward.length
    for (let place = start; place < end; place += 1) {
      const id = this.forward.at(place)
      this.liveDocuments.values[id] = this.liveDocuments.at(id) - 1
    }
    this.liveCount -= 1
    this.totalLength -= this.lengths.at(document)
  }

  /**
   * Finds the best documents for a query.
   *
   * @param options.terms - The query's terms, with repetitions.
   * @param options.limit - Most documents.
   * @param options.isEligible - Asked only of documents that would be kept.
   * @param options.weights - Weight per term; 1 unless told.
   * @param options.maxShare - Terms in more than this share of documents are
   *   passed over when rarer ones are there.
   * @returns Best first; equal scores in order of document.
   */
  search(options: {
    readonly terms: readonly string[]
    readonly limit: number
    readonly isEligible: (document: number) => boolean
    readonly weights?: ReadonlyMap<string, number>
    readonly maxShare?: number
    /** Decides between equal scores: the smaller number comes first. */
    readonly tieOf?: (document: number) => number
  }): Scored[] {
    const counts = this.toQueryCounts(options)
    const { scores } = this
    const touched: number[] = []
    const averageLength = this.totalLength / Math.max(1, this.liveCount)
    const lengths = this.lengths.values
    for (const [id, count] of counts) {
      const weight = this.toInverseFrequency(id) * count * (k1 + 1)
      const list = this.postings[id]
      if (list === undefined) continue
      const { values, length } = list
      for (let index = 0; index < length; index += 1) {
        const posting = values[index] as number
        const document = posting >>> frequencyBits
        const frequency = posting & maxFrequency
        const norm =
          k1 * (1 - b + (b * (lengths[document] as number)) / averageLength)
        const before = scores[document] as number
        if (before === 0) touched.push(document)
        scores[document] = before + (weight * frequency) / (frequency + norm)
      }
    }
    const best = new TopList(options.limit, options.tieOf)
    for (const document of touched) {
      const score = scores[document] as number
      scores[document] = 0
      if (best.wouldKeep(document, score) && options.isEligible(document))
        best.add(document, score)
    }
    return best.toSorted()
  }

  /** Scores given documents, those without any of the terms as 0. */
  scoreAll(
    documents: readonly number[],
    terms: readonly string[],
  ): Map<number, number> {
    const wanted = new Set(documents)
    const found = this.search({
      terms,
      limit: documents.length,
      isEligible: (document) => wanted.has(document),
    })
    const result = new Map(documents.map((document) => [document, 0]))
    for (const { document, score } of found) result.set(document, score)
    return result
  }

  /** Tells which words of a query gave a document its score. */
  explain(document: number, terms: readonly string[]): TermShare[] {
    const averageLength = this.totalLength / Math.max(1, this.liveCount)
    const norm = k1 * (1 - b + (b * this.lengths.at(document)) / averageLength)
    const shares: TermShare[] = []
    for (const [id, count] of this.toQueryCounts({ terms })) {
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

  /** The different terms of a document. */
  termsOf(document: number): string[] {
    const start = this.starts.at(document)
    const end =
      document + 1 < this.starts.length
        ? this.starts.at(document + 1)
        : this.forward.length
    const result: string[] = []
    for (let place = start; place < end; place += 1)
      result.push(this.terms[this.forward.at(place)] ?? '')
    return result
  }

  /** Inverse document frequency of a term, 0 when no document holds it. */
  inverseFrequencyOf(term: string): number {
    const id = this.termIds.get(term)
    return id === undefined ? 0 : this.toInverseFrequency(id)
  }

  private toQueryCounts(options: {
    readonly terms: readonly string[]
    readonly weights?: ReadonlyMap<string, number>
    readonly maxShare?: number
  }): Map<number, number> {
    const counts = new Map<number, number>()
    for (const term of options.terms) {
      const id = this.termIds.get(term)
      if (id === undefined || this.liveDocuments.at(id) === 0) continue
      const weight = options.weights?.get(term) ?? 1
      // A word that is said ten times is not meant ten times.
      counts.set(id, Math.min((counts.get(id) ?? 0) + weight, 2 * weight))
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
    const list = this.postings[id]
    if (list === undefined) return 0
    let low = 0
    let high = list.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const posting = list.at(middle)
      const found = posting >>> frequencyBits
      if (found === document) return posting & maxFrequency
      if (found < document) low = middle + 1
      else high = middle - 1
    }
    return 0
  }
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
