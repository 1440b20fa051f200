import { holdsDocument } from './capabilityBits.js'
import { GrowableUint32 } from './growable.js'
import type { SectionReader, Sections } from './sections.js'
import { type Scored, TopList } from './termIndex.js'
import {
  createDistances,
  createDot,
  createSigns,
  KernelMemory,
} from './vectorKernel.js'

/** Sign bits of a row: half of the encoder's dimensions choose well enough. */
const signBytes = 32
const rowsPerBlock = 1 << 16
/** Room before the rows, where the query is put, and new signs behind it. */
const queryBytes = 4_096
const signPlace = queryBytes - signBytes
/** Vectors that are scored exactly, and how many may be looked at for them. */
const leastChosen = 400
const mostLookedAt = 25_600
const maxVectorsPerDocument = 15
/** What four gigabytes of addresses hold. */
const maxMemoryBytes = 2 ** 32 - 65_536

type Machine = {
  readonly rowMemory: KernelMemory
  /** Blocks of signs, each followed by the distances of its rows. */
  readonly signMemory: KernelMemory
  readonly dot: ReturnType<typeof createDot>
  readonly distances: ReturnType<typeof createDistances>
  readonly signs: ReturnType<typeof createSigns>
}

/**
 * Finds the nearest documents by meaning. Each vector is kept twice: as bytes
 * for the exact score, and as one sign bit a dimension to choose whom to score.
 */
export class VectorIndex {
  private readonly dimensions: number
  /** Bytes from one row to the next. */
  private readonly pitch: number
  private machine: Machine | undefined
  private norms = new Float32Array(256)
  /** Row to document. */
  private readonly owners = new GrowableUint32(256)
  private dead = new Uint8Array(256)
  /** First row and number of rows of each document, in one number. */
  private readonly spans = new GrowableUint32(256)
  private documents = 0

  constructor(dimensions: number) {
    this.dimensions = dimensions
    this.pitch = Math.ceil(dimensions / 16) * 16
    if (this.pitch > signPlace)
      throw new RangeError(`vectors have ${signPlace} dimensions at most`)
  }

  /** Number of documents that have vectors. */
  get size(): number {
    return this.documents
  }

  /** Number of vectors, of removed documents too. */
  get rows(): number {
    return this.owners.length
  }

  /** Gives a document its vectors, in place of those it had. */
  set(document: number, vectors: readonly Int8Array[]): void {
    this.remove(document)
    const fitting = vectors
      .filter(({ length }) => length === this.dimensions)
      .slice(0, maxVectorsPerDocument)
    const first = this.owners.length
    // When the memory is full, words still find what has no vector.
    const room = Math.floor((maxMemoryBytes - queryBytes) / this.pitch) - first
    const kept = fitting.slice(0, Math.max(0, room))
    if (kept.length === 0) return
    for (const vector of kept) this.addRow(document, vector)
    this.setSpan(document, first * 16 + kept.length)
    this.documents += 1
  }

  private setSpan(document: number, span: number): void {
    while (this.spans.length <= document) this.spans.push(0)
    this.spans.values[document] = span
  }

  /** Takes a document's vectors out. */
  remove(document: number): void {
    const { first, end } = this.findRows(document)
    if (first === end) return
    this.dead.fill(1, first, end)
    this.spans.values[document] = 0
    this.documents -= 1
  }

  private findRows(document: number): { first: number; end: number } {
    const span = this.spans.at(document)
    const first = span >>> 4
    return { first, end: first + (span & 15) }
  }

  /** Gives a document's vectors to the one that takes its place. */
  move(from: number, to: number): void {
    const { first, end } = this.findRows(from)
    if (first === end) return
    this.owners.values.fill(to, first, end)
    this.setSpan(to, this.spans.at(from))
    this.spans.values[from] = 0
  }

  private addRow(document: number, vector: Int8Array): void {
    const row = this.owners.length
    this.owners.push(document)
    const start = this.toRowPlace(row)
    const signs = toSignPlace(row)
    const { rowMemory, signMemory, dot } = this.getMachine()
    rowMemory.grow(start + this.pitch)
    signMemory.grow(toSignPlace(row | (rowsPerBlock - 1)) + blockTail)
    rowMemory.bytes.set(
      new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
      start,
    )
    this.writeSigns(start, signs)
    if (row === this.dead.length) {
      const dead = new Uint8Array(row * 2)
      dead.set(this.dead)
      this.dead = dead
      const norms = new Float32Array(row * 2)
      norms.set(this.norms)
      this.norms = norms
    }
    this.norms[row] = Math.sqrt(dot(start, start + this.pitch, start)) || 1
    this.dead[row] = 0
  }

