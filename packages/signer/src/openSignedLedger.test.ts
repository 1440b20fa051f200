import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSignedLedger } from './openSignedLedger.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = {
  chain: '31337:0xab',
  legId: '0xLEG',
  nonce: 7,
  hash: `0x${'11'.repeat(32)}`,
} as const

describe('openSignedLedger', () => {
  test('default: what was signed is known after a restart', () => {
    const path = join(folder, 'signed.ndjson')
    const first = openSignedLedger(path)
    first.add(line)
    first.close()
    const second = openSignedLedger(path)
    expect(second.find(line.chain, '0xleg')).toEqual([
      { nonce: 7, hash: line.hash },
    ])
    expect(second.find('1:0xab', '0xleg')).toEqual([])
    expect(statSync(path).mode & 0o077).toBe(0)
    second.close()
  })

  test('behavior: a line that was cut off spoils no other', () => {
    const path = join(folder, 'signed.ndjson')
    const first = openSignedLedger(path)
    first.add(line)
    first.close()
    appendFileSync(path, '{"chain":"31337:0xab","leg')
    const second = openSignedLedger(path)
    second.add({ ...line, legId: '0xother' })
    second.close()
    const third = openSignedLedger(path)
    expect(third.find(line.chain, line.legId)).toHaveLength(1)
    expect(third.find(line.chain, '0xother')).toHaveLength(1)
    third.close()
  })
})
