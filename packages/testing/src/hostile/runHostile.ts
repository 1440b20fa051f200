import fc from 'fast-check'
import { type HostileCase, hostileCase } from './cases.js'
import { startLyingNode } from './lyingNode.js'
import { openHostileWorld } from './openHostileWorld.js'
import { type Prepared, playCase, prepare } from './playCase.js'

// The plans that are prepared once live as long as a plan does, chain time.
const freshEvery = 400

/** What a run found. */
export type HostileReport = {
  readonly cases: number
  readonly seed: number
  readonly byKind: Readonly<Record<string, number>>
  readonly byCustody: Readonly<Record<string, number>>
  /** How cases ended, by kind: how often. */
  readonly ends: Readonly<Record<string, number>>
  /** Cases in which the user lost more than agreed. Must be none. */
  readonly broken: readonly {
    readonly index: number
    readonly one: HostileCase
    readonly broken: readonly string[]
  }[]
  readonly honest: { readonly asked: number; readonly carriedOut: number }
  readonly blocked: readonly string[]
  readonly milliseconds: number
}

/**
 * Plays cases one after the other, each on a chain of its own.
 *
 * @param options.seed - The same seed plays the same cases.
 * @param options.from - The first case that is played, for a run in parts.
 * @param options.to - Where that part ends; this one is not played any more.
 * @param options.signal - Ends it before that.
 */
export async function runHostile(options: {
  readonly cases: number
  readonly seed: number
  readonly from?: number
  readonly to?: number
  /** Ends the run after the case that is played; what was found is told. */
  readonly signal?: AbortSignal
  readonly onProgress?: (message: string) => void
}): Promise<HostileReport> {
  const { cases, seed, from = 0, to = cases, onProgress } = options
  const startedAt = performance.now()
  const list = fc.sample(hostileCase, { seed, numRuns: cases })
  const world = await openHostileWorld()
  const node = await startLyingNode(world.devnet.url)
  const byKind: Record<string, number> = {}
  const byCustody: Record<string, number> = {}
  const ends: Record<string, number> = {}
  const broken: HostileReport['broken'][number][] = []
  const blocked: string[] = []
  let asked = 0
  let carriedOut = 0
  let held = new Map<string, Promise<Prepared>>()
  const prepared = (
    wish: number,
    custody: 'direct' | 'mandate',
  ): Promise<Prepared> => {
    const key = `${wish} ${custody}`
    const found = held.get(key) ?? prepare(world, wish, custody)
    held.set(key, found)
    return found
  }
  try {
    for (const [index, one] of list.entries()) {
      if (index < from || index >= to) continue
      if (options.signal?.aborted) break
      if (index % freshEvery === 0) held = new Map()
      const result = await playCase({ world, node, one, prepared })
      byKind[one.kind] = (byKind[one.kind] ?? 0) + 1
      byCustody[one.custody] = (byCustody[one.custody] ?? 0) + 1
      const end = `${one.kind}: ${result.end.replace(/0x\w+|\d[\d.,]*/g, '#').slice(0, 90)}`
      ends[end] = (ends[end] ?? 0) + 1
      if (result.broken.length > 0) {
        broken.push({ index, one, broken: result.broken })
        onProgress?.(
          `BROKEN case ${index} of seed ${seed}: ${JSON.stringify(one)} ${result.broken.join('; ')}`,
        )
      }
      if (one.kind === 'honest') {
        asked += 1
        if (result.end === 'carried out') carriedOut += 1
        else {
          blocked.push(result.end)
          onProgress?.(`blocked case ${index}: ${result.end}`)
        }
      }
      if ((index + 1) % 500 === 0) onProgress?.(`${index + 1} of ${cases}`)
    }
  } finally {
    await node.stop()
    await world.stop()
  }
  return {
    cases: Object.values(byKind).reduce((sum, count) => sum + count, 0),
    seed,
    byKind,
    byCustody,
    ends,
    broken,
    honest: { asked, carriedOut },
    blocked,
    milliseconds: Math.round(performance.now() - startedAt),
  }
}
