import { GrowableUint32 } from './growable.js'
import { type Scored, TopList } from './termIndex.js'

// Half of the encoder's dimensions choose well enough, in half the time.
const maxSignBits = 256

/**
 * Finds the nearest documents by meaning. Each vector is kept twice: as bytes
 * for the exact score, and as one sign bit a dimension to choose whom to score.
 */
export class VectorIndex {
  private readonly dimensions: number
  private readonly words: number
  private bytes: Int8Array
  private signs: Uint32Array
  private norms: Float32Array
  /** Row to document. */
  private readonly owners = new GrowableUint32(256)
  private readonly dead: boolean[] = []
  private readonly rows = new Map<number, number[]>()

  constructor(dimensions: number) {
    this.dimensions = dimensions
    this.words = Math.ceil(Math.min(dimensions, maxSignBits) / 32)
    this.bytes = new Int8Array(256 * dimensions)
    this.signs = new Uint32Array(256 * this.words)
    this.norms = new Float32Array(256)
  }

  /** Number of documents that have vectors. */
  get size(): number {
    return this.rows.size
  }

  /** Gives a document its vectors, in place of those it had. */
  set(document: number, vectors: readonly Int8Array[]): void {
    this.remove(document)
    const rows: number[] = []
    for (const vector of vectors)
      if (vector.length === this.dimensions)
        rows.push(this.addRow(document, vector))
    if (rows.length > 0) this.rows.set(document, rows)
  }

  /** Takes a document's vectors out. */
  remove(document: number): void {
    for (const row of this.rows.get(document) ?? []) this.dead[row] = true
    this.rows.delete(document)
  }

  /** Gives a document's vectors to the one that takes its place. */
  move(from: number, to: number): void {
    const rows = this.rows.get(from)
    if (rows === undefined) return
    for (const row of rows) this.owners.values[row] = to
    this.rows.delete(from)
    this.rows.set(to, rows)
  }

  private addRow(document: number, vector: Int8Array): number {
    const row = this.owners.length
    if ((row + 1) * this.dimensions > this.bytes.length) this.grow(row + 1)
    this.owners.push(document)
    this.dead.push(false)
    this.bytes.set(vector, row * this.dimensions)
    let sum = 0
    for (let index = 0; index < this.dimensions; index += 1) {
      const value = vector[index] as number
      sum += value * value
      if (value > 0 && index < this.words * 32) {
        const place = row * this.words + (index >>> 5)
        this.signs[place] =
          ((this.signs[place] as number) | (1 << (index & 31))) >>> 0
      }
    }
    this.norms[row] = Math.sqrt(sum) || 1
    return row
  }

  private grow(rows: number): void {
    const capacity = Math.ceil(rows * 1.5)
    const bytes = new Int8Array(capacity * this.dimensions)
    bytes.set(this.bytes)
    const signs = new Uint32Array(capacity * this.words)
    signs.set(this.signs)
    const norms = new Float32Array(capacity)
    norms.set(this.norms)
    this.bytes = bytes
    this.signs = signs
    this.norms = norms
  }

  /**
   * Finds the nearest documents. A document counts by its nearest vector.
   *
   * @param options.query - Unit vector.
   * @param options.limit - Most documents.
   * @returns Cosine similarities, best first.
   */
  search(options: {
    readonly query: Float32Array
    readonly limit: number
    readonly isEligible: (document: number) => boolean
  }): Scored[] {
    const { query, limit } = options
    const rows = this.owners.length
    if (rows === 0) return []
    const chosen = this.chooseRows(query, Math.max(400, limit * 2))
    const best = new Map<number, number>()
    const compact = toCompact(query)
    for (const row of chosen) {
      const document = this.owners.at(row)
      if (!best.has(document) && !options.isEligible(document)) continue
      const score = this.scoreRow(row, compact)
      if (score > (best.get(document) ?? -2)) best.set(document, score)
    }
    const top = new TopList(limit)
    for (const [document, score] of best)
      if (top.wouldKeep(document, score)) top.add(document, score)
    return top.toSorted()
  }

  private chooseRows(query: Float32Array, count: number): Iterable<number> {
    const rows = this.owners.length
    if (rows <= count) return liveRows(rows, this.dead)
    const { words, signs, dead } = this
    const wanted = new Int32Array(words)
    for (
      let index = 0;
      index < this.words * 32 && index < this.dimensions;
      index += 1
    )
      if ((query[index] as number) > 0)
        wanted[index >>> 5] =
          (wanted[index >>> 5] as number) | (1 << (index & 31))
    // How many rows lie at each distance decides where to cut.
    const distances = new Uint16Array(rows)
    const histogram = new Uint32Array(words * 32 + 1)
    for (let row = 0; row < rows; row += 1) {
      let distance = 0
      const start = row * words
      for (let word = 0; word < words; word += 1) {
        let bits = (signs[start + word] as number) ^ (wanted[word] as number)
        bits -= (bits >>> 1) & 0x55555555
        bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
        distance +=
          Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
      }
      distances[row] = distance
      histogram[distance] = (histogram[distance] as number) + 1
    }
    let cut = 0
    for (let seen = 0; cut < histogram.length - 1; cut += 1) {
      seen += histogram[cut] as number
      if (seen >= count) break
    }
    const chosen: number[] = []
    for (let row = 0; row < rows; row += 1)
      if ((distances[row] as number) <= cut && !dead[row]) chosen.push(row)
    return chosen
  }

  private scoreRow(row: number, query: Compact): number {
    const { bytes, dimensions } = this
    const { values } = query
    const start = row * dimensions
    let sum = 0
    // Whole numbers on both sides: a float in here costs a third of the speed.
    for (let index = 0; index < dimensions; index += 1)
      sum += (bytes[start + index] as number) * (values[index] as number)
    return (sum * query.scale) / (this.norms[row] as number)
  }

  /** Similarity of one document, or `undefined` when it has no vector. */
  scoreOf(document: number, query: Float32Array): number | undefined {
    const compact = toCompact(query)
    let best: number | undefined
    for (const row of this.rows.get(document) ?? []) {
      const score = this.scoreRow(row, compact)
      if (best === undefined || score > best) best = score
    }
    return best
  }
}

type Compact = { readonly values: Int8Array; readonly scale: number }

const compacts = new WeakMap<Float32Array, Compact>()

// A query meets hundreds of rows: it is made whole once.
function toCompact(query: Float32Array): Compact {
  const known = compacts.get(query)
  if (known !== undefined) return known
  let largest = 0
  for (const value of query) largest = Math.max(largest, Math.abs(value))
  const scale = largest / 127 || 1
  const compact = {
    values: Int8Array.from(query, (value) => Math.round(value / scale)),
    scale,
  }
  compacts.set(query, compact)
  return compact
}

function* liveRows(rows: number, dead: readonly boolean[]): Iterable<number> {
  for (let row = 0; row < rows; row += 1) if (!dead[row]) yield row
}
