import type {
  Intent,
  ParseAnswer,
  ParseContext,
  ParseResult,
  PastIntent,
  Step,
  TokenRef,
} from '@behest/spec'
import { applyAnswer } from './applyAnswer.js'
import { applyFollowUp } from './applyFollowUp.js'
import { type ReadFollowUp, readFollowUp } from './readFollowUp.js'

/** Repeating what repeats must end somewhere: the words are all kept. */
const maxWords = 8000

/** In words: more is no answer to a question that was put elsewhere. */
const longestAnswer = 8

type Followed = Omit<ParseAnswer, 'parser' | 'notes'>

/**
 * Reads words against what the account asked for before.
 *
 * Every argument of the result stands in the new words or, by the reference in
 * them, in the words of the one earlier request that they mean: the result's
 * utterance is that request's, a line break, and what was said now.
 *
 * @param options.read - Which follow-up the words are; absent: an answer to the
 *   question that waits, or none.
 * @param options.past - The account's requests, the newest first.
 * @returns The reading; `undefined` where the words mean nothing of the past.
 */
export function followPast(options: {
  readonly utterance: string
  readonly context: ParseContext
  readonly read: ReadFollowUp | undefined
  readonly past: readonly PastIntent[]
}): Followed | undefined {
  const { utterance, context, read, past } = options
  if (read === undefined) {
    const [newest] = past
    return newest && isOpen(newest) && isShort(utterance)
      ? amend(newest, utterance, context)
      : undefined
  }
  const fitting = past
    .filter((each) => each.result.type !== 'none')
    .filter(
      ({ result }) =>
        read.actions === undefined ||
        toSteps(result).some(({ action }) => read.actions?.includes(action)),
    )
  const orders = fitting.filter(({ result }) => isOrder(result))
  switch (read.type) {
    case 'history':
    case 'status': {
      const target = orders[read.skips]
      return target === undefined
        ? refuse('Nothing was asked for yet, so there is nothing to tell of.')
        : {
            result: none('What became of it is told by the journal.'),
            follows: { type: 'status', intentId: target.id, cannot: [] },
          }
    }
    case 'cancel': {
      const target =
        orders.filter((each) => isOpen(each) || isStanding(each))[read.skips] ??
        orders[read.skips]
      return target === undefined
        ? refuse('There is nothing that could be cancelled.')
        : {
            result: none('It is to end.'),
            follows: { type: 'cancel', intentId: target.id, cannot: [] },
          }
    }
    case 'undo': {
      const { token } = read
      const target =
        token === undefined
          ? orders[read.skips]
          : orders.find((each) => !isOpen(each) && parted(each, token))
      // `get my eth back` where none was given away says nothing of the past.
      if (target === undefined && token !== undefined) return undefined
      if (target === undefined)
        return refuse('Nothing was carried out, so nothing can be undone.')
      if (isOpen(target))
        return {
          result: none('It is to end.'),
          follows: { type: 'cancel', intentId: target.id, cannot: [] },
        }
      return takeBack(target, utterance, context)
    }
    case 'change': {
      const target = orders[0]
      return target === undefined
        ? undefined
        : amend(target, utterance, context)
    }
    case 'repeat': {
      const whole = (orders.length > 0 ? orders : fitting).filter(
        ({ result }) => result.type === 'intent',
      )
      const target = whole[read.skips]
      if (target?.result.type !== 'intent')
        return refuse(
          'There is nothing before this that could be done again. Say what you want, such as “swap 1 ETH to USDC”.',
        )
      const followed = applyFollowUp({
        previous: target.result.intent,
        reply: utterance,
        context,
      })
      if (followed.type === 'new-request') return undefined
      return bounded({
        result: followed.result,
        follows: {
          // What waits is replaced by what is said to be like it.
          type: isOpen(target) ? 'change' : 'repeat',
          intentId: target.id,
          cannot: [],
        },
      })
    }
    default:
      return read.type satisfies never
  }
}

