import type { Engine } from '@behest/engine'
import type { IntentStore } from '@behest/journal'
import type { Logger } from 'pino'

const leaseSeconds = 30
const renewEveryMs = 10_000
const sweepEveryMs = 1000
const retryAfterSeconds = 2

/** Goes on with intents until they end or need somebody. */
export type Runner = {
  /** Has an intent gone on with, now. */
  readonly poke: (intentId: string) => void
  /** Takes up what other processes left behind, from now on. */
  readonly start: () => void
  /** Starts nothing new and waits for what is at work, at most so long. */
  readonly drain: (timeoutMs: number) => Promise<void>
}

/**
 * Creates the runner. An intent is held by a lease in the journal, so several
 * processes share the work and none of it is done twice at a time; what a
 * process leaves behind is taken up by another when its lease ends.
 *
 * @param options.owner - Names this process.
 */
export function createRunner(options: {
  readonly engine: Engine
  readonly store: Pick<IntentStore, 'claim' | 'claimNext' | 'renew' | 'release'>
  readonly owner: string
  readonly logger: Logger
}): Runner {
  const { engine, store, owner, logger } = options
  const atWork = new Map<string, Promise<void>>()
  const pokedAgain = new Set<string>()
  let isDraining = false
  let sweeper: NodeJS.Timeout | undefined

  async function work(intentId: string): Promise<void> {
    const renewal = setInterval(() => {
      void store.renew({ intentId, owner, leaseSeconds }).catch(report)
    }, renewEveryMs)
    let againAfterSeconds: number | undefined
    try {
      do {
        pokedAgain.delete(intentId)
        const progress = await engine.advance(intentId)
        if (progress === 'again') againAfterSeconds = retryAfterSeconds
      } while (pokedAgain.has(intentId) && !isDraining)
    } catch (error) {
      // Past an approval nothing is given up: it is looked at again.
      againAfterSeconds = retryAfterSeconds
      report(error)
    } finally {
      clearInterval(renewal)
      await store
        .release({
          intentId,
          owner,
          ...(againAfterSeconds === undefined ? {} : { againAfterSeconds }),
        })
        .catch(report)
    }
  }

  function report(error: unknown): void {
    logger.warn({ error }, 'an intent will be taken up again')
  }

  function take(intentId: string, isClaimed: boolean): void {
    if (isDraining) return
    if (atWork.has(intentId)) {
      pokedAgain.add(intentId)
      return
    }
    const run = (async () => {
      const isOurs =
        isClaimed || (await store.claim({ intentId, owner, leaseSeconds }))
      if (isOurs) await work(intentId)
    })()
      .catch(report)
      .finally(() => {
        atWork.delete(intentId)
        if (pokedAgain.delete(intentId)) take(intentId, false)
      })
    atWork.set(intentId, run)
  }

  async function sweep(): Promise<void> {
    while (!isDraining) {
      const intentId = await store.claimNext({ owner, leaseSeconds })
      if (intentId === undefined) return
      take(intentId, true)
    }
  }

  return {
    poke: (intentId) => take(intentId, false),
    start: () => {
      void sweep().catch(report)
      sweeper = setInterval(() => void sweep().catch(report), sweepEveryMs)
    },
    drain: async (timeoutMs) => {
      isDraining = true
      clearInterval(sweeper)
      await Promise.race([
        Promise.allSettled(atWork.values()),
        new Promise<void>((done) => {
          setTimeout(done, timeoutMs).unref()
        }),
      ])
    },
  }
}
