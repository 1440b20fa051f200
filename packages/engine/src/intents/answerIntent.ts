import type { IntentRecord, JsonValue, ParseResult } from '@behest/spec'
import { NothingToAnswerError } from '../2-intent/errors.js'
import { readPast } from '../2-intent/readPast.js'
import { readWords } from '../2-intent/understandUtterance.js'
import { hashJson } from '../hashArtifact.js'
import { type OpenIntent, openIntent } from '../openIntent.js'
import type { EnginePorts } from '../ports.js'
import { startIntent } from './startIntent.js'

/** A reply to the questions of an intent, or to its plan. */
export type AnswerIntentOptions = {
  readonly id: string
  readonly reply:
    | { readonly utterance: string }
    | { readonly answers: Readonly<Record<string, JsonValue>> }
}

type Answered = {
  readonly intent: OpenIntent
  /** What became of the reply. */
  readonly reply: NonNullable<IntentRecord['reply']>
}

/**
 * Fills open questions, or amends a plan that waits for approval. A question on
 * the side becomes an intent of its own.
 *
 * @throws {NothingToAnswerError} when the intent waits for nothing.
 */
export async function answerIntent(
  ports: EnginePorts,
  options: AnswerIntentOptions,
): Promise<Answered> {
  const { id, reply } = options
  const intent = await openIntent(ports.store, id)
  const { status } = intent.stored()
  if (status !== 'needs-answer' && status !== 'needs-approval')
    throw new NothingToAnswerError({ intentId: id, status })
  const utterance = intent.require('utterance')
  const previous = intent.require('intent')
  const answer = await ports.language.answer({
    previous: previous.body.result,
    reply,
    context: utterance.body.context,
  })
  const { result } = answer
  if (result.type === 'none') {
    await intent.setStatus({
      status: 'cancelled',
      message: 'Cancelled; nothing was sent.',
    })
    return { intent, reply: { type: 'taken' } }
  }
  if ('utterance' in reply) {
    const isUnchanged = hashJson(result) === hashJson(previous.body.result)
    // "how much do I have?": the draft still waits while it is answered.
    const isAside =
      (isQuestion(result) && !isQuestion(previous.body.result)) ||
      (isUnchanged && (await pointsBack(intent, reply.utterance, ports)))
    // What was not understood leaves everything as it was.
    if (isUnchanged && !isAside)
      return { intent, reply: { type: 'not-understood' } }
    if (isAside) {
      const { intent: aside } = await startIntent(ports, {
        id: ports.createId(),
        text: reply.utterance,
        account: intent.stored().account,
        context: {
          ...utterance.body.context,
          now: ports.now().toISOString(),
        },
        principal: intent.stored().account.toLowerCase(),
        previousIntentId: id,
      })
      return { intent, reply: { type: 'aside', intentId: aside.id } }
    }
  }
  const { follows } = previous.body
  await intent.append({
    artifact: {
      stage: 'intent',
      parentHash: utterance.hash,
      result,
      parser: answer.parser,
      notes: [...answer.notes],
      // A reply to a follow-up still leans on the earlier words.
      ...(follows && goesOn(previous.body.result, result) ? { follows } : {}),
    },
    status: 'running',
    message: 'The reply was read.',
  })
  return { intent, reply: { type: 'taken' } }
}

/** Tells whether words that answer nothing mean a request: "what happened to it?" */
async function pointsBack(
  intent: OpenIntent,
  words: string,
  ports: EnginePorts,
): Promise<boolean> {
  const { body } = intent.require('utterance')
  const { follows } = await ports.language.parse({
    utterance: words,
    context: body.context,
    readPast: () =>
      readPast({
        store: ports.store,
        // None of its own: the one that waits is the newest of the past.
        intentId: '',
        utterance: { ...body, previousIntentId: intent.id },
      }),
  })
  return follows !== undefined
}

function isQuestion(result: ParseResult): boolean {
  return (
    result.type === 'intent' &&
    result.intent.steps.every(({ action }) => action === 'ask')
  )
}

/** Tells whether a reply went on from the words before, or took their place. */
function goesOn(before: ParseResult, after: ParseResult): boolean {
  const words = readWords(before)
  return words !== '' && readWords(after).startsWith(`${words}\n`)
}
