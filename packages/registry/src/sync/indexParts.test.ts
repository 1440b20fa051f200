import { describe, expect, test } from 'vitest'
import { AgentIndex } from '../index/agentIndex.js'
import { rankAgents } from '../search/rankAgents.js'
import { buildCapability, buildRecord } from '../testing/buildRecord.js'
import { fromIndexParts, readSeen, toIndexParts } from './indexParts.js'

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

/** As they come from elsewhere: copies, each of its own. */
function write(index: AgentIndex): Uint8Array[] {
  return [...toIndexParts({ ...subject, index, seen })].map((part) =>
    Uint8Array.from(part),
  )
}

function putTogether(parts: readonly Uint8Array[], of = subject) {
  const [header = new Uint8Array(), ...rest] = parts
  return fromIndexParts(header, rest, of)
}

describe('an index that was written down', () => {
  test('default: it answers as before, and goes on as one that never slept', async () => {
    const index = new AgentIndex(subject)
    change(index, 0, 90)
    const read = await putTogether(write(index))
    expect(read?.seen).toEqual(seen)
    const restored = read?.index as AgentIndex
    expect(restored.statistics).toEqual(index.statistics)
    expect(ask(restored)).toEqual(ask(index))
    change(index, 90, 160)
    change(restored, 90, 160)
    expect(restored.statistics).toEqual(index.statistics)
    expect(ask(restored)).toEqual(ask(index))
  })

  test('behavior: one of another database or encoder, or not whole, is not read', async () => {
    const index = new AgentIndex(subject)
    change(index, 0, 90)
    const parts = write(index)
    const header = parts[0] as Uint8Array
    expect(readSeen(header, subject)).toEqual(seen)
    for (const other of [{ databaseId: 'x' }, { embedderId: 'x' }]) {
      expect(await putTogether(parts, { ...subject, ...other })).toBeUndefined()
      expect(readSeen(header, { ...subject, ...other })).toBeUndefined()
    }
    const largest = parts.reduce(
      (place, part, at) =>
        part.byteLength > (parts[place] as Uint8Array).byteLength ? at : place,
      0,
    )
    const changed = (part: Uint8Array[]) =>
      putTogether([
        ...parts.slice(0, largest),
        ...part,
        ...parts.slice(largest + 1),
      ])
    const whole = parts[largest] as Uint8Array
    expect((await changed([whole]))?.seen).toEqual(seen)
    const pieces = [whole.subarray(0, 7), whole.subarray(7)]
    expect((await changed(pieces))?.index.statistics).toEqual(index.statistics)
    expect(await changed([])).toBeUndefined()
    expect(await changed([whole, whole])).toBeUndefined()
    expect(await changed([whole.subarray(0, -100)])).toBeUndefined()
    const turned = Uint8Array.from(whole)
    turned[40] = (turned[40] as number) ^ 1
    expect(await changed([turned])).toBeUndefined()
    expect(await putTogether([header])).toBeUndefined()
    expect(await putTogether([Buffer.from('nothing of ours')])).toBeUndefined()
  })
})
