/**
 * One file because it is one table: what a turn of a conversation means, from
 * what was shown last and where that intent stands now.
 */
import { addsToRequest } from '@behest/language'
import {
  BehestError,
  getApprovalHash,
  type Hex,
  type IntentRecord,
  isNumbered,
  type Question,
} from '@behest/spec'
import { type Desk, isAtWork, type Reply } from './createDesk.js'
import { readReply } from './readReply.js'
import { findReferences, type Reference, toReference } from './reference.js'
import { sayEvent, sayRecord } from './sayRecord.js'

const waitMs = 90_000

/** One message of a conversation, as its client hands it in. */
export type Turn =
  | { readonly role: 'user'; readonly text: string }
  | {
      readonly role: 'assistant'
      readonly text: string
      /** What this server itself knows the message to have shown. */
      readonly shown?: Reference
    }
  /** System, developer and tool messages: read by nobody. */
  | { readonly role: 'other' }

/** What a conversation gives: what happens, then the reply. */
export type Said =
  | {
      readonly type: 'progress'
      readonly text: string
      readonly intentId: string
    }
  | {
      readonly type: 'reply'
      readonly text: string
      /** What the reply is about; the next turn is bound to it. */
      readonly reference?: Reference
      readonly record?: IntentRecord
    }

/**
 * Carries a conversation on by its last turn, which must be the user's.
 *
 * Only that turn's words are obeyed. Earlier messages tell which intent is meant
 * and which plan was shown; nothing that they say approves anything. A yes
 * counts for a plan when it names the hash shown last, or when the message just
 * before it shows exactly that plan, which still waits unchanged. In any other
 * case the plan is shown again.
 *
 * @param options.turns - The whole conversation.
 * @param options.signal - Ends the following; never the intent.
 * @throws the errors of the engine, for words that it does not take.
 */
export async function* converse(options: {
  readonly desk: Desk
  readonly turns: readonly Turn[]
  readonly signal: AbortSignal
  readonly idempotencyKey?: string
}): AsyncGenerator<Said, void, void> {
  const { desk, turns, signal, idempotencyKey } = options
  const text = readLastWords(turns)
  const shown = findShown(turns)
  const reply = readReply(text)
  const begin = async function* (): AsyncGenerator<Said, void, void> {
    const { last } = shown
    const record = await desk.start({
      utterance: text,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(last === undefined ? {} : { previousIntentId: last.intentId }),
    })
    yield* follow({ desk, id: record.id, afterSequence: 0, signal })
  }

  const decided = reply.type !== 'words'
  const reference = decided ? (shown.plan ?? shown.last) : shown.last
  const record = reference ? await find(desk, reference.intentId) : undefined
  if (!reference || !record) {
    if (!decided) return yield* begin()
    yield {
      type: 'reply',
      text: 'There is no plan in this conversation that could be meant. Say what you want, such as "swap 1 ETH for USDC".',
    }
    return
  }

  switch (reply.type) {
    case 'approve': {
      const planHash = toApproved({ reply, shown, record })
      if (planHash === null)
        return yield showAgain(
          record,
          record.status === 'needs-approval'
            ? 'Nothing was approved: that yes is not bound to this plan. Look at it, then say "yes".'
            : 'Nothing was approved: no plan waits.',
        )
      const afterSequence = await desk.readSequence(record.id)
      try {
        await desk.decide(record.id, { planHash, decision: 'approve' })
      } catch (error) {
        if (!isStalePlan(error)) throw error
        yield {
          type: 'progress',
          text: error.shortMessage,
          intentId: record.id,
        }
      }
      return yield* follow({ desk, id: record.id, afterSequence, signal })
    }
    case 'reject': {
      if (record.status === 'needs-answer' && !isOption(record, text)) {
        const ended = await desk.cancel(record.id)
        return yield showAgain(ended)
      }
      const planHash = getApprovalHash(record)
      if (record.status === 'needs-approval' && planHash !== undefined) {
        const ended = await desk.decide(record.id, {
          planHash,
          decision: 'reject',
        })
        return yield showAgain(ended)
      }
      if (record.status !== 'needs-answer')
        return yield showAgain(record, 'There is nothing left to stop.')
      break
    }
    case 'words':
      break
    default:
      reply satisfies never
  }

  if (!isWaiting(record)) {
    if (isAtWork(record.status) && (await isNoRequest(desk, text)))
      return yield* follow({
        desk,
        id: record.id,
        afterSequence: await desk.readSequence(record.id),
        signal,
      })
    return yield* begin()
  }

  const alone = await desk.parse(text)
  if (
    alone.type === 'intent' &&
    !addsToRequest(text) &&
    alone.intent.steps.some(({ action }) => action !== 'ask')
  ) {
    // A whole new request. What it replaces can no longer be approved by mistake.
    await desk.cancel(record.id)
    return yield* begin()
  }
  const afterSequence = await desk.readSequence(record.id)
  const { reply: read } = await desk.answer(record.id, toAnswer(record, text))
  switch (read?.type) {
    case 'not-understood':
      return yield showAgain(
        record,
        record.status === 'needs-approval'
          ? 'That was not understood as a yes, a no or a change. The plan still waits.'
          : 'That was not understood as an answer.',
      )
    case 'aside':
      return yield* followAside({ desk, record, id: read.intentId, signal })
    case 'taken':
    case undefined:
      return yield* follow({ desk, id: record.id, afterSequence, signal })
    default:
      read satisfies never
  }
}