/** Reads the form of words, unless they are a whole order by themselves. */
export function readPointing(
  utterance: string,
  alone: ParseResult,
): ReadFollowUp | undefined {
  const read = readFollowUp(utterance)
  if (read === undefined) return undefined
  if (
    alone.type !== 'intent' ||
    // `get my eth back`: from where it was put, if anything tells.
    read.token !== undefined ||
    read.type === 'history' ||
    read.type === 'status'
  )
    return read
  // `again swap 1 eth to usdc` says all that it means; `repeat my last loan`
  // reads like a question about the loan, and is none.
  const isQuestion = alone.intent.steps.every(({ action }) => action === 'ask')
  return isQuestion && read.isAll ? read : undefined
}

function takeBack(
  target: PastIntent,
  utterance: string,
  context: ParseContext,
): Followed {
  const { id, status, result } = target
  if (status === 'running' || status === 'unknown')
    return {
      ...refuse(
        'It is still being carried out; how it ends is not known yet. Ask again when it has ended.',
      ),
      follows: { type: 'undo', intentId: id, cannot: [] },
    }
  if (Object.keys(target.gave).length === 0 || result.type !== 'intent')
    return {
      ...refuse(
        'Nothing of it was carried out, so there is nothing to take back.',
      ),
      follows: { type: 'undo', intentId: id, cannot: [] },
    }
  const followed = applyFollowUp({
    previous: result.intent,
    reply: utterance,
    context,
    gave: target.gave,
  })
  if (followed.type !== 'undone') return refuse('There is nothing to undo.')
  return bounded({
    result: followed.result,
    follows: {
      type: 'undo',
      intentId: id,
      cannot: followed.impossible.map(({ reason }) => reason).slice(0, 10),
    },
  })
}

/** What waits or was done, otherwise: `make it 3`, or the answer to its question. */
function amend(
  target: PastIntent,
  utterance: string,
  context: ParseContext,
): Followed | undefined {
  const answered = applyAnswer({
    previous: target.result,
    reply: { utterance },
    context,
  })
  if (
    answered.type !== 'amended' ||
    answered.result.type === 'none' ||
    JSON.stringify(answered.result) === JSON.stringify(target.result)
  )
    return undefined
  return bounded({
    result: answered.result,
    follows: {
      type: isOpen(target) ? 'change' : 'repeat',
      intentId: target.id,
      cannot: [],
    },
  })
}

function bounded(followed: Followed): Followed {
  const { result } = followed
  if (result.type === 'none') return followed
  const { utterance } = result.type === 'intent' ? result.intent : result.draft
  return utterance.length > maxWords
    ? refuse('That goes back too often. Say the whole request afresh.')
    : followed
}

/** Whoever tells a story answers no question with the numbers in it. */
function isShort(words: string): boolean {
  return words.split(/\s+/).length <= longestAnswer
}

function toSteps(result: ParseResult): readonly Step[] {
  if (result.type === 'none') return []
  const { steps } = (
    result.type === 'intent' ? result.intent : result.draft
  ) as Intent
  return steps
}

/** Whether what was done put a token where it does not lie in the wallet. */
function parted({ result, gave }: PastIntent, symbol: string): boolean {
  const named = (token: TokenRef | undefined): boolean =>
    token !== undefined &&
    'symbol' in token &&
    token.symbol.toLowerCase() === symbol.toLowerCase()
  return toSteps(result).some(
    (step) =>
      gave[step.id] !== undefined &&
      ((/^(?:supply|deposit|bridge)$/.test(step.action) && named(step.token)) ||
        (step.action === 'swap' && named(step.sell?.token)) ||
        (step.action === 'borrow' && named(step.collateral?.token))),
  )
}

function isOrder(result: ParseResult): boolean {
  return toSteps(result).some(({ action }) => action !== 'ask')
}

/** An order that waits for a time or a condition, and was approved. */
function isStanding({ status, result }: PastIntent): boolean {
  return (
    status === 'done' &&
    toSteps(result).some(
      ({ schedule, when }) => schedule !== undefined || when !== undefined,
    )
  )
}

function isOpen({ status }: PastIntent): boolean {
  return status === 'needs-answer' || status === 'needs-approval'
}

function none(message: string): ParseResult {
  return { type: 'none', reason: 'out-of-scope', message }
}

function refuse(message: string): Followed {
  return { result: none(message) }
}
