import type { SectionReader, Sections } from './sections.js'

/** A list of unsigned 32-bit numbers that grows; plain memory, no objects. */
export class GrowableUint32 {
  values: Uint32Array
  length = 0

  constructor(capacity = 4) {
    this.values = new Uint32Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Uint32Array(Math.ceil(this.length * 1.5) + 4)
      grown.set(this.values)
      this.values = grown
    }
    this.values[this.length] = value
    this.length += 1
  }

  at(index: number): number {
    return this.values[index] ?? 0
  }

  /** The numbers that are in it, without the room behind them. */
  taken(): Uint32Array {
    return this.values.subarray(0, this.length)
  }

  /** Holds given numbers in place of its own. */
  restore(values: Uint32Array): void {
    this.values = values
    this.length = values.length
  }
}

/** A list of 64-bit numbers that grows. */
export class GrowableFloat64 {
  values: Float64Array
  length = 0

  constructor(capacity = 1024) {
    this.values = new Float64Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Float64Array(Math.ceil(this.length * 1.5) + 4)
      grown.set(this.values)
      this.values = grown
    }
    this.values[this.length] = value
    this.length += 1
  }

  at(index: number): number {
    return this.values[index] ?? 0
  }

  /** The numbers that are in it, without the room behind them. */
  taken(): Float64Array {
    return this.values.subarray(0, this.length)
  }

  /** Holds given numbers in place of its own. */
  restore(values: Float64Array): void {
    this.values = values
    this.length = values.length
  }
}

const pageBits = 16
const pageMask = (1 << pageBits) - 1

/** A long list of unsigned 32-bit numbers that grows without being copied. */
export class PagedUint32 {
  private pages: Uint32Array[] = []
  length = 0

  push(value: number): void {
    const page = this.length >>> pageBits
    if (page === this.pages.length)
      this.pages.push(new Uint32Array(1 << pageBits))
    const values = this.pages[page] as Uint32Array
    values[this.length & pageMask] = value
    this.length += 1
  }

  at(index: number): number {
    return this.pages[index >>> pageBits]?.[index & pageMask] ?? 0
  }

  save(into: Sections): void {
    into.values.push(this.length)
    into.arrays.push(...this.pages)
  }

  restore(from: SectionReader): void {
    this.length = from.value()
    this.pages = Array.from(
      { length: Math.ceil(this.length / (1 << pageBits)) },
      () => from.uint32(),
    )
  }
}

const chunkBytes = 1 << 22
const noBytes = new Uint8Array()

/**
 * Texts kept as bytes outside of the garbage collector's sight: a million small
 * strings would otherwise be a million objects that it walks.
 */
export class TextArena {
  private chunks: Buffer[] = []
  private used = chunkBytes
  private readonly places = new GrowableFloat64()
  private readonly sizes = new GrowableUint32(1024)

  get length(): number {
    return this.sizes.length
  }

  get bytes(): number {
    return this.chunks.length * chunkBytes
  }

  /** Adds a text and gives its number. */
  push(text: string): number {
    const size = Buffer.byteLength(text)
    if (this.used + size > chunkBytes) {
      this.chunks.push(Buffer.allocUnsafe(Math.max(chunkBytes, size)))
      this.used = 0
    }
    const chunk = this.chunks.at(-1) as Buffer
    chunk.write(text, this.used)
    this.places.push((this.chunks.length - 1) * chunkBytes + this.used)
    this.sizes.push(size)
    this.used += size
    return this.sizes.length - 1
  }

  /** Shows the bytes of a text where they lie, and makes nothing of them. */
  look<Seen>(
    index: number,
    see: (bytes: Uint8Array, start: number, end: number) => Seen,
  ): Seen {
    const place = this.places.at(index)
    const start = place % chunkBytes
    return see(
      this.chunks[Math.floor(place / chunkBytes)] ?? noBytes,
      start,
      start + this.sizes.at(index),
    )
  }

  /** Reads a text by its number. */
  at(index: number): string {
    const place = this.places.at(index)
    const chunk = this.chunks[Math.floor(place / chunkBytes)]
    const start = place % chunkBytes
    return chunk?.toString('utf8', start, start + this.sizes.at(index)) ?? ''
  }

  save(into: Sections): void {
    into.values.push(this.chunks.length, this.used)
    into.arrays.push(...this.chunks, this.places.taken(), this.sizes.taken())
  }

  restore(from: SectionReader): void {
    const chunks = from.value<number>()
    this.used = from.value()
    this.chunks = Array.from({ length: chunks }, () =>
      Buffer.from(from.bytes().buffer),
    )
    this.places.restore(from.float64())
    this.sizes.restore(from.uint32())
  }
}
