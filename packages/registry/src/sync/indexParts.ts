// One file because both halves are one format: what is written is what is read.
import { endianness } from 'node:os'
import { AgentIndex } from '../index/agentIndex.js'
import { SectionReader } from '../index/sections.js'

/** Another number for every change of what an index is made of. */
const formatVersion = 5
const partBytes = 1 << 22

/** Where the feeds stood when an index was written down. */
export type IndexSeen = {
  readonly agents: number
  readonly leases: number
  readonly vectors: number
}

/** What an index must be of to be of use. */
export type IndexSubject = {
  /** Of the database: another one has other agents. */
  readonly databaseId: string
  readonly embedderId: string
  readonly vectorLength: number
}

type Header = IndexSubject & {
  readonly format: number
  readonly endianness: string
  readonly seen: IndexSeen
  readonly values: readonly unknown[]
  readonly sizes: readonly number[]
  readonly checks: readonly number[]
}

/**
 * Takes an index apart, so that the next start reads its parts and the few
 * changes since, and not every agent.
 *
 * @returns A header, then parts of four megabytes at most. They are looked at
 *   where they lie: the index must not change until the last one was written.
 */
export function* toIndexParts(
  options: IndexSubject & {
    readonly index: AgentIndex
    readonly seen: IndexSeen
  },
): Generator<Uint8Array> {
  const { index, ...rest } = options
  const { arrays, values } = index.save()
  const bytes = arrays.map(
    (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  )
  const header: Header = {
    ...rest,
    format: formatVersion,
    endianness: endianness(),
    values,
    sizes: bytes.map(({ byteLength }) => byteLength),
    checks: bytes.map(toCheck),
  }
  yield Buffer.from(JSON.stringify(header))
  for (const section of bytes)
    for (let start = 0; start < section.byteLength; start += partBytes)
      yield section.subarray(start, start + partBytes)
}

/** Tells where the feeds stood, by the header alone, if it is of that subject. */
export function readSeen(
  part: Uint8Array,
  subject: IndexSubject,
): IndexSeen | undefined {
  const header = parseHeader(part)
  return header !== undefined && isOf(header, subject) ? header.seen : undefined
}

/**
 * Puts an index together again.
 *
 * @param first - The header: the first part that {@link toIndexParts} gave.
 * @param parts - The others in order, whole or in pieces.
 * @returns `undefined` where it is of something else or not whole: then it is
 *   built from the tables, which are the truth.
 */
export async function fromIndexParts(
  first: Uint8Array,
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  subject: IndexSubject,
): Promise<
  { readonly index: AgentIndex; readonly seen: IndexSeen } | undefined
> {
  const header = parseHeader(first)
  if (header === undefined || !isOf(header, subject)) return undefined
  const sections = header.sizes.map(
    (size) => new Uint8Array(new ArrayBuffer(size)),
  )
  let section = 0
  let done = 0
  for await (const part of parts) {
    // Nothing is written of a section without bytes.
    while (sections[section]?.byteLength === 0) section += 1
    const into = sections[section]
    if (into === undefined || done + part.byteLength > into.byteLength)
      return undefined
    into.set(part, done)
    done += part.byteLength
    if (done < into.byteLength) continue
    section += 1
    done = 0
  }
  const isWhole = sections.every(
    (bytes, place) =>
      (place < section || bytes.byteLength === 0) &&
      toCheck(bytes) === header.checks[place],
  )
  if (!isWhole) return undefined
  try {
    const index = AgentIndex.restore(
      new SectionReader(
        sections.map(({ buffer }) => buffer),
        header.values,
      ),
      subject,
    )
    return { index, seen: header.seen }
  } catch {
    // Every byte as it was written, and yet no index: of another hand.
    return undefined
  }
}

function isOf(header: Header, subject: IndexSubject): boolean {
  return (
    header.format === formatVersion &&
    header.endianness === endianness() &&
    header.databaseId === subject.databaseId &&
    header.embedderId === subject.embedderId &&
    header.vectorLength === subject.vectorLength
  )
}

function parseHeader(part: Uint8Array): Header | undefined {
  try {
    return JSON.parse(Buffer.from(part).toString('utf8')) as Header
  } catch {
    // Of another hand; it is replaced at the next save.
    return undefined
  }
}

// Sees what was cut off or turned over on its way; it is no seal.
function toCheck(bytes: Uint8Array): number {
  const isAligned = bytes.byteOffset % 4 === 0
  const words = isAligned
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2)
    : new Uint32Array(bytes.slice(0, bytes.byteLength & ~3).buffer)
  let check = bytes.byteLength | 0
  for (let place = 0; place < words.length; place += 1)
    check = Math.imul(check ^ (words[place] as number), 0x01000193)
  for (let place = bytes.byteLength & ~3; place < bytes.byteLength; place += 1)
    check = Math.imul(check ^ (bytes[place] as number), 0x01000193)
  return check >>> 0
}
