// One file because it is one machine program: a few loops over bytes, sixteen at a
// time, which JavaScript can only take one by one. Assembled here from named
// instructions, so that nothing has to be compiled or downloaded.

// The types of Node leave out what every engine has.
type Memory = {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}
type Module = { readonly module: never }
const engine = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: new (size: { readonly initial: number }) => Memory
      readonly Module: new (program: Uint8Array) => Module
      readonly Instance: new (
        module: Module,
        imports: { readonly host: { readonly memory: Memory } },
      ) => { readonly exports: Record<string, unknown> }
    }
  }
).WebAssembly

type Code = readonly (number | Code)[]

const i32 = 0x7f
const v128 = 0x7b
const simd = (...operation: number[]): Code => [0xfd, ...operation]
const get = (local: number): Code => [0x20, local]
const set = (local: number): Code => [0x21, local]
const constant = (value: number): Code => [0x41, ...toSigned(value)]
const add: Code = [0x6a]
const load16Bytes = (offset: number): Code =>
  simd(0x00, 4, ...toUnsigned(offset))
const store16Bits: Code = [0x3b, 1, 0]
const isGreater = simd(0x27)
const toBitmask = simd(0x64)
const xor = simd(0x51)
const countBits = simd(0x62)
const addBytes = simd(0x6e)
const addPairsOfBytes = simd(0x7d)
const addPairsOfShorts = simd(0x7f)
const addPairsOfSignedShorts = simd(0x7e)
const multiplyLow = simd(0x9c, 1)
const multiplyHigh = simd(0x9d, 1)
const addInts = simd(0xae, 1)
const zeros = simd(0x0c, ...new Array<number>(16).fill(0))
const lane = (index: number): Code => simd(0x1b, index)
const whileLess = (counter: number, end: number, body: Code): Code => [
  // The bodies run once at least: callers pass no empty ranges.
  [0x03, 0x40],
  body,
  [get(counter), get(end), 0x49],
  [0x0d, 0],
  0x0b,
]
/** The sum of the four numbers in a local, left on the stack. */
const sumLanes = (local: number): Code => [
  [get(local), lane(0), get(local), lane(1), add],
  [get(local), lane(2), add, get(local), lane(3), add],
]

// distances(signs, end, query, out): for every 32 bytes from `signs` to `end`,
// in how many bits they differ from the query, as 16 bits each.
const distances: Code = [
  [get(2), load16Bytes(0), set(4), get(2), load16Bytes(16), set(5)],
  whileLess(0, 1, [
    get(3),
    [get(0), load16Bytes(0), get(4), xor, countBits],
    [get(0), load16Bytes(16), get(5), xor, countBits],
    [addBytes, addPairsOfBytes, addPairsOfShorts, set(6)],
    sumLanes(6),
    store16Bits,
    [get(3), constant(2), add, set(3)],
    [get(0), constant(32), add, set(0)],
  ]),
]

// dot(row, end, query): the sum of products of signed bytes.
const dot: Code = [
  [zeros, set(3)],
  whileLess(0, 1, [
    [get(0), load16Bytes(0), get(2), load16Bytes(0), multiplyLow],
    [addPairsOfSignedShorts, get(3), addInts, set(3)],
    [get(0), load16Bytes(0), get(2), load16Bytes(0), multiplyHigh],
    [addPairsOfSignedShorts, get(3), addInts, set(3)],
    [get(0), constant(16), add, set(0)],
    [get(2), constant(16), add, set(2)],
  ]),
  sumLanes(3),
]

// signs(row, end, out): one bit for each signed byte, set where it is above
// nothing; sixteen of them are written at a time.
const signs: Code = [
  whileLess(0, 1, [
    get(2),
    [get(0), load16Bytes(0), zeros, isGreater, toBitmask],
    store16Bits,
    [get(2), constant(2), add, set(2)],
    [get(0), constant(16), add, set(0)],
  ]),
]

function toUnsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const byte = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? byte : byte | 0x80)
  } while (rest !== 0)
  return bytes
}

