import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SignerRecordError } from './errors.js'

const newLine = 10

/** A file of lines that is only ever added to. */
export type LineFile = {
  /** What was in it when it was opened, line by line. */
  readonly before: readonly string[]
  /** The whole line is on disk when it returns; it throws where that failed. */
  readonly add: (line: string) => void
  readonly close: () => void
}

/**
 * Opens a file of lines, and makes it when it is not there.
 *
 * @param options.write - Writes some of the bytes and says how many, as the system
 *   does; it writes fewer than asked on a disk that is almost full.
 * @throws {SignerRecordError} when there is a file that cannot be read: what is in
 *   it must not count as never written.
 */
export function openLineFile(options: {
  readonly path: string
  readonly write?: (file: number, bytes: Uint8Array) => number
}): LineFile {
  const { path, write = writeSync } = options
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const before = readLines(path)
  const file = openSync(path, 'a', 0o600)
  // A line that was cut off must not swallow the next one: of a crash, or of a disk
  // that was full for a moment.
  let isTorn = true
  let isClosed = false
  return {
    before,
    add: (line) => {
      let left: Uint8Array = Buffer.from(`${isTorn ? '\n' : ''}${line}\n`)
      isTorn = true
      while (left.length > 0) {
        const count = write(file, left)
        if (count <= 0)
          throw new SignerRecordError({ reason: 'nothing could be written' })
        left = left.subarray(count)
      }
      fdatasyncSync(file)
      isTorn = false
    },
    close: () => {
      if (!isClosed) closeSync(file)
      isClosed = true
    },
  }
}

/** Taken apart as bytes: after years they are more than fits into one text. */
function readLines(path: string): readonly string[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    if (code === 'ENOENT') return [] // the first start
    throw new SignerRecordError({ reason: code }, error)
  }
  const lines: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(newLine, at)
    const next = end < 0 ? bytes.length : end
    if (next > at) lines.push(bytes.toString('utf8', at, next))
    at = next + 1
  }
  return lines
}
