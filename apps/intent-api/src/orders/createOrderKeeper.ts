import {
  type Engine,
  evaluateConditions,
  findDueRun,
  getOccurrence,
} from '@behest/engine'
import type { OrderStore, StoredOrder, StoredRun } from '@behest/journal'
import {
  BehestError,
  type ChainPort,
  type IntentRecord,
  type OrderRun,
} from '@behest/spec'

import type { OrderMandates } from './createOrderMandates.js'

/** Runs standing orders, as long as it lives. */
export type OrderKeeper = {
  /** Looks for work now, and does it. For tests and for impatience. */
  readonly tick: () => Promise<void>
  readonly stop: (options?: { readonly waitMs?: number }) => Promise<void>
}

/** What a keeper reaches the world through. */
export type OrderKeeperOptions = {
  readonly store: OrderStore
  readonly engine: Pick<Engine, 'startRun' | 'get' | 'cancel'>
  readonly chain: ChainPort
  /** Told that an intent of a run is there. */
  readonly wake: (intentId: string) => void
  /** Sends back what a run under a mandate took and did not use. */
  readonly giveBack?: OrderMandates['giveBack']
  /** Ends on chain what cancelled orders could still do. */
  readonly endOpen?: OrderMandates['endOpen']
  /** Name of this process. */
  readonly owner: string
  readonly pollEveryMs?: number
  readonly leaseSeconds?: number
  readonly onError?: (error: unknown, orderId?: string) => void
}

/** Somebody who was away for a moment is asked again; a refusal stays one. */
const retryPausesSeconds = [5, 30, 120] as const
const followEverySeconds = 0.5
/** How often a condition is asked about. */
const watchEverySeconds = 1
/** How often it is looked for delegations that are to be ended. */
const endEveryMs = 2000
const ordersAtOnce = 20

/**
 * Keeps standing orders: takes those that are due, asks the chain about their
 * conditions, and starts one intent for each run.
 *
 * Any number of processes may do this at once. What is due is decided by the
 * chain's time and by rows; which process does it, by a lease; and that a period
 * has one run, by its primary key. A process that dies leaves nothing behind
 * that the next one does not find.
 *
 * @returns The keeper, at work.
 */
