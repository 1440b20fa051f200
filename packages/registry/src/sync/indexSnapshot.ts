// One file because both halves are one format: what is written is what is read.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { endianness } from 'node:os'
import { dirname } from 'node:path'
import { AgentIndex } from '../index/agentIndex.js'
import { SectionReader } from '../index/sections.js'

/** Another number for every change of what an index is made of. */
const formatVersion = 3
const maxHeaderBytes = 256 * 1024 * 1024
/** One call reads or writes less than 2 GB. */
const maxCallBytes = 1 << 28

/** Where the feeds stood when an index was written down. */
export type SnapshotSeen = {
  readonly agents: number
  readonly leases: number
  readonly vectors: number
}

/** What a snapshot must be of to be of use. */
export type SnapshotSubject = {
  /** Of the database: another one has other agents. */
  readonly databaseId: string
  readonly embedderId: string
  readonly vectorLength: number
}

type Header = SnapshotSubject & {
  readonly format: number
  readonly endianness: string
  readonly seen: SnapshotSeen
  readonly values: readonly unknown[]
  readonly sizes: readonly number[]
  readonly checks: readonly number[]
}

/**
 * Writes an index down, so that the next start reads a file and the few changes
 * since, and not every agent. The file replaces the old one at once or not at
 * all.
 */
export function writeSnapshot(
  path: string,
  options: SnapshotSubject & {
    readonly index: AgentIndex
    readonly seen: SnapshotSeen
  },
): void {
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
  const text = Buffer.from(JSON.stringify(header))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(text.byteLength))
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  const file = openSync(draft, 'w', 0o600)
  try {
    for (const part of [size, text, ...bytes]) writeAll(file, part)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/**
 * Reads an index that was written down.
 *
 * @returns `undefined` where there is none that fits and is whole: then it is
 *   built from the tables, which are the truth.
 */
export function readSnapshot(
  path: string,
  subject: SnapshotSubject,
): { readonly index: AgentIndex; readonly seen: SnapshotSeen } | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const header = readHeader(file)
    if (
      header === undefined ||
      header.format !== formatVersion ||
      header.endianness !== endianness() ||
      header.databaseId !== subject.databaseId ||
      header.embedderId !== subject.embedderId ||
      header.vectorLength !== subject.vectorLength
    )
      return undefined
    const arrays: ArrayBuffer[] = []
    for (const [place, size] of header.sizes.entries()) {
      const bytes = readAll(file, size)
      if (bytes === undefined || toCheck(bytes) !== header.checks[place])
        return undefined
      arrays.push(bytes.buffer)
    }
    const index = AgentIndex.restore(
      new SectionReader(arrays, header.values),
      subject,
    )
    return { index, seen: header.seen }
  } catch {
    // A file of another hand or another time; it is replaced at the next save.
    rmSync(path, { force: true })
    return undefined
  } finally {
    closeSync(file)
  }
}

function readHeader(file: number): Header | undefined {
  const size = readAll(file, 8)
  if (size === undefined) return undefined
  const length = Number(Buffer.from(size.buffer).readBigUInt64LE())
  if (length > maxHeaderBytes) return undefined
  const text = readAll(file, length)
  return text === undefined
    ? undefined
    : (JSON.parse(Buffer.from(text.buffer).toString('utf8')) as Header)
}

function readAll(
  file: number,
  size: number,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(new ArrayBuffer(size))
  for (let done = 0; done < size; ) {
    const read = readSync(
      file,
      bytes,
      done,
      Math.min(maxCallBytes, size - done),
      null,
    )
    if (read === 0) return undefined
    done += read
  }
  return bytes
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength; )
    done += writeSync(
      file,
      bytes,
      done,
      Math.min(maxCallBytes, bytes.byteLength - done),
    )
}

// Sees what was cut off or turned over on a disk; it is no seal.
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
