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
}

const chunkBytes = 1 << 22

/**
 * Texts kept as bytes outside of the garbage collector's sight: a million small
 * strings would otherwise be a million objects that it walks.
 */
export class TextArena {
  private readonly chunks: Buffer[] = []
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

  /** Visits the bytes of a text without making a string of them. */
  bytesAt(index: number): Uint8Array {
    const place = this.places.at(index)
    const chunk = this.chunks[Math.floor(place / chunkBytes)]
    const start = place % chunkBytes
    return (
      chunk?.subarray(start, start + this.sizes.at(index)) ?? new Uint8Array()
    )
  }

  /** Reads a text by its number. */
  at(index: number): string {
    const place = this.places.at(index)
    const chunk = this.chunks[Math.floor(place / chunkBytes)]
    const start = place % chunkBytes
    return chunk?.toString('utf8', start, start + this.sizes.at(index)) ?? ''
  }
}
