import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type FaultPointName, faultPoints } from '@behest/journal'
import type { ChaosWorkerOrder } from './chaosWorkerOrder.js'
import type { Random } from './createRandom.js'

/**
 * `readyShare`: how often only one that is at work is ended; on a busy machine nobody
 * would get that far otherwise. `patienceMs`: how long one may wait for its crash
 * point before it is fair game.
 */
const mercies = {
  some: { readyShare: 0.85, patienceMs: 12_000 },
  little: { readyShare: 0.6, patienceMs: 3_000 },
} as const

/** The worker processes of one round, and how often each was ended. */
export type Workers = {
  /** Ends one as a power cut would; another takes its place. */
  readonly killOne: () => void
  /**
   * Ends all of them, those at hand too, and waits until others, started from
   * nothing, have had their first look.
   */
  readonly replaceAll: (options: { readonly withinMs: number }) => Promise<void>
  /**
   * No more crash points and no more kills, also for those that run: whoever ends
   * is replaced.
   */
  readonly calm: () => void
  readonly killsAtRandom: () => number
  readonly killsAt: Readonly<Record<FaultPointName, number>>
  /** What workers said of failures, by their words. */
  readonly failures: ReadonlyMap<string, number>
  readonly halts: readonly string[]
  /** How long a worker took from its start to its first look, in ms. */
  readonly readyMs: readonly number[]
  /** How long from its start to the first thing that it did for a payment, in ms. */
  readonly firstActMs: readonly number[]
  readonly stop: () => Promise<void>
}

/**
 * Puts the worker's program into one file, from the sources.
 *
 * @param folder - Where the file goes.
 * @returns The file.
 */
export async function bundleWorker(folder: string): Promise<string> {
  const file = join(folder, 'chaosWorker.mjs')
  const program = new URL(
    '../../src/chaos/programs/bundleWorker.mjs',
    import.meta.url,
  )
  await promisify(execFile)(process.execPath, [fileURLToPath(program), file])
  return file
}

/**
 * Runs worker processes until `stop`, and keeps a loaded one at hand.
 *
 * @param options.file - From `bundleWorker`.
 * @param options.count - How many run at once.
 * @param options.order - What each is told.
 * @param options.faults - Whether they end themselves at crash points.
 * @param options.clockSkewsMs - How wrong their clocks may be.
 */
export function createWorkers(options: {
  readonly file: string
  readonly count: number
  readonly order: Omit<ChaosWorkerOrder, 'faultAt' | 'clockSkewMs'>
  /** How far a worker gets before it is ended at random. */
  readonly mercy: keyof typeof mercies
  readonly faults: 'at-points' | 'none'
  readonly clockSkewsMs: readonly number[]
  /** How often each crash point was met before this: rare ones come first. */
  readonly killsBefore: Readonly<Record<string, number>>
  readonly random: Random
}): Workers {
  const { random } = options
  const killsAt = Object.fromEntries(
    faultPoints.map((point) => [point, 0]),
  ) as Record<FaultPointName, number>
  const failures = new Map<string, number>()
  const halts: string[] = []
  const readyMs: number[] = []
  const firstActMs: number[] = []
  const running = new Set<ChildProcess>()
  const waiting: ChildProcess[] = []
  const everybody = new Set<ChildProcess>()
  const killed = new Set<ChildProcess>()
  const ready = new Set<ChildProcess>()
  /** Those that wait for their crash point, and since when. */
  const armed = new Map<ChildProcess, number>()
  let killsAtRandom = 0
  let mode: 'chaos' | 'calm' | 'stopping' = 'chaos'

  function load(): ChildProcess {
    const child = spawn(process.execPath, ['--no-deprecation', options.file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    // It is told to begin just as it is killed.
    child.stdin?.on('error', () => {})
    everybody.add(child)
    child.once('exit', () => {
      everybody.delete(child)
      const at = waiting.indexOf(child)
      if (at >= 0) waiting.splice(at, 1)
    })
    return child
  }

  function begin(): void {
    if (mode === 'stopping') return
    const child = waiting.shift() ?? load()
    while (waiting.length < 2 && mode === 'chaos') waiting.push(load())
    const faultAt =
      mode === 'chaos' && options.faults === 'at-points' && random.chance(0.5)
        ? pickPoint()
        : undefined
    const order: ChaosWorkerOrder = {
      ...options.order,
      clockSkewMs: random.pick(options.clockSkewsMs),
      ...(faultAt === undefined ? {} : { faultAt }),
    }
    running.add(child)
    const startedAtMs = performance.now()
    if (faultAt !== undefined) armed.set(child, startedAtMs)
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as { type: string; reason?: string }
        if (said.type === 'ready') {
          readyMs.push(performance.now() - startedAtMs)
          ready.add(child)
        }
        if (said.type === 'acted') {
          firstActMs.push(performance.now() - startedAtMs)
          // At work, though it has not been through everything once.
          ready.add(child)
        }
        if (said.type === 'halted') halts.push(said.reason ?? '')
        if (said.type === 'failed' || said.type === 'crashed') {
          const reason = said.reason ?? ''
          failures.set(reason, (failures.get(reason) ?? 0) + 1)
        }
      })
    child.once('exit', (_, signal) => {
      running.delete(child)
      ready.delete(child)
      armed.delete(child)
      const byItself = signal === 'SIGKILL' && !killed.has(child)
      if (byItself && faultAt !== undefined) killsAt[faultAt]++
      void sleep(mode === 'chaos' ? random.between(5, 150) : 5).then(begin)
    })
    const text = JSON.stringify(order, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    )
    child.stdin?.write(`${text}\n`)
  }

  /** The point that was met least often so far, more often than not. */
  function pickPoint(): FaultPointName {
    const met = (point: FaultPointName) =>
      killsAt[point] + (options.killsBefore[point] ?? 0)
    const least = Math.min(...faultPoints.map(met))
    const rare = faultPoints.filter((point) => met(point) === least)
    return random.pick(random.chance(0.6) ? rare : faultPoints)
  }

  for (let n = 0; n < options.count; n++) begin()
  return {
    killsAt,
    failures,
    halts,
    readyMs,
    firstActMs,
    killsAtRandom: () => killsAtRandom,
    killOne: () => {
      if (mode !== 'chaos' || running.size === 0) return
      const { readyShare, patienceMs } = mercies[options.mercy]
      const nowMs = performance.now()
      const victims = [...(random.chance(readyShare) ? ready : running)].filter(
        // One that waits for its crash point is given some time to get there.
        (child) => nowMs - (armed.get(child) ?? -Infinity) > patienceMs,
      )
      if (victims.length === 0) return
      const victim = random.pick(victims)
      if (killed.has(victim) || !victim.kill('SIGKILL')) return
      killed.add(victim)
      killsAtRandom++
    },
    replaceAll: async ({ withinMs }) => {
      const until = Date.now() + withinMs
      const before = readyMs.length
      for (const child of waiting.splice(0)) child.kill('SIGKILL')
      for (const child of [...running]) {
        killed.add(child)
        if (child.kill('SIGKILL')) killsAtRandom++
      }
      while (readyMs.length < before + options.count && Date.now() < until)
        await sleep(50)
    },
    calm: () => {
      mode = 'calm'
      for (const child of running) child.stdin?.write('calm\n')
      armed.clear()
    },
    stop: async () => {
      mode = 'stopping'
      await Promise.all(
        [...everybody].map(
          (child) =>
            new Promise<void>((resolve) => {
              child.once('exit', () => resolve())
              killed.add(child)
              child.kill('SIGKILL')
            }),
        ),
      )
    },
  }
}
