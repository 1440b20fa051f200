import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimedIntent, Leases } from '../intents/createLeases.js'

/** What one look at an intent came to: go on soon, wait for somebody, or over. */
export type Progress = 'again' | 'waiting' | 'ended'

/** Goes on with an intent once. Safe to call any number of times. */
export type Advance = (intentId: string) => Promise<Progress>

/** Drives one intent until it waits, ends, or has tried often enough for now. */
export type Drive = (
  claimed: ClaimedIntent,
  advance: Advance,
) => Promise<Progress>

export type IntentRunnerOptions = {
  readonly store: Leases
  readonly advance: Advance
  /** Name of this process in leases, e.g. from `takeExecutorSlot`. */
  readonly owner: string
  /** How an intent is driven; in this process alone unless told. */
  readonly drive?: Drive
  /** Most intents at once. Sixteen unless told. */
  readonly concurrency?: number
  /** After so long without a sign of life others may go on, in seconds. */
  readonly leaseSeconds?: number
  /** How often work that nobody announced is looked for, in ms. */
  readonly pollEveryMs?: number
  /** Told of what failed; the intent is tried again. */
  readonly onError?: (error: unknown, intentId: string | undefined) => void
}

/** Goes on with intents until none is left that could go on. */
export type IntentRunner = {
  /** Goes on with an intent now, rather than when it is found. */
  readonly wake: (intentId: string) => void
  /** Intents that this process works on. */
  readonly busy: () => readonly string[]
  /** Takes nothing new and waits for what is under way, at most so long. */
  readonly stop: (options?: { readonly waitMs?: number }) => Promise<void>
}

const failureDelaySeconds = { first: 1, most: 60 }

/**
 * Starts a runner. It takes intents by lease, so any number of them may run on
 * one database, and each finds what another one that ended has left behind.
 *
 * @param options.store - The journal.
 * @param options.advance - Goes on with one intent, e.g. the engine's.
 * @param options.owner - Name of this process; the same after a restart.
 * @param options.drive - How the calls of `advance` follow each other.
 * @returns The runner. Call `stop()` before the journal is closed.
 */
export function createIntentRunner(options: IntentRunnerOptions): IntentRunner {
  const { store, advance, owner } = options
  const drive = options.drive ?? driveHere
  const leaseSeconds = options.leaseSeconds ?? 30
  const concurrency = options.concurrency ?? 16
  const onError = options.onError ?? (() => {})
  const running = new Map<string, Promise<void>>()
  const wokenMeanwhile = new Set<string>()
  const failures = new Map<string, number>()
  let isStopped = false

  function start(claimed: ClaimedIntent): void {
    const { intentId } = claimed
    const work = run(claimed)
      .catch((error: unknown) => onError(error, intentId))
      .finally(() => {
        running.delete(intentId)
        if (wokenMeanwhile.delete(intentId)) wake(intentId)
        else void poll()
      })
    running.set(intentId, work)
  }

  async function run(claimed: ClaimedIntent): Promise<void> {
    const { intentId } = claimed
    const heartbeat = setInterval(
      () => {
        store.renew({ intentId, owner, leaseSeconds }).catch((error) => {
          onError(error, intentId)
        })
      },
      (leaseSeconds * 1000) / 3,
    ).unref()
    let againAfterSeconds = 1
    try {
      const progress = await drive(claimed, advance)
      failures.delete(intentId)
      if (progress === 'again') againAfterSeconds = 5
      // Whoever it waits for wakes it; this is for when that was lost.
      if (progress === 'waiting') againAfterSeconds = 10
    } catch (error) {
      const count = (failures.get(intentId) ?? 0) + 1
      failures.set(intentId, count)
      againAfterSeconds = Math.min(
        failureDelaySeconds.first * 2 ** (count - 1),
        failureDelaySeconds.most,
      )
      onError(error, intentId)
    } finally {
      clearInterval(heartbeat)
      await store.release({ intentId, owner, againAfterSeconds })
    }
  }

  function wake(intentId: string): void {
    if (isStopped) return
    if (running.has(intentId)) {
      // It may have looked already before the change that this tells of.
      wokenMeanwhile.add(intentId)
      return
    }
    // Taken at once, so that a second wake-up does not start it twice.
    running.set(
      intentId,
      store
        .claim({ intentId, owner, leaseSeconds })
        .then((claimed) => {
          running.delete(intentId)
          if (claimed !== undefined && !isStopped) start(claimed)
          // Another process works on it, and looks again before it lets go.
          else wokenMeanwhile.delete(intentId)
        })
        .catch((error: unknown) => {
          running.delete(intentId)
          onError(error, intentId)
        }),
    )
  }

  let polling: Promise<void> | undefined
  async function poll(): Promise<void> {
    polling ??= (async () => {
      try {
        while (!isStopped && running.size < concurrency) {
          const claimed = await store.claimNext({
            owner,
            leaseSeconds,
            except: [...running.keys()],
          })
          if (claimed === undefined) return
          // A wake-up was faster; it has the lease of the same owner.
          if (!running.has(claimed.intentId)) start(claimed)
        }
      } catch (error) {
        onError(error, undefined)
      }
    })().finally(() => {
      polling = undefined
    })
    await polling
  }

  const timer = setInterval(() => void poll(), options.pollEveryMs ?? 500)
  timer.unref()
  void poll()

  return {
    wake,
    busy: () => [...running.keys()],
    stop: async ({ waitMs = 5_000 } = {}) => {
      isStopped = true
      clearInterval(timer)
      wokenMeanwhile.clear()
      let giveUp: NodeJS.Timeout | undefined
      await Promise.race([
        Promise.all([polling, ...running.values()]),
        new Promise((resolve) => {
          giveUp = setTimeout(resolve, waitMs)
        }),
      ])
      clearTimeout(giveUp)
    },
  }
}

const again = { firstMs: 20, mostMs: 2_000, rounds: 12 }

/** Calls `advance` until there is nothing to do soon, a little later each time. */
export const driveHere: Drive = async ({ intentId }, advance) => {
  let delayMs = again.firstMs
  for (let round = 0; round < again.rounds; round++) {
    const progress = await advance(intentId)
    if (progress !== 'again') return progress
    await sleep(delayMs)
    delayMs = Math.min(delayMs * 2, again.mostMs)
  }
  return 'again'
}
