import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importFile } from './importFile.js'
import { readLineBatches } from './readLineBatches.js'

async function* toChunks(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size)
}

const bounds = {
  linesPerBatch: 3,
  maxBatchLetters: 1_000,
  maxLineLetters: 100,
}

describe('readLineBatches', () => {
  test('behavior: any text in any pieces gives its lines, numbered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc
            .string({ unit: 'grapheme', maxLength: 20 })
            .filter((line) => !/[\n\ufeff]/.test(line) && line.isWellFormed()),
        ),
        fc.integer({ min: 1, max: 9 }),
        async (lines, size) => {
          const read: string[] = []
          const chunks = toChunks(
            lines.map((line) => `${line}\n`).join(''),
            size,
          )
          for await (const batch of readLineBatches({ chunks, ...bounds })) {
            expect(batch.firstLine).toBe(read.length + 1)
            expect(batch.lines.length).toBeLessThanOrEqual(3)
            read.push(...batch.lines)
          }
          expect(read).toEqual(lines)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('behavior: a line without an end is read; one that is too long is not', async () => {
    const text = `a\n${'x'.repeat(5_000)}\nb\n${'y'.repeat(300)}`
    for (const size of [7, 10_000]) {
      const batches = []
      const chunks = toChunks(text, size)
      for await (const batch of readLineBatches({ chunks, ...bounds }))
        batches.push(batch)
      expect(batches.flatMap(({ lines }) => lines)).toEqual(['a', '', 'b', ''])
      expect(batches.flatMap(({ tooLong }) => tooLong)).toEqual([2, 4])
    }
  })
})

describe('importFile', () => {
  test('default: counts over all batches, with lines as the file numbers them', async () => {
    const lines = Array.from({ length: 4_500 }, (_, place) =>
      place % 1_000 === 999
        ? 'bad'
        : place % 1_000 === 500
          ? ''
          : `{"n":${place}}`,
    )
    const seen: number[] = []
    const summary = await importFile({
      chunks: toChunks(`\ufeff${lines.join('\r\n')}`, 4_096),
      target: {
        load: async (batch) => {
          const refused = batch.flatMap((line, place) =>
            line.trim() === 'bad'
              ? [{ line: place + 1, reason: 'it is not JSON' }]
              : [],
          )
          const held = batch.filter((line) => line.trim() !== '').length
          if (batch[0]?.startsWith('\ufeff')) throw new RangeError('mark kept')
          return {
            imported: held - refused.length - 1,
            refused,
            refusedCount: refused.length,
          }
        },
      },
      onProgress: ({ lines: count }) => seen.push(count),
    })
    expect(summary).toEqual({
      lines: 4_496,
      imported: 4_489,
      unchanged: 3,
      refusedCount: 4,
      refused: [1_000, 2_000, 3_000, 4_000].map((line) => ({
        line,
        reason: 'it is not JSON',
      })),
    })
    expect(seen).toEqual([1_998, 3_996, 4_496])
  })
})
