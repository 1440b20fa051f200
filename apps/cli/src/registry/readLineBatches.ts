import { StringDecoder } from 'node:string_decoder'

/** Lines that follow each other, and where they stand. */
export type LineBatch = {
  /** Number of the first line; lines count from 1. */
  readonly firstLine: number
  readonly lines: readonly string[]
  /** Lines that are too long to be read; an empty line stands in their place. */
  readonly tooLong: readonly number[]
  /** Bytes of the file read so far. */
  readonly bytesRead: number
}

/**
 * Reads lines in batches, holding one batch at a time however long the file is.
 *
 * @param options.chunks - The file's bytes, in any pieces.
 * @param options.linesPerBatch - Most lines of a batch.
 * @param options.maxBatchLetters - A batch ends early past so many letters.
 * @param options.maxLineLetters - Longer lines are passed over and reported: a
 *   file without line ends must not fill the memory.
 */
export async function* readLineBatches(options: {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly linesPerBatch: number
  readonly maxBatchLetters: number
  readonly maxLineLetters: number
}): AsyncGenerator<LineBatch> {
  const { linesPerBatch, maxBatchLetters, maxLineLetters } = options
  const decoder = new StringDecoder('utf8')
  let lines: string[] = []
  let tooLong: number[] = []
  let letters = 0
  let firstLine = 1
  let bytesRead = 0
  let rest = ''
  let isPassingOver = false

  const push = (text: string): void => {
    if (isPassingOver || text.length > maxLineLetters) {
      tooLong.push(firstLine + lines.length)
      lines.push('')
      isPassingOver = false
      return
    }
    // A mark that some editors put in front of a file is no part of its first line.
    const line =
      firstLine + lines.length === 1 ? text.replace(/^\ufeff/, '') : text
    lines.push(line)
    letters += line.length
  }
  const isFull = () =>
    lines.length >= linesPerBatch || letters >= maxBatchLetters
  const take = (): LineBatch => {
    const batch = { firstLine, lines, tooLong, bytesRead }
    firstLine += lines.length
    lines = []
    tooLong = []
    letters = 0
    return batch
  }

  for await (const chunk of options.chunks) {
    bytesRead += chunk.byteLength
    const pieces = (rest + decoder.write(Buffer.from(chunk))).split('\n')
    rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      push(piece)
      if (isFull()) yield take()
    }
    if (rest.length > maxLineLetters) {
      isPassingOver = true
      rest = ''
    }
  }
  rest += decoder.end()
  if (rest !== '' || isPassingOver) push(rest)
  if (lines.length > 0) yield take()
}
