import type pg from 'pg'
import {
  countUnembedded,
  readUnembedded,
  toBytes,
  writeVectors,
} from '../store/vectorStore.js'
import { toContentWords } from '../text/tokenize.js'
import type { EncoderPort } from './createSentenceEncoder.js'

/** Gives every agent its vectors, in the background. */
export type Embedder = {
  /** Looks for agents without vectors now. */
  readonly wake: () => void
  /** Agents that still wait for their vectors. */
  readonly countWaiting: () => Promise<number>
  /** The vector of a query, or `undefined` when it is not there in time. */
  readonly embedQuery: (text: string) => Promise<Float32Array | undefined>
  readonly stop: () => Promise<void>
}

const pollMs = 5_000
const agentsPerRead = 128
const maxKeptQueries = 5_000
// Long enough for one batch of documents before it, and for a cold start.
const queryTimeoutMs = 1_000

/**
 * Embeds a request: half as it was said, half by its content words alone, so
 * that greetings and politeness do not decide what it means.
 *
 * @returns A vector of length 1 at most, or `undefined` for an empty text.
 */
export async function embedRequest(
  encoder: EncoderPort,
  text: string,
): Promise<Float32Array | undefined> {
  const content = toContentWords(text)
  const [whole, core] = await encoder.embed(
    content === '' ? [text] : [text, content],
    { priority: 'query' },
  )
  if (whole === undefined || core === undefined) return whole
  return whole.map((value, index) => (value + (core[index] as number)) / 2)
}

/**
 * Creates the embedder.
 *
 * @param options.onChange - Told after vectors were written.
 */
export function createEmbedder(options: {
  readonly pool: pg.Pool
  readonly encoder: EncoderPort
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}): Embedder {
  const { pool, encoder, onChange, onError } = options
  const kept = new Map<string, Float32Array>()
  let stopped = false
  let working: Promise<void> | undefined
  let again = false

  async function work(): Promise<void> {
    for (;;) {
      const waiting = await readUnembedded(pool, {
        embedderId: encoder.id,
        limit: agentsPerRead,
      })
      if (waiting.length === 0 || stopped) return
      // Groups of a few agents: what is ready is written while others wait.
      for (let start = 0; start < waiting.length && !stopped; start += 16) {
        const group = waiting.slice(start, start + 16)
        const vectors = await encoder.embed(
          group.flatMap(({ texts }) => texts),
          { priority: 'document' },
        )
        let place = 0
        await writeVectors(pool, {
          embedderId: encoder.id,
          entries: group.map(({ agentId, textHash, texts }) => {
            const own = vectors.slice(place, place + texts.length)
            place += texts.length
            return { agentId, textHash, vectors: own.map(toBytes) }
          }),
        })
        onChange()
      }
    }
  }

  function wake(): void {
    if (stopped) return
    if (working !== undefined) {
      again = true
      return
    }
    working = work()
      .catch((error: unknown) => {
        if (!stopped) onError(error)
      })
      .finally(() => {
        working = undefined
        if (again) {
          again = false
          wake()
        }
      })
  }

  async function embedQuery(text: string): Promise<Float32Array | undefined> {
    const known = kept.get(text)
    if (known !== undefined) return known
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), queryTimeoutMs)
    })
    try {
      // Late vectors are kept all the same: the next page will have them.
      const embedded = embedRequest(encoder, text).then((vector) => {
        if (vector !== undefined) keep(text, vector)
        return vector
      })
      embedded.catch(() => undefined)
      return await Promise.race([embedded, tooLate])
    } catch {
      // The answer says that meaning took no part; words still do.
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }

  function keep(text: string, vector: Float32Array): void {
    kept.set(text, vector)
    if (kept.size > maxKeptQueries) {
      const oldest = kept.keys().next().value
      if (oldest !== undefined) kept.delete(oldest)
    }
  }

  const timer = setInterval(wake, pollMs)
  timer.unref()
  wake()
  return {
    wake,
    countWaiting: () => countUnembedded(pool, encoder.id),
    embedQuery,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await working
    },
  }
}
