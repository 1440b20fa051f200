import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AgentIndex } from '../index/agentIndex.js'
import { rankAgents } from '../search/rankAgents.js'
import { buildCapability, buildRecord } from '../testing/buildRecord.js'
import { readSnapshot, writeSnapshot } from './indexSnapshot.js'

const folder = mkdtempSync(join(tmpdir(), 'behest-snapshot-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const subject = { databaseId: 'd', embedderId: 'e', vectorLength: 16 }
const seen = { agents: 90, leases: 3, vectors: 60 }
const words = ['swap', 'lend', 'bridge', '利回り', 'price', 'mail']

function change(index: AgentIndex, from: number, to: number): void {
  for (let number = from; number < to; number += 1) {
    index.apply(
      buildRecord({
        id: `agent-${number % 70}`,
        description: `${words[number % 6]} ${words[number % 5]} number ${number}`,
        cardHash: `${number}`,
        deleted: number % 11 === 0,
        capabilities: [
          buildCapability({ action: number % 2 === 0 ? 'swap' : 'supply' }),
        ],
      }),
    )
    index.setVectors(`agent-${number % 70}`, [
      Int8Array.from(
        { length: 16 },
        (_, place) => ((number * place) % 90) - 45,
      ),
    ])
  }
}

function ask(index: AgentIndex) {
  return ['swap price', '利回り', 'agent 12', 'number 33'].map((text) =>
    rankAgents(index, {
      text,
      filter: text === 'swap price' ? { action: 'swap' } : {},
      statuses: new Set(['live']),
      vector: Float32Array.from({ length: 16 }, (_, place) => place / 40),
      depth: 50,
      nowMs: 0,
    }).ranked.map(({ document, score }) => [
      index.idOf(document),
      index.faceOf(document).description,
      score,
    ]),
  )
}

describe('an index that was written down', () => {
  test('default: it answers as before, and goes on as one that never slept', () => {
    const path = join(folder, 'whole')
    const index = new AgentIndex(subject)
    change(index, 0, 90)
    writeSnapshot(path, { ...subject, index, seen })
    const read = readSnapshot(path, subject)
    expect(read?.seen).toEqual(seen)
    const restored = read?.index as AgentIndex
    expect(restored.statistics).toEqual(index.statistics)
    expect(ask(restored)).toEqual(ask(index))
    change(index, 90, 160)
    change(restored, 90, 160)
    expect(restored.statistics).toEqual(index.statistics)
    expect(ask(restored)).toEqual(ask(index))
  })

  test('behavior: one of another database or encoder, or cut off, is not read', () => {
    const path = join(folder, 'other')
    const index = new AgentIndex(subject)
    change(index, 0, 90)
    const write = () => writeSnapshot(path, { ...subject, index, seen })
    write()
    expect(readSnapshot(path, { ...subject, databaseId: 'x' })).toBeUndefined()
    expect(readSnapshot(path, { ...subject, embedderId: 'x' })).toBeUndefined()
    expect(readSnapshot(join(folder, 'none'), subject)).toBeUndefined()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length - 100))
    expect(readSnapshot(path, subject)).toBeUndefined()
    const turned = Buffer.from(bytes)
    const place = turned.length - 2_000
    turned[place] = (turned[place] as number) ^ 1
    writeFileSync(path, turned)
    expect(readSnapshot(path, subject)).toBeUndefined()
    writeFileSync(path, 'not a snapshot at all, and longer than its header')
    expect(readSnapshot(path, subject)).toBeUndefined()
  })
})
