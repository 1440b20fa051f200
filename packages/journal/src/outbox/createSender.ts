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

/** How soon a change that another process made is seen, in ms. */
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
      const changes = watchLeg(outbox, legId)
      try {
        worker.wake(order.account)
        const until = performance.now() + waitMs
        while (leg !== undefined && !isSettled(leg.state)) {
          const leftMs = until - performance.now()
          if (leftMs <= 0) break
          await changes.next(Math.min(leftMs, pollEveryMs))
          leg = (await outbox.readLeg(legId)) ?? leg
        }
      } finally {
        changes.stop()
      }
      return leg === undefined
        ? { type: 'unknown', reason: 'The leg cannot be read.' }
        : toLegResult(leg)
    },
  }
}

/** Waits for changes of one leg; one that came between two waits counts. */
function watchLeg(outbox: Outbox, legId: string) {
  let hasChanged = false
  let notice = () => {}
  const stop = outbox.onLegChange((changed) => {
    if (changed !== legId) return
    hasChanged = true
    notice()
  })
  return {
    stop,
    next: (withinMs: number) =>
      new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer)
          hasChanged = false
          notice = () => {}
          resolve()
        }
        const timer = setTimeout(finish, withinMs)
        notice = finish
        if (hasChanged) finish()
      }),
  }
}
