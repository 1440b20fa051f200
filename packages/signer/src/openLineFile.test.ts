import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SignerRecordError } from './errors.js'
import { openLineFile } from './openLineFile.js'
import { openPaymentBook } from './openPaymentBook.js'
import { openSignedLedger } from './openSignedLedger.js'

let folder: string
let count = 0
const newPath = () => join(folder, `${++count}.ndjson`)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-lines-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A disk that takes as much as the next number says, and none where it says none. */
function fillUp(room: readonly (number | 'full')[]) {
  const left = [...room]
  return (file: number, bytes: Uint8Array): number => {
    const next = left.shift() ?? bytes.length
    if (next === 'full')
      throw Object.assign(new RangeError('no space left'), { code: 'ENOSPC' })
    return writeSync(file, bytes.subarray(0, Math.min(next, bytes.length)))
  }
}

const read = (path: string) => {
  const file = openLineFile({ path })
  file.close()
  return file.before
}

describe('openLineFile', () => {
  test('property: on a disk that runs full, what was added is there, whole', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.integer({ min: 1, max: 9 }),
            fc.constant('full' as const),
          ),
          {
            maxLength: 30,
          },
        ),
        (room) => {
          const path = newPath()
          const file = openLineFile({ path, write: fillUp(room) })
          const added = [
            'first line',
            'second',
            'the third line',
            'last',
          ].filter((line) => {
            try {
              file.add(line)
              return true
            } catch {
              return false
            }
          })
          file.close()
          const lines = read(path)
          for (const line of added) expect(lines).toContain(line)
          // And in order: pieces of what failed may lie between them.
          expect(lines.filter((line) => added.includes(line))).toEqual(
            expect.arrayContaining([...added]),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  test('behavior: what a crash cut off swallows nothing', () => {
    const path = newPath()
    const first = openLineFile({ path })
    first.add('one')
    first.close()
    appendFileSync(path, 'tw')
    const second = openLineFile({ path })
    second.add('three')
    second.close()
    expect(read(path)).toEqual(['one', 'tw', 'three'])
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  test('error: a disk that takes nothing', () => {
    const file = openLineFile({ path: newPath(), write: () => 0 })
    expect(() => file.add('one')).toThrow(SignerRecordError)
    file.close()
  })

  test('error: a record that is there and cannot be read is no empty record', () => {
    const path = newPath()
    mkdirSync(path)
    for (const open of [openSignedLedger, openPaymentBook])
      expect(() => open(path)).toThrow(SignerRecordError)
  })
})
