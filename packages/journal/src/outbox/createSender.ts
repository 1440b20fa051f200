import { BehestError, type SenderPort } from '@behest/spec'
import type { Outbox } from './createOutbox.js'
import type { OutboxWorker } from './createOutboxWorker.js'
import { isSettled, toLegResult } from './leg.js'

/** Thrown when a leg is for a chain that no worker of this process drives. */
export class SenderMissingError extends BehestError {
  readonly code = 'SENDER_MISSING'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { chainId: number }) {
    super(
      `Nothing here sends to chain ${facts.chainId}. Configure its RPC, or choose another chain.`,
      { facts },
    )
  }
}

/** How soon an end that another process found is seen, in ms. */
const pollEveryMs = 100

/**
 * Creates the engine's sender over an outbox and the workers that drive it.
 *
 * @param options.outbox - Where legs are stored.
 * @param options.workers - One per chain.
 * @returns A sender: each leg exactly once, however often it is asked for.
 */
export function createSender(options: {
  readonly outbox: Outbox
  readonly workers: readonly OutboxWorker[]
}): SenderPort {
  const { outbox, workers } = options
  const ends = watchEnds(outbox)

  return {
    hasLeg: async (legId) => (await outbox.readLeg(legId)) !== undefined,
    carryOut: async (order, { waitMs }) => {
      const worker = workers.find(({ chainId }) => chainId === order.chainId)
      if (worker === undefined)
        throw new SenderMissingError({ chainId: order.chainId })
      const legId = order.legId.toLowerCase()
      let leg = (
        await outbox.queueLegs({
          chain: worker.identity(),
          depth: worker.depth,
          legs: [order],
        })
      )[0]
      worker.wake(order.account)
      const until = performance.now() + waitMs
      while (leg !== undefined && !isSettled(leg.state)) {
        const leftMs = until - performance.now()
        if (leftMs <= 0) break
        await ends.wait(legId, leftMs)
        leg = (await outbox.readLeg(legId)) ?? leg
      }
      return leg === undefined
        ? { type: 'unknown', reason: 'The leg cannot be read.' }
        : toLegResult(leg)
    },
  }
}

/**
 * Waits for the ends of legs. Those that this process finds are told at once; those
 * of others are asked for together, by one question for all who wait.
 */
function watchEnds(outbox: Outbox) {
  const waiting = new Map<string, Set<() => void>>()
  const finish = (legId: string) => {
    for (const done of waiting.get(legId) ?? []) done()
  }
  let isAsking = false

  async function ask(): Promise<void> {
    if (isAsking) return
    isAsking = true
    try {
      while (waiting.size > 0) {
        await new Promise((resolve) => setTimeout(resolve, pollEveryMs))
        // While the database is away nobody is told anything, and all wait on.
        const settled = await outbox
          .findSettled([...waiting.keys()])
          .catch(() => [])
        for (const legId of settled) finish(legId)
      }
    } finally {
      isAsking = false
    }
  }

  outbox.onLegChange((legId, state) => {
    if (isSettled(state)) finish(legId)
  })
  return {
    /** Resolves at the leg's end, or when it is time to look anew. */
    wait: (legId: string, withinMs: number) =>
      new Promise<void>((resolve) => {
        const others = waiting.get(legId) ?? new Set()
        const done = () => {
          clearTimeout(timer)
          others.delete(done)
          if (others.size === 0) waiting.delete(legId)
          resolve()
        }
        const timer = setTimeout(done, withinMs)
        waiting.set(legId, others.add(done))
        void ask()
      }),
  }
}
