import type {
  LanguagePort,
  ParseAnswer,
  ParseContext,
  ParseResult,
} from '@behest/spec'
import { applyAnswer } from './conversation/applyAnswer.js'
import { followPast, readPointing } from './conversation/followPast.js'
import { speakJapanese } from './conversation/speakJapanese.js'
import { isJapanese } from './japanese/isJapanese.js'
import { combineReadings } from './model/combineReadings.js'
import type { ModelParser } from './model/createModelParser.js'
import { groundAnswer } from './model/groundAnswer.js'
import { hasSecret } from './model/hasSecret.js'
import { ModelUnavailableError } from './model/ModelUnavailableError.js'
import { isBlocked, parseUtterance } from './parseUtterance.js'

/**
 * Words that point at an earlier request are read by the embedded parser alone:
 * what was said before is no part of any prompt.
 */
async function follow(
  utterance: string,
  context: ParseContext,
  readPast: Parameters<LanguagePort['parse']>[0]['readPast'],
): Promise<ParseAnswer | undefined> {
  if (readPast === undefined) return undefined
  const alone = parseUtterance(utterance, context)
  const read = readPointing(utterance, alone)
  if (read === undefined && alone.type !== 'none') return undefined
  // Other people's words point at nothing of the user's; `stop` is no order.
  if (
    alone.type === 'none' &&
    (alone.reason === 'injection' ||
      (isBlocked(alone) && read?.type !== 'cancel' && read?.type !== 'undo'))
  )
    return undefined
  const followed = followPast({
    utterance: utterance.trim(),
    context,
    read,
    past: await readPast(),
  })
  if (followed === undefined) return undefined
  return {
    parser: 'embedded',
    notes: [],
    ...(isJapanese(utterance) ? speakJapanese(followed) : followed),
  }
}

/** Which parsers read an utterance. */
export type ParserOptions = {
  /** Absent: the embedded parser alone. */
  readonly model?: ModelParser
}

/**
 * Creates the language port: the embedded parser always reads, and a model
 * reads the same words where one is given.
 *
 * A model that is down, slow, over budget or wrong never fails a sentence: the
 * embedded answer stands, marked `model-unavailable`.
 *
 * @param options.model - A model parser, see `createModelParser`.
 * @returns The port that the engine and the apps speak to.
 */
export function createParser(options: ParserOptions = {}): LanguagePort {
  const { model } = options

  async function parse(
    utterance: string,
    context: ParseContext,
  ): Promise<ParseAnswer> {
    const embedded = parseUtterance(utterance, context)
    // Nothing a model says can make other people's words the user's own.
    const blocked = embedded.type === 'none' && isBlocked(embedded)
    if (model === undefined || blocked || utterance.length > 2000)
      return { result: embedded, parser: 'embedded', notes: [] }
    if (hasSecret(utterance))
      return {
        result: embedded,
        parser: 'embedded',
        notes: ['model-withheld'],
      }
    let reading: ParseResult | undefined
    try {
      reading = groundAnswer(
        await model.read(utterance, context),
        utterance,
        context,
        embedded.type === 'none'
          ? 'und'
          : embedded.type === 'intent'
            ? embedded.intent.language
            : embedded.draft.language,
      )
    } catch (error) {
      if (!(error instanceof ModelUnavailableError)) throw error
      return {
        result: embedded,
        parser: 'embedded',
        notes: ['model-unavailable', `model-${error.failure}`],
      }
    }
    return combineReadings(embedded, reading, blocked)
  }

  return {
    async parse({ utterance, context, readPast }) {
      const followed = await follow(utterance, context, readPast)
      return followed ?? parse(utterance, context)
    },
    async answer({ previous, reply, context }) {
      const answered = applyAnswer({ previous, reply, context })
      if (answered.type === 'new-request')
        return parse(answered.utterance, context)
      return { result: answered.result, parser: 'embedded', notes: [] }
    },
  }
}