/** Follows what was said on the side; what waited goes on waiting after it. */
async function* followAside(options: {
  readonly desk: Desk
  readonly record: IntentRecord
  readonly id: string
  readonly signal: AbortSignal
}): AsyncGenerator<Said, void, void> {
  const { desk, record, id, signal } = options
  const events = desk.follow(id, { afterSequence: 0, signal, waitMs })
  for (;;) {
    const next = await events.next()
    if (next.done) {
      const before = await desk.get(record.id)
      return yield isWaiting(before) && !isWaiting(next.value)
        ? showAgain(before, sayRecord(next.value))
        : showAgain(next.value)
    }
    yield { type: 'progress', text: sayEvent(next.value), intentId: id }
  }
}

function isWaiting({ status }: IntentRecord): boolean {
  return status === 'needs-answer' || status === 'needs-approval'
}

/** Follows an intent until it rests, telling each event. */
async function* follow(options: {
  readonly desk: Desk
  readonly id: string
  readonly afterSequence: number
  readonly signal: AbortSignal
}): AsyncGenerator<Said, void, void> {
  const { desk, id, afterSequence, signal } = options
  const events = desk.follow(id, { afterSequence, signal, waitMs })
  for (;;) {
    const next = await events.next()
    if (next.done) return yield showAgain(next.value)
    yield { type: 'progress', text: sayEvent(next.value), intentId: id }
  }
}

function showAgain(record: IntentRecord, notice?: string): Said {
  const hint =
    record.status === 'needs-approval'
      ? '\n\nSay "yes" to do exactly this, "no" to leave it, or say what should be different.'
      : ''
  return {
    type: 'reply',
    text: `${notice === undefined ? '' : `${notice}\n\n`}${sayRecord(record)}${hint}`,
    reference: toReference(record),
    record,
  }
}