  /** Writes the signs of a row, or of the query, where the signs are kept. */
  private writeSigns(row: number, place: number): void {
    const { rowMemory, signMemory, signs } = this.getMachine()
    // Bits of dimensions that an encoder does not have stay nothing.
    rowMemory.bytes.fill(0, signPlace, signPlace + signBytes)
    signs(row, row + Math.min(this.pitch, signBytes * 8), signPlace)
    for (let byte = 0; byte < signBytes; byte += 1)
      signMemory.bytes[place + byte] = rowMemory.bytes[
        signPlace + byte
      ] as number
  }

  save(into: Sections): void {
    const rows = this.owners.length
    into.values.push(this.documents, rows)
    into.arrays.push(
      this.owners.taken(),
      this.spans.taken(),
      this.dead.subarray(0, rows),
      this.norms.subarray(0, rows),
    )
    if (rows === 0) return
    const { rowMemory, signMemory } = this.getMachine()
    into.arrays.push(
      rowMemory.bytes.subarray(queryBytes, this.toRowPlace(rows)),
      signMemory.bytes.subarray(0, toSignPlace(rows - 1) + signBytes),
    )
  }

  restore(from: SectionReader): void {
    this.documents = from.value()
    const rows = from.value<number>()
    this.owners.restore(from.uint32())
    this.spans.restore(from.uint32())
    this.dead = from.bytes()
    this.norms = from.float32()
    if (rows === 0) {
      this.dead = new Uint8Array(256)
      this.norms = new Float32Array(256)
      return
    }
    const { rowMemory, signMemory } = this.getMachine()
    rowMemory.grow(this.toRowPlace(rows))
    rowMemory.bytes.set(from.bytes(), queryBytes)
    signMemory.grow(toSignPlace((rows - 1) | (rowsPerBlock - 1)) + blockTail)
    signMemory.bytes.set(from.bytes(), 0)
  }

  // Made by the first vector: such a memory claims addresses by the gigabyte.
  private getMachine(): Machine {
    if (this.machine !== undefined) return this.machine
    const rowMemory = new KernelMemory()
    const signMemory = new KernelMemory()
    this.machine = {
      rowMemory,
      signMemory,
      dot: createDot(rowMemory),
      distances: createDistances(signMemory),
      signs: createSigns(rowMemory),
    }
    return this.machine
  }

  private toRowPlace(row: number): number {
    return queryBytes + row * this.pitch
  }

  /**
   * Finds the nearest documents. A document counts by its nearest vector.
   *
   * @param options.query - Unit vector.
   * @param options.limit - Most documents.
   * @param options.bits - Who may be eligible, one bit a document: only their
   *   rows count towards how far off is looked.
   * @returns Cosine similarities, best first.
   */
  search(options: {
    readonly query: Float32Array
    readonly limit: number
    readonly isEligible: (document: number) => boolean
    readonly bits?: Uint32Array | undefined
  }): Scored[] {
    const { query, limit, isEligible, bits } = options
    if (this.owners.length === 0) return []
    const scale = this.writeQuery(query)
    const { dot } = this.getMachine()
    const best = new Map<number, number>()
    for (const row of this.chooseRows(
      Math.max(leastChosen, limit * 2),
      isEligible,
      bits,
    )) {
      const document = this.owners.at(row)
      const score = this.scoreRow(row, dot) * scale
      if (score > (best.get(document) ?? -2)) best.set(document, score)
    }
    const top = new TopList(limit)
    for (const [document, score] of best)
      if (top.wouldKeep(document, score)) top.add(document, score)
    return top.toSorted()
  }

  /** The eligible rows nearest by their signs, a few more than asked for. */
  private chooseRows(
    count: number,
    isEligible: (document: number) => boolean,
    bits: Uint32Array | undefined,
  ): number[] {
    const rows = this.owners.length
    const chosen: number[] = []
    const choose = (row: number) => {
      if (this.dead[row] === 0 && isEligible(this.owners.at(row)))
        chosen.push(row)
    }
    if (rows <= count) {
      for (let row = 0; row < rows; row += 1) choose(row)
      return chosen
    }
    const blocks = this.measureBlocks()
    // How many rows lie at each distance decides where to cut.
    const histogram = this.countDistances(blocks, bits)
    const mayCount =
      bits === undefined
        ? undefined
        : (row: number) => holdsDocument(bits, this.owners.at(row))
    const takeFrom = (from: number, cut: number) => {
      const listed = listRows({ blocks, histogram, from, to: cut, mayCount })
      let place = 0
      // A distance is taken whole or not at all: rows of one have no order that
      // another history of changes would not turn about.
      for (let distance = from; distance <= cut; distance += 1) {
        const end = place + (histogram[distance] as number)
        for (; place < end; place += 1) choose(listed[place] as number)
        if (chosen.length >= count) break
      }
    }
    const cut = findCut(histogram, 0, count)
    takeFrom(0, cut)
    // Where a filter leaves few of the nearest, those behind them are asked.
    if (chosen.length < count && cut + 1 < histogram.length)
      takeFrom(cut + 1, findCut(histogram, cut + 1, mostLookedAt))
    return chosen
  }