export function createOrderKeeper(options: OrderKeeperOptions): OrderKeeper {
  const { store, engine, chain, owner } = options
  const leaseSeconds = options.leaseSeconds ?? 30
  const onError = options.onError ?? (() => {})
  let isStopped = false
  let ticking: Promise<void> | undefined
  let endsFromMs = 0

  async function keepAll(): Promise<void> {
    if (performance.now() >= endsFromMs) {
      endsFromMs = performance.now() + endEveryMs
      // A node that is away for a moment holds up no run.
      await options.endOpen?.().catch((error: unknown) => onError(error))
    }
    const block = await chain.readHead()
    const seen: string[] = []
    while (!isStopped && seen.length < ordersAtOnce) {
      const order = await store.claimDue({
        owner,
        leaseSeconds,
        nowUnixSeconds: block.timestampUnixSeconds,
        except: seen,
      })
      if (!order) return
      seen.push(order.id)
      let againAfterSeconds = watchEverySeconds
      try {
        againAfterSeconds = order.runningPeriod
          ? await follow(order, order.runningPeriod, block)
          : await decide(order, block)
      } catch (error) {
        onError(error, order.id)
      }
      await store.release({ orderId: order.id, owner, againAfterSeconds })
    }
  }

  /** Nothing is under way: what is due? */
  async function decide(
    order: StoredOrder,
    block: Awaited<ReturnType<ChainPort['readHead']>>,
  ): Promise<number> {
    const { terms, nextIndex } = order
    const orderId = order.id
    const due = findDueRun({
      terms,
      nextIndex,
      nowUnixSeconds: block.timestampUnixSeconds,
    })
    switch (due.type) {
      case 'end':
        await store.finish({ orderId, why: due.why })
        return watchEverySeconds
      case 'wait':
        await store.postpone({ orderId, dueUnixSeconds: due.untilUnixSeconds })
        return 0
      case 'missed':
        await store.skipRuns({
          orderId,
          fromIndex: nextIndex,
          untilIndex: due.untilIndex,
          outcome: 'missed',
          dueUnixSeconds: block.timestampUnixSeconds,
          nextDueUnixSeconds: getNextDue(order, due.untilIndex),
          why: 'Nobody was there to run it in time, and it was to be skipped then.',
        })
        return 0
      case 'run':
        break
      default:
        return due satisfies never
    }
    const evaluation =
      terms.conditions.length > 0
        ? await evaluateConditions({
            conditions: terms.conditions,
            account: terms.account,
            chain,
            block,
          })
        : undefined
    const at = {
      block: { number: block.number, hash: block.hash },
      ...(evaluation ? { observed: evaluation.observed } : {}),
    }
    if (evaluation && !evaluation.holds) {
      // Without a date it is watched until it holds.
      if (terms.schedule)
        await store.skipRuns({
          orderId,
          fromIndex: nextIndex,
          untilIndex: due.index + 1,
          outcome: 'condition-not-met',
          dueUnixSeconds: due.dueUnixSeconds,
          nextDueUnixSeconds: getNextDue(order, due.index + 1),
          why: evaluation.observed
            .map(({ text, value }) => `${text}: it is ${value ?? 'unknown'}`)
            .join('; '),
          ...at,
        })
      return watchEverySeconds
    }
    const begun = await store.beginRun({
      orderId,
      fromIndex: nextIndex,
      index: due.index,
      dueUnixSeconds: due.dueUnixSeconds,
      lastUnixSeconds: due.lastUnixSeconds,
      ...at,
    })
    if (begun) await startAttempt(order, String(due.index), 0)
    return 0
  }

  /** A run is under way: how did it go? */
  async function follow(
    order: StoredOrder,
    period: string,
    block: Awaited<ReturnType<ChainPort['readHead']>>,
  ): Promise<number> {
    const run = (await store.readRuns(order.id)).find(
      (entry) => entry.period === period,
    )
    if (!run) return followEverySeconds
    const settle = (
      outcome: Exclude<OrderRun['outcome'], 'running'>,
      why?: string,
    ) =>
      store.settleRun({
        orderId: order.id,
        period,
        outcome,
        ...(why === undefined ? {} : { why }),
        nextDueUnixSeconds: getNextDue(order, order.nextIndex),
      })
    const record = run.intentId
      ? await findIntent(engine, run.intentId)
      : undefined
    if (!record) {
      // The process that began it ended before it made the intent.
      if (order.status !== 'active') await settle('cancelled')
      else await startAttempt(order, period, run.attempt)
      return followEverySeconds
    }
    switch (record.status) {
      case 'running':
        return followEverySeconds
      case 'unknown':
        return 2
      case 'done': {
        const receipt = record.artifacts.receipt?.receipt
        const outcome = receipt?.outcome
        if (receipt && outcome !== 'MET' && order.terms.custody === 'mandate') {
          const back =
            (await options.giveBack?.({ order, period, receipt })) ?? []
          // The run is over when what is left is where it came from.
          if (back.some(({ type }) => type === 'unknown')) return 2
        }
        await settle(
          outcome === 'MET' ? 'met' : 'not-met',
          outcome === 'MET'
            ? undefined
            : `The receipt says ${outcome ?? 'nothing'}.`,
        )
        return 0
      }
      case 'needs-answer':
      case 'needs-approval':
        await engine.cancel(record.id)
        await settle(
          'failed',
          `It would have had to ask: ${record.questions?.[0]?.text ?? 'for a yes'}`,
        )
        return 0
      case 'failed':
      case 'rejected':
      case 'cancelled':
        return retryOrSettle({ order, run, record, block, settle })
      default:
        return record.status satisfies never
    }
  }

  async function retryOrSettle(attempt: {
    readonly order: StoredOrder
    readonly run: StoredRun
    readonly record: IntentRecord
    readonly block: Awaited<ReturnType<ChainPort['readHead']>>
    readonly settle: (outcome: 'failed' | 'cancelled', why?: string) => unknown
  }): Promise<number> {
    const { order, run, record, block, settle } = attempt
    const why = record.problem?.detail ?? `The intent was ${record.status}.`
    if (order.status !== 'active') {
      await settle('cancelled', why)
      return 0
    }
    const pause = retryPausesSeconds[run.attempt]
    // What was carried out in part is never begun again.
    const isAnew =
      record.artifacts.execution === undefined && record.status === 'failed'
    if (
      !isAnew ||
      pause === undefined ||
      record.problem?.code === 'ORDER_RUN_REFUSED' ||
      record.problem?.code === 'POLICY_REFUSED' ||
      block.timestampUnixSeconds > run.lastUnixSeconds
    ) {
      await settle('failed', why)
      return 0
    }
    // The pause is over when the row is looked at again: its note says so.
    if (run.why !== why) {
      await store.nameIntent({
        orderId: order.id,
        period: run.period,
        attempt: run.attempt,
        intentId: record.id,
        why,
      })
      return pause
    }
    if (order.terms.conditions.length > 0) {
      const evaluation = await evaluateConditions({
        conditions: order.terms.conditions,
        account: order.terms.account,
        chain,
        block,
      })
      if (!evaluation.holds) return watchEverySeconds
    }
    await startAttempt(order, run.period, run.attempt + 1)
    return followEverySeconds
  }

  async function startAttempt(
    order: StoredOrder,
    period: string,
    attempt: number,
  ): Promise<void> {
    const intentId = `${order.id}_${period}_${attempt}`
    await store.nameIntent({
      orderId: order.id,
      period,
      attempt,
      intentId,
    })
    await engine.startRun({
      id: intentId,
      run: { orderId: order.id, termsHash: order.termsHash, period },
      terms: order.terms,
    })
    options.wake(intentId)
  }

  const tick = (): Promise<void> => {
    ticking ??= keepAll()
      .catch((error: unknown) => onError(error))
      .finally(() => {
        ticking = undefined
      })
    return ticking
  }
  const timer = setInterval(() => void tick(), options.pollEveryMs ?? 500)
  timer.unref()

  return {
    tick,
    stop: async ({ waitMs = 5000 } = {}) => {
      isStopped = true
      clearInterval(timer)
      let giveUp: NodeJS.Timeout | undefined
      await Promise.race([
        ticking,
        new Promise((resolve) => {
          giveUp = setTimeout(resolve, waitMs)
        }),
      ])
      clearTimeout(giveUp)
    },
  }
}

/** When a run is due; an order without a date is looked at all the time. */
function getNextDue(order: StoredOrder, index: number): number {
  const { schedule } = order.terms
  return schedule ? (getOccurrence(schedule, index) ?? 0) : 0
}

async function findIntent(
  engine: Pick<Engine, 'get'>,
  intentId: string,
): Promise<IntentRecord | undefined> {
  try {
    return await engine.get(intentId)
  } catch (error) {
    if (BehestError.isInstance(error) && error.code === 'INTENT_NOT_FOUND')
      return undefined
    throw error
  }
}