/** The hash that a yes is bound to, or `null` when it is bound to none. */
function toApproved(options: {
  readonly reply: { readonly planHash?: Hex }
  readonly shown: Shown
  readonly record: IntentRecord
}): Hex | null {
  const { reply, shown, record } = options
  const current = getApprovalHash(record)
  if (current === undefined) return null
  const approval = record.artifacts.approval
  const isOpen =
    record.status === 'needs-approval' ||
    // The same yes twice, after an answer that got lost, is one yes.
    (approval?.decision === 'approve' && approval.planHash === current)
  if (!isOpen) return null
  if (reply.planHash !== undefined)
    return shown.plan?.planHash === current &&
      current.startsWith(reply.planHash)
      ? current
      : null
  const { before } = shown
  if (before === undefined) return null
  const references = before.shown ? [before.shown] : findReferences(before.text)
  const [only] = references
  if (references.length !== 1 || only === undefined) return null
  if (only.intentId !== record.id || only.planHash !== current) return null
  return before.shown || holds(before.text, sayRecord(toWaiting(record)))
    ? current
    : null
}

/** The record as it was while its plan waited. */
function toWaiting(record: IntentRecord): IntentRecord {
  const {
    execution: _,
    receipt: __,
    approval: ___,
    ...artifacts
  } = record.artifacts
  return { ...record, status: 'needs-approval', artifacts }
}

/** Clients may wrap lines anew; the words must all be there, in order. */
function holds(message: string, words: string): boolean {
  const flat = (text: string) => text.replace(/\s+/g, ' ').trim()
  return flat(message).includes(flat(words))
}

type Shown = {
  /** The assistant's message just before the user's turn. */
  readonly before?: Extract<Turn, { role: 'assistant' }>
  readonly last?: Reference
  readonly plan?: Reference
}

function findShown(turns: readonly Turn[]): Shown {
  const earlier = turns.slice(0, -1)
  const before = earlier.at(-1)
  const references = earlier.flatMap((turn) =>
    turn.role === 'assistant'
      ? turn.shown
        ? [turn.shown]
        : findReferences(turn.text)
      : [],
  )
  const last = references.at(-1)
  const plan = references.findLast(({ planHash }) => planHash !== undefined)
  return {
    ...(before?.role === 'assistant' ? { before } : {}),
    ...(last === undefined ? {} : { last }),
    ...(plan === undefined ? {} : { plan }),
  }
}

function readLastWords(turns: readonly Turn[]): string {
  const last = turns.at(-1)
  if (last?.role !== 'user') throw new LastTurnError()
  return last.text
}

async function find(desk: Desk, id: string): Promise<IntentRecord | undefined> {
  try {
    return await desk.get(id)
  } catch (error) {
    if (BehestError.isInstance(error) && error.code === 'INTENT_NOT_FOUND')
      return undefined
    throw error
  }
}

async function isNoRequest(desk: Desk, text: string): Promise<boolean> {
  return (await desk.parse(text)).type === 'none'
}

/** A number or the words of an option stand for its value. */
function toAnswer(record: IntentRecord, text: string): Reply {
  const [question] = record.questions ?? []
  const option = question ? findOption(question, text) : undefined
  return question && option
    ? { answers: { [question.slot]: option.value } }
    : { utterance: text }
}

function isOption(record: IntentRecord, text: string): boolean {
  const [question] = record.questions ?? []
  return question !== undefined && findOption(question, text) !== undefined
}

function findOption(question: Question, text: string) {
  const said = text.trim().replace(/[.)]$/, '').toLowerCase()
  const options = question.options ?? []
  return (
    options.find(({ label }) => label.toLowerCase() === said) ??
    (/^[1-9]$/.test(said) && isNumbered(question)
      ? options[Number(said) - 1]
      : undefined)
  )
}

function isStalePlan(error: unknown): error is BehestError {
  return (
    BehestError.isInstance(error) &&
    ['QUOTE_EXPIRED', 'PLAN_HASH_MISMATCH', 'NOTHING_TO_APPROVE'].includes(
      error.code,
    )
  )
}

/** Thrown when the last message of a conversation is not the user's. */
export class LastTurnError extends BehestError {
  readonly code = 'LAST_TURN_NOT_THE_USERS'
  readonly retry = 'never'

  constructor() {
    super(
      "The last message is not the user's; only the user's own words are acted on. End the conversation with a message of role user.",
    )
  }
}