function toSigned(value: number): number[] {
  // Small constants alone stand in the program.
  return value < 64 ? [value] : [(value & 0x7f) | 0x80, value >>> 7]
}

const flatten = (code: Code): number[] =>
  (code as readonly unknown[]).flat(Number.POSITIVE_INFINITY as 20) as number[]
const section = (id: number, content: number[]): number[] => [
  id,
  ...toUnsigned(content.length),
  ...content,
]
const vector = (items: readonly number[][]): number[] => [
  ...toUnsigned(items.length),
  ...items.flat(),
]
const named = (text: string): number[] => [
  text.length,
  ...Buffer.from(text, 'latin1'),
]

function assemble(options: {
  readonly name: string
  readonly parameters: readonly number[]
  readonly results: readonly number[]
  readonly vectorLocals: number
  readonly code: Code
}): Uint8Array<ArrayBuffer> {
  const body = [
    ...vector([[options.vectorLocals, v128]]),
    ...flatten(options.code),
    0x0b,
  ]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      vector([
        [
          0x60,
          ...vector(options.parameters.map((type) => [type])),
          ...vector(options.results.map((type) => [type])),
        ],
      ]),
    ),
    ...section(2, vector([[...named('host'), ...named('memory'), 2, 0, 0]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...named(options.name), 0, 0]])),
    ...section(10, vector([[...toUnsigned(body.length), ...body]])),
  ])
}

type Kernel = 'distances' | 'dot' | 'signs'

let modules: Record<Kernel, Module> | undefined

function getModules(): Record<Kernel, Module> {
  modules ??= {
    distances: new engine.Module(
      assemble({
        name: 'distances',
        parameters: [i32, i32, i32, i32],
        results: [],
        vectorLocals: 3,
        code: distances,
      }),
    ),
    dot: new engine.Module(
      assemble({
        name: 'dot',
        parameters: [i32, i32, i32],
        results: [i32],
        vectorLocals: 1,
        code: dot,
      }),
    ),
    signs: new engine.Module(
      assemble({
        name: 'signs',
        parameters: [i32, i32, i32],
        results: [],
        vectorLocals: 0,
        code: signs,
      }),
    ),
  }
  return modules
}

/** Memory of a kernel, grown without being copied. */
export class KernelMemory {
  readonly memory: Memory = new engine.Memory({ initial: 1 })
  bytes = new Uint8Array(this.memory.buffer)

  /** Makes room for so many bytes. */
  grow(bytes: number): void {
    const missing = bytes - this.bytes.byteLength
    if (missing <= 0) return
    // An eighth more than asked for: growing renews every view.
    const wanted = Math.ceil((missing + this.bytes.byteLength / 8) / 65_536)
    const most = 65_536 - this.bytes.byteLength / 65_536
    this.memory.grow(
      Math.min(Math.max(wanted, 1), Math.max(most, missing / 65_536)),
    )
    this.bytes = new Uint8Array(this.memory.buffer)
  }
}

/** Counts differing bits of 32-byte rows; the memory is the caller's to lay out. */
export function createDistances(memory: KernelMemory): (
  signs: number,
  /** Behind the last row; above `signs`. */
  end: number,
  query: number,
  out: number,
) => void {
  const instance = new engine.Instance(getModules().distances, {
    host: { memory: memory.memory },
  })
  return instance.exports.distances as ReturnType<typeof createDistances>
}

/** Multiplies rows of signed bytes; lengths are whole multiples of 16. */
export function createDot(
  memory: KernelMemory,
): (row: number, end: number, query: number) => number {
  const instance = new engine.Instance(getModules().dot, {
    host: { memory: memory.memory },
  })
  return instance.exports.dot as ReturnType<typeof createDot>
}

/** Writes the sign bits of rows; lengths are whole multiples of 16. */
export function createSigns(
  memory: KernelMemory,
): (row: number, end: number, out: number) => void {
  const instance = new engine.Instance(getModules().signs, {
    host: { memory: memory.memory },
  })
  return instance.exports.signs as ReturnType<typeof createSigns>
}
