/** Arrays and small values of one index, in the order in which they are read back. */
export type Sections = {
  readonly arrays: (Uint8Array | Uint32Array | Float32Array | Float64Array)[]
  readonly values: unknown[]
}

/** Gives back what was put into {@link Sections}, in the same order. */
export class SectionReader {
  private readonly arrays: readonly ArrayBuffer[]
  private readonly values: readonly unknown[]
  private nextArray = 0
  private nextValue = 0

  constructor(arrays: readonly ArrayBuffer[], values: readonly unknown[]) {
    this.arrays = arrays
    this.values = values
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.takeBuffer())
  }

  uint32(): Uint32Array {
    return new Uint32Array(this.takeBuffer())
  }

  float32(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.takeBuffer())
  }

  float64(): Float64Array {
    return new Float64Array(this.takeBuffer())
  }

  /** @returns What was put there; whoever put it knows its type. */
  value<Type>(): Type {
    const value = this.values[this.nextValue] as Type
    this.nextValue += 1
    return value
  }

  private takeBuffer(): ArrayBuffer {
    const buffer = this.arrays[this.nextArray]
    this.nextArray += 1
    if (buffer === undefined) throw new RangeError('the kept index ends early')
    return buffer
  }
}

/** Puts texts as bytes: millions of them are no value to be parsed. */
export function putTexts(into: Sections, texts: readonly string[]): void {
  into.arrays.push(Buffer.from(texts.join('\n')))
  into.values.push(texts.length)
}

/** Takes texts that hold no line breaks. */
export function takeTexts(from: SectionReader): string[] {
  const bytes = from.bytes()
  const count = from.value<number>()
  if (count === 0) return []
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .split('\n')
}
