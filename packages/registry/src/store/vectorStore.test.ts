import type { QueryConfig } from 'pg'
import { expect, test } from 'vitest'
import type { Queryable } from './agentStore.js'
import { readVectorChanges } from './vectorStore.js'

test('behavior: bytes that come in binary stay bytes', async () => {
  // What the driver does with a row: each column by the parser of its type.
  const database = {
    query: async ({ types }: QueryConfig) => {
      const parse = (oid: number, value: Buffer) =>
        types?.getTypeParser(oid, 'binary')(value as never)
      return {
        rows: [
          {
            agent_id: parse(25, Buffer.from('a1')),
            embedder_id: parse(25, Buffer.from('e1')),
            vectors: parse(17, Buffer.from([2, 0, 1, 255, 127, 129])),
            seq: parse(25, Buffer.from('7')),
          },
        ],
      }
    },
  } as unknown as Queryable
  const { vectors, lastSeq } = await readVectorChanges(database, {
    afterSeq: 0,
    upToSeq: 9,
    limit: 10,
    embedderId: 'e1',
  })
  expect(lastSeq).toBe(7)
  expect(vectors).toHaveLength(1)
  expect(vectors[0]?.agentId).toBe('a1')
  expect(vectors[0]?.vectors.map((vector) => [...vector])).toEqual([
    [1, -1],
    [127, -127],
  ])
})
