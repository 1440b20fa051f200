import type { ImportTarget } from './openImportTarget.js'
import { readLineBatches } from './readLineBatches.js'

const linesPerBatch = 2_000
/** A request of this size arrives within the registry's patience. */
const maxBatchLetters = 4_000_000
const maxLineLetters = 1_000_000
/** Everybody sees what is wrong from so many; a whole bad file is not repeated. */
const mostRefusalsKept = 100

/** What an import did. */
export type ImportSummary = {
  /** Lines that hold something. */
  readonly lines: number
  readonly imported: number
  /** Manifests that were there already, or twice in the file. */
  readonly unchanged: number
  readonly refusedCount: number
  /** The first hundred lines that are no manifest, and why. */
  readonly refused: readonly {
    readonly line: number
    readonly reason: string
  }[]
}

/**
 * Loads a file batch by batch. A bad line stops no other.
 *
 * @param options.chunks - The file's bytes.
 * @param options.onProgress - Told after each batch.
 */
export async function importFile(options: {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly target: Pick<ImportTarget, 'load'>
  readonly onProgress: (
    summary: ImportSummary & { readonly bytesRead: number },
  ) => void
}): Promise<ImportSummary> {
  let lines = 0
  let imported = 0
  let refusedCount = 0
  const refused: { line: number; reason: string }[] = []
  const refuse = (line: number, reason: string): void => {
    if (refused.length < mostRefusalsKept) refused.push({ line, reason })
  }
  const summarise = (): ImportSummary => ({
    lines,
    imported,
    unchanged: lines - imported - refusedCount,
    refusedCount,
    refused,
  })
  for await (const batch of readLineBatches({
    chunks: options.chunks,
    linesPerBatch,
    maxBatchLetters,
    maxLineLetters,
  })) {
    const result = await options.target.load(batch.lines)
    lines +=
      batch.lines.filter((line) => line.trim() !== '').length +
      batch.tooLong.length
    imported += result.imported
    refusedCount += result.refusedCount + batch.tooLong.length
    for (const { line, reason } of [
      ...result.refused.map(({ line, reason }) => ({
        line: batch.firstLine + line - 1,
        reason,
      })),
      ...batch.tooLong.map((line) => ({
        line,
        reason: `it is longer than ${maxLineLetters} letters`,
      })),
    ].sort((left, right) => left.line - right.line))
      refuse(line, reason)
    options.onProgress({ ...summarise(), bytesRead: batch.bytesRead })
  }
  return summarise()
}
