import type { Engine } from '@behest/engine'
import {
  type Address,
  BehestError,
  type Hex,
  type IntentEvent,
  type IntentRecord,
  type IntentStatus,
  type IntentStorePort,
  type JsonValue,
  type LanguagePort,
  type ParseContext,
  type ParseResult,
} from '@behest/spec'
import { v7 as createUuid } from 'uuid'
import { DrainingError } from '../../http/errors.js'

// A notification that got lost must not leave a stream hanging.
const pollMs = 1000

/** A reply to questions, or a change to a plan that waits. */
export type Reply =
  | { readonly utterance: string }
  | { readonly answers: Readonly<Record<string, JsonValue>> }

/** What the faces do with intents; the same for every protocol. */
export type Desk = {
  /** Reads words as an intent and starts nothing. */
  readonly parse: (utterance: string) => Promise<ParseResult>
  /** Keeps an utterance and has it gone on with. */
  readonly start: (options: {
    readonly utterance: string
    readonly idempotencyKey?: string
    /** What "that" means; the account's newest intent if absent. */
    readonly previousIntentId?: string
  }) => Promise<IntentRecord>
  readonly get: (id: string) => Promise<IntentRecord>
  /** What changed last first. */
  readonly list: (options: {
    readonly limit: number
    readonly cursor?: string
  }) => Promise<{
    readonly records: readonly IntentRecord[]
    readonly nextCursor?: string
    /** How many there are on all pages. */
    readonly total: number
  }>
  readonly answer: (id: string, reply: Reply) => Promise<IntentRecord>
  /** Takes a person's yes or no to exactly one plan, and has it gone on with. */
  readonly decide: (
    id: string,
    options: {
      readonly planHash: Hex
      readonly decision: 'approve' | 'reject'
    },
  ) => Promise<IntentRecord>
  readonly cancel: (id: string) => Promise<IntentRecord>
  /** The number of the last event there is. */
  readonly readSequence: (id: string) => Promise<number>
  /**
   * Gives each event after one, until the intent needs somebody (or, with
   * `until: 'end'`, has ended) or the time is over; then the record. Leaving
   * early ends the following and never the intent.
   */
  readonly follow: (
    id: string,
    options: {
      readonly afterSequence: number
      readonly signal: AbortSignal
      readonly waitMs: number
      readonly until?: 'rest' | 'end'
    },
  ) => AsyncGenerator<IntentEvent, IntentRecord, void>
  /** Where a person looks at an intent, and approves it. */
  readonly linkTo: (id: string) => string
}

/** What a desk reaches the product through. */
export type DeskOptions = {
  readonly engine: Engine
  readonly store: IntentStorePort
  readonly language: LanguagePort
  /** Has an intent gone on with. */
  readonly wake: (intentId: string) => void
  /** Whose intents these are. */
  readonly account: Address
  readonly serverUrl: string
  readonly now: () => Date
  readonly isDraining: () => boolean
}

/** Creates the desk that every face talks to. */
export function createDesk(options: DeskOptions): Desk {
  const { engine, store, language, wake, account, now } = options
  const toContext = (): ParseContext => ({
    now: now().toISOString(),
    timeZone: 'UTC',
    account,
  })
  const assertServing = (): void => {
    if (options.isDraining()) throw new DrainingError()
  }

  return {
    parse: async (utterance) =>
      (await language.parse({ utterance, context: toContext() })).result,
    start: async ({ utterance, idempotencyKey, previousIntentId }) => {
      assertServing()
      const { record } = await engine.start({
        id: createUuid(),
        text: utterance,
        account,
        context: toContext(),
        principal: account.toLowerCase(),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(previousIntentId === undefined ? {} : { previousIntentId }),
      })
      wake(record.id)
      return record
    },
    get: engine.get,
    list: async ({ limit, cursor }) => {
      const page = await store.list({
        order: 'updated',
        limit,
        account,
        ...(cursor === undefined ? {} : { cursor }),
      })
      return {
        records: page.intents.map((stored) => engine.toRecord(stored)),
        total: page.total ?? page.intents.length,
        ...(page.nextCursor === undefined
          ? {}
          : { nextCursor: page.nextCursor }),
      }
    },
    answer: async (id, reply) => {
      assertServing()
      const record = await engine.answer({ id, reply })
      wake(record.reply?.type === 'aside' ? record.reply.intentId : id)
      return record
    },
    decide: async (id, { planHash, decision }) => {
      assertServing()
      try {
        return await decideOnce(() => engine.decide({ id, planHash, decision }))
      } finally {
        // An expired plan is refused and quoted anew: both need somebody to go on.
        wake(id)
      }
    },
    cancel: engine.cancel,
    readSequence: async (id) => {
      const events = await store.readEvents({ intentId: id, afterSequence: 0 })
      return events.at(-1)?.sequence ?? 0
    },
    follow: (id, follow) => followIntent({ engine, store, id, ...follow }),
    linkTo: (id) => `${options.serverUrl}/#intent=${id}`,
  }
}

/**
 * Two who say the same at once are both right: the second reads again what the
 * first wrote, and finds its own yes there.
 */
async function decideOnce(
  decide: () => Promise<IntentRecord>,
): Promise<IntentRecord> {
  try {
    return await decide()
  } catch (error) {
    if (BehestError.isInstance(error) && error.code === 'INTENT_CHANGED')
      return decide()
    throw error
  }
}

/** Tells whether an intent goes on by itself. */
export function isAtWork(status: IntentStatus): boolean {
  return status === 'running' || status === 'unknown'
}

/** Tells whether an intent has not ended. */
export function isOpen(status: IntentStatus): boolean {
  return (
    isAtWork(status) || status === 'needs-answer' || status === 'needs-approval'
  )
}

async function* followIntent(options: {
  readonly engine: Engine
  readonly store: IntentStorePort
  readonly id: string
  readonly afterSequence: number
  readonly signal: AbortSignal
  readonly waitMs: number
  readonly until?: 'rest' | 'end'
}): AsyncGenerator<IntentEvent, IntentRecord, void> {
  const { engine, store, id, signal, waitMs } = options
  const goesOn = options.until === 'end' ? isOpen : isAtWork
  let sequence = options.afterSequence
  let isStale = true
  let isOver = signal.aborted
  let wakeUp = (): void => undefined
  const stopListening = store.subscribe({
    intentId: id,
    onEvent: () => {
      isStale = true
      wakeUp()
    },
  })
  const end = (): void => {
    isOver = true
    wakeUp()
  }
  const deadline = setTimeout(end, waitMs)
  signal.addEventListener('abort', end)
  try {
    for (;;) {
      isStale = false
      const record = await engine.get(id)
      const events = await store.readEvents({
        intentId: id,
        afterSequence: sequence,
      })
      for (const event of events) {
        sequence = event.sequence
        yield event
      }
      if (!goesOn(record.status) || isOver) return record
      const last = events.at(-1)
      if (isStale || (last && !goesOn(last.status))) continue
      await new Promise<void>((resolve) => {
        const poll = setTimeout(resolve, pollMs)
        wakeUp = () => {
          clearTimeout(poll)
          resolve()
        }
        if (isOver || isStale) wakeUp()
      })
    }
  } finally {
    clearTimeout(deadline)
    signal.removeEventListener('abort', end)
    stopListening()
  }
}
