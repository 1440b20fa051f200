import {
  A2A_CONTENT_TYPE,
  A2A_VERSION_HEADER,
  StreamResponse,
  TaskPushNotificationConfig,
} from '@a2a-js/sdk'
import type { DueWebhook, WebhookStore } from '@behest/journal'
import type { Fetch } from '@behest/sdk'
import { BehestError, type IntentStorePort } from '@behest/spec'
import { type Desk, isOpen } from '../../desk/createDesk.js'
import { parseTaskName } from '../taskName.js'
import { tellEvent, tellRest } from '../tellUpdates.js'

const atOnce = 8
// Longer than every call of one round may take together.
const leaseSeconds = 120
const maxEventsPerRound = 20
const firstRetrySeconds = 1
const maxRetrySeconds = 300
// With the growing pauses: about an hour of trying.
const maxFailures = 18

/** Sends what happens to tasks to those who asked to be told. */
export type PushSender = { readonly stop: () => Promise<void> }

/**
 * Starts telling. Every process of one database may: each webhook is with one of
 * them at a time. An update is told at least once and in order; one that was
 * answered with 2xx is not told again, unless the process ends in between.
 *
 * @param options.fetch - The guarded one: addresses come from strangers.
 * @param options.pollMs - How often to look; what this process does itself is
 *   noticed no sooner.
 * @param options.random - For the spread of retries, 0 ≤ x < 1.
 */
export function startPushSender(options: {
  readonly desk: Pick<Desk, 'get' | 'linkTo'>
  readonly events: Pick<IntentStorePort, 'readEvents'>
  readonly store: WebhookStore
  readonly fetch: Fetch
  readonly pollMs: number
  readonly random: () => number
  readonly onGivenUp: (facts: { intentId: string; failures: number }) => void
  readonly onError: (error: unknown) => void
}): PushSender {
  const { store, onError } = options
  const stopped = new AbortController()
  let wakeUp = (): void => undefined
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const due = await store
        .claim({ limit: atOnce, leaseSeconds })
        .catch((error: unknown) => {
          onError(error)
          return []
        })
      await Promise.all(
        due.map((webhook) =>
          tell(webhook, { ...options, signal: stopped.signal }).catch(onError),
        ),
      )
      if (due.length === 0 && !stopped.signal.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, options.pollMs)
          wakeUp = () => {
            clearTimeout(timer)
            resolve()
          }
        })
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopped.abort()
      wakeUp()
      await running
    },
  }
}

async function tell(
  webhook: DueWebhook,
  options: Parameters<typeof startPushSender>[0] & {
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { desk, store } = options
  const { intentId } = webhook
  const name = parseTaskName(readTaskId(webhook))
  const link = desk.linkTo(intentId)
  const readRecord = () => desk.get(intentId)
  const events = await options.events.readEvents({
    intentId,
    afterSequence: webhook.lastSequence,
  })
  for (const event of events.slice(0, maxEventsPerRound)) {
    const isLast = event.sequence === events.at(-1)?.sequence
    const record = isLast ? await readRecord() : undefined
    const hasEnded = record !== undefined && !isOpen(record.status)
    const update = await tellEvent({ event, name, link, readRecord })
    const updates = [
      ...(update ? [update] : []),
      ...(hasEnded ? tellRest({ record, name, link }) : []),
    ]
    for (const one of updates)
      if (!(await isTaken(webhook, one, options)))
        return await tryAgainLater(webhook, options)
    await store.advance(webhook, { sequence: event.sequence })
    if (hasEnded) return await store.end(webhook)
  }
  await store.postpone(webhook, { afterSeconds: 0, hasFailed: false })
}

async function tryAgainLater(
  webhook: DueWebhook,
  options: Parameters<typeof startPushSender>[0] & {
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { store, signal } = options
  const { intentId, failures } = webhook
  // A process that ends has learned nothing of the receiver.
  if (signal.aborted)
    return await store.postpone(webhook, { afterSeconds: 0, hasFailed: false })
  if (failures + 1 < maxFailures)
    return await store.postpone(webhook, {
      afterSeconds: toPauseSeconds(failures, options.random()),
      hasFailed: true,
    })
  options.onGivenUp({ intentId, failures: failures + 1 })
  await store.end(webhook)
}

/** Doubles with each failure, and spreads, so that receivers are not hit at once. */
function toPauseSeconds(failures: number, random: number): number {
  const pause = Math.min(maxRetrySeconds, firstRetrySeconds * 2 ** failures)
  return pause * (0.5 + random / 2)
}

/** Whether the receiver answered with 2xx; whatever else it does is its matter. */
async function isTaken(
  webhook: DueWebhook,
  update: StreamResponse,
  options: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    const response = await options.fetch(webhook.url, {
      method: 'POST',
      headers: {
        'Content-Type': A2A_CONTENT_TYPE,
        [A2A_VERSION_HEADER]: '1.0',
        ...webhook.headers,
      },
      body: JSON.stringify(StreamResponse.toJSON(update)),
      signal: options.signal,
    })
    return response.ok
  } catch (error) {
    if (options.signal.aborted) return false
    if (BehestError.isInstance(error) && error.code.startsWith('FETCH_'))
      return false
    throw error
  }
}

function readTaskId({ body }: DueWebhook): string {
  return TaskPushNotificationConfig.fromJSON(JSON.parse(body)).taskId
}