  /** How many rows lie at each distance, of those whose documents may count. */
  private countDistances(
    blocks: readonly Uint16Array[],
    bits: Uint32Array | undefined,
  ): Uint32Array {
    const histogram = new Uint32Array(signBytes * 8 + 1)
    // A loop of its own: a question per row costs a quarter of the whole search.
    if (bits === undefined) {
      for (const block of blocks)
        for (let index = 0; index < block.length; index += 1) {
          const distance = block[index] as number
          histogram[distance] = (histogram[distance] as number) + 1
        }
      return histogram
    }
    const owners = this.owners.values
    let row = 0
    for (const block of blocks)
      for (let index = 0; index < block.length; index += 1, row += 1) {
        if (!holdsDocument(bits, owners[row] as number)) continue
        const distance = block[index] as number
        histogram[distance] = (histogram[distance] as number) + 1
      }
    return histogram
  }

  private measureBlocks(): Uint16Array[] {
    const rows = this.owners.length
    const { signMemory, distances } = this.getMachine()
    this.writeSigns(0, 0)
    const blocks: Uint16Array[] = []
    for (let first = 0; first < rows; first += rowsPerBlock) {
      const count = Math.min(rowsPerBlock, rows - first)
      const signs = toSignPlace(first)
      const out = signs + rowsPerBlock * signBytes
      distances(signs, signs + count * signBytes, 0, out)
      blocks.push(new Uint16Array(signMemory.memory.buffer, out, count))
    }
    return blocks
  }

  private readQuery(): Int8Array {
    return new Int8Array(
      this.getMachine().rowMemory.memory.buffer,
      0,
      this.dimensions,
    )
  }

  // Whole numbers on both sides; what they were divided by is given back.
  private writeQuery(query: Float32Array): number {
    let largest = 0
    for (const value of query) largest = Math.max(largest, Math.abs(value))
    const scale = largest / 127 || 1
    const bytes = this.readQuery()
    for (let index = 0; index < this.dimensions; index += 1)
      bytes[index] = Math.round((query[index] as number) / scale)
    return scale
  }

  private scoreRow(row: number, dot: Machine['dot']): number {
    const start = this.toRowPlace(row)
    return dot(start, start + this.pitch, 0) / (this.norms[row] as number)
  }

  /** Similarities of documents, `undefined` for those without a vector. */
  scoreAll(
    documents: readonly number[],
    query: Float32Array,
  ): (number | undefined)[] {
    if (this.owners.length === 0) return documents.map(() => undefined)
    const scale = this.writeQuery(query)
    const { dot } = this.getMachine()
    return documents.map((document) => {
      const { first, end } = this.findRows(document)
      let best: number | undefined
      for (let row = first; row < end; row += 1) {
        const score = this.scoreRow(row, dot) * scale
        if (best === undefined || score > best) best = score
      }
      return best
    })
  }
}

/** The distance up to which so many rows lie, from another on. */
function findCut(histogram: Uint32Array, from: number, wanted: number): number {
  let seen = 0
  for (let cut = from; cut < histogram.length; cut += 1) {
    seen += histogram[cut] as number
    if (seen >= wanted) return cut
  }
  return histogram.length - 1
}

/** The rows from one distance to another, nearest first. */
function listRows(options: {
  readonly blocks: readonly Uint16Array[]
  readonly histogram: Uint32Array
  readonly from: number
  readonly to: number
  readonly mayCount: ((row: number) => boolean) | undefined
}): Uint32Array {
  const { blocks, histogram, from, to, mayCount } = options
  // Each distance gets its stretch, and its rows fill it in order.
  const next = new Uint32Array(histogram.length)
  let total = 0
  for (let distance = from; distance <= to; distance += 1) {
    next[distance] = total
    total += histogram[distance] as number
  }
  const rows = new Uint32Array(total)
  for (let number = 0; number < blocks.length; number += 1) {
    const block = blocks[number] as Uint16Array
    const first = number * rowsPerBlock
    for (let index = 0; index < block.length; index += 1) {
      const distance = block[index] as number
      if (distance < from || distance > to) continue
      if (mayCount !== undefined && !mayCount(first + index)) continue
      const place = next[distance] as number
      rows[place] = first + index
      next[distance] = place + 1
    }
  }
  return rows
}

const blockTail = signBytes + rowsPerBlock * 2
const blockBytes = rowsPerBlock * (signBytes + 2)

function toSignPlace(row: number): number {
  const block = Math.floor(row / rowsPerBlock)
  return signBytes + block * blockBytes + (row % rowsPerBlock) * signBytes
}
