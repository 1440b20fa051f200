// One file because repeating and undoing are read off the same past intent.
import type {
  Intent,
  ParseContext,
  ParseResult,
  Question,
  Step,
} from '@behest/spec'
import { parseUtterance } from '../parseUtterance.js'
import { normaliseText } from '../text/normaliseText.js'
import {
  type Fill,
  findSaid,
  finish,
  readPair,
  readReply,
  type Said,
} from './applyAnswer.js'

/** What a follow-up on a past intent comes to. */
export type FollowUp =
  /** The same again, with what was said to be different. */
  | { readonly type: 'repeated'; readonly result: ParseResult }
  /** What takes the past intent back, as far as anything can. */
  | {
      readonly type: 'undone'
      readonly result: ParseResult
      /** Steps that nothing takes back, and why. */
      readonly impossible: readonly { step: string; reason: string }[]
    }
  /** No follow-up: words of their own. */
  | { readonly type: 'new-request'; readonly utterance: string }

const REPEAT =
  /^(?:(?:ok(?:ay)?|please|pls|now|and|yes|yeah|hey|great|cool|nice|can you|could you|let's|lets)[ ,]+)*(?:(?:do|run|make|repeat|execute|try)(?: (?:it|that|this|the same|the same thing|the same order|the last one|the last order|the previous one))?(?: again| once more| one more time)|repeat(?: (?:it|that|this|the last one|the last order|the same))?|(?:the )?same(?: (?:again|thing|order|swap|trade|as before|as last time))*|do the same(?: thing)?|again|once more|one more time|もう一度|もう一回|再度|同じ(?:の|こと|もの|注文)?(?:を)?(?:もう一度)?)(?=[ ,.!、。]|$|で|を|に)/
const UNDO =
  /^(?:(?:ok(?:ay)?|please|pls|no|oops|wait|can you|could you|actually)[ ,]+)*(?:undo(?: (?:it|that|this|everything|the last (?:one|order|thing)))?|revert(?: (?:it|that))?|reverse (?:it|that)|take (?:it|that) back|roll (?:it|that) back|put (?:it|everything) back|元に戻して|取り消して|戻して)(?: please| pls)?[.! 。]*$/

/**
 * Reads a follow-up on an intent that was carried out: `do that again with 2
 * ETH`, `same but on base`, `undo it`.
 *
 * The follow-up is the user's word as well: it is appended to the past
 * utterance on a new line, and what it changes is spanned there. Undoing gives
 * the order that takes each step back, the last one first; what cannot be taken
 * back is named, and never replaced by something alike.
 *
 * @param options.previous - The intent that the words follow.
 * @param options.reply - What was said, verbatim.
 * @param options.context - As for `parseUtterance`.
 * @returns The new reading, or that the words are an order of their own.
 */
export function applyFollowUp(options: {
  readonly previous: Intent
  readonly reply: string
  readonly context: ParseContext
}): FollowUp {
  const { previous, context } = options
  const words = options.reply.trim()
  const plain = normaliseText(words).text.trim()
  if (UNDO.test(plain)) return undo(previous, words)
  const repeats = REPEAT.exec(plain)
  if (repeats === null) return { type: 'new-request', utterance: words }
  // The words that ask for the same name nothing that is different.
  const said = readReply(words, context).filter(
    (each) => each.start >= repeats[0].length,
  )
  const { fills, questions } = placeChanges(previous, said, plain)
  const rest = plain.slice(repeats[0].length)
  // `same but lend it`: another deed is another order.
  if (fills.length === 0 && questions.length === 0 && said.length > 0)
    return { type: 'new-request', utterance: words }
  if (
    said.length === 0 &&
    /[a-z0-9]{3}/.test(rest.replace(/please|pls|thanks|now|as before/g, ''))
  )
    return parseUtterance(words, context).type === 'none'
      ? {
          type: 'repeated',
          result: {
            type: 'none',
            reason: 'not-understood',
            message:
              'What should be different this time? Say the amount, token, chain or recipient.',
          },
        }
      : { type: 'new-request', utterance: words }
  return {
    type: 'repeated',
    result: finish(
      {
        type: 'clarify',
        draft: {
          ...previous,
          steps: previous.steps.map((step) => refresh(step, context)),
        },
        questions,
      },
      words,
      fills,
    ),
  }
}

/** Times that have passed say nothing about when it is to be done again. */
function refresh(step: Step, context: ParseContext): Step {
  const { schedule, ...rest } = step
  if (schedule === undefined) return step
  const now = Date.parse(context.now)
  const passed = (time: string | undefined) =>
    time !== undefined && Date.parse(time) < now
  if (!passed(schedule.start) && !passed(schedule.end)) return step
  const { start, end, ...plain } = schedule
  const kept = {
    ...plain,
    ...(start === undefined || passed(start) ? {} : { start }),
    ...(end === undefined || passed(end) ? {} : { end }),
  }
  return kept.every === undefined && kept.start === undefined
    ? { ...rest, spans: withoutSpan(step, 'schedule') }
    : { ...rest, schedule: kept }
}

function withoutSpan(step: Step, path: string): Step['spans'] {
  return Object.fromEntries(
    Object.entries(step.spans).filter(([key]) => key !== path),
  )
}

/** Finds for each thing said the argument that it replaces. */
function placeChanges(
  previous: Intent,
  said: readonly Said[],
  plain: string,
): { fills: Fill[]; questions: Question[] } {
  const fills: Fill[] = []
  const questions: Question[] = []
  for (const [at, one] of said.entries()) {
    const pair = readPair(previous, said, at)
    if (pair === 'taken') continue
    if (pair !== undefined) {
      fills.push(...pair)
      continue
    }
    const range = { value: one.value, start: one.start, end: one.end }
    if (one.kind === 'token') {
      const cue = /(\S+) +(?:some |my |the )?$/.exec(
        plain.slice(0, one.start),
      )?.[1]
      const slots = tokenSlots(previous, cue ?? '')
      const [only] = slots
      if (slots.length === 1 && only !== undefined)
        fills.push({ slot: only, ...range })
      // `same but with dai`: on which side?
      else
        for (const slot of slots)
          questions.push({
            slot,
            text: slot.endsWith('buy.token')
              ? 'Which token do you want to get this time?'
              : 'Which token do you want to pay with this time?',
          })
      continue
    }
    const slot = findSaid(previous, one.kind)
    if (slot !== undefined) fills.push({ slot, ...range })
    else if (
      /^(?:chain|venue|schedule)$/.test(one.kind) &&
      previous.steps.length === 1
    )
      fills.push({ slot: `steps[0].${one.kind}`, ...range })
  }
  // One name can be a chain, a venue and a token: the first that fits is meant.
  const taken = new Set<number>()
  return {
    fills: fills.filter((fill) => {
      if (taken.has(fill.start)) return false
      taken.add(fill.start)
      return true
    }),
    questions: questions.filter((question) =>
      fills.every((fill) => fill.slot !== question.slot),
    ),
  }
}

function tokenSlots(previous: Intent, cue: string): string[] {
  const said = previous.steps.flatMap((step, index) =>
    Object.keys(step.spans)
      .filter((path) => /(?:^|\.)token$/.test(path))
      .map((path) => `steps[${index}].${path}`),
  )
  const buys = said.filter((slot) => slot.endsWith('buy.token'))
  const sells = said.filter((slot) => slot.endsWith('sell.token'))
  if (/^(?:to|into|for)$/.test(cue) && buys.length === 1) return buys
  if (/^(?:from|selling|using)$/.test(cue) && sells.length === 1) return sells
  return said
}

type Inverse = { readonly step: Step } | { readonly reason: string }

function undo(previous: Intent, words: string): FollowUp {
  const impossible: { step: string; reason: string }[] = []
  const steps: Step[] = []
  for (const step of previous.steps.toReversed()) {
    if (step.action === 'ask') continue
    const inverse = toInverse(step)
    if ('reason' in inverse)
      impossible.push({ step: step.id, reason: inverse.reason })
    else steps.push({ ...inverse.step, id: `s${steps.length + 1}` })
  }
  if (steps.length === 0)
    return {
      type: 'undone',
      impossible,
      result: {
        type: 'none',
        reason: 'out-of-scope',
        message:
          impossible.length === 0
            ? 'There is nothing to undo.'
            : `That cannot be undone. ${impossible.map((each) => each.reason).join(' ')}`,
      },
    }
  return {
    type: 'undone',
    impossible,
    result: finish(
      { type: 'clarify', draft: { ...previous, steps }, questions: [] },
      words,
      [],
    ),
  }
}

/** What takes a step back, with the arguments that were said for it. */
function toInverse(step: Step): Inverse {
  switch (step.action) {
    case 'supply':
      return { step: turn(step, 'withdraw') }
    case 'deposit':
      return { step: turn(step, 'withdraw') }
    case 'withdraw':
      return step.pool === undefined
        ? { step: turn(step, 'supply') }
        : { step: turn(step, 'deposit') }
    case 'borrow':
      return { step: turn(step, 'repay') }
    case 'repay':
      return { step: turn(step, 'borrow') }
    case 'lock':
      return { reason: 'What is locked stays locked until its time is over.' }
    case 'approve':
      return { step: turn(step, 'revoke', 'amount') }
    case 'long':
    case 'short':
      return { step: turn(step, 'close', 'amount', 'collateral', 'leverage') }
    case 'swap': {
      const { 'sell.token': sold, 'buy.token': bought } = step.spans
      if (
        step.sell?.token === undefined ||
        step.buy?.token === undefined ||
        sold === undefined ||
        bought === undefined
      )
        return { reason: 'Which tokens were swapped was not said.' }
      const { when: _w, schedule: _s, maxSlippageBps: _m, ...rest } = step
      // How much came out is known to the receipt, and not to the words.
      return {
        step: {
          ...rest,
          sell: { token: step.buy.token },
          buy: { token: step.sell.token },
          spans: {
            ...pickSpans(step, ['chain', 'venue', 'pool']),
            'sell.token': bought,
            'buy.token': sold,
          },
        },
      }
    }
    case 'bridge': {
      const { chain, toChain } = step.spans
      if (
        step.chain === undefined ||
        step.toChain === undefined ||
        chain === undefined ||
        toChain === undefined
      )
        return { reason: 'From which chain it came was not said.' }
      const back = turn(step, 'bridge')
      return {
        step: {
          ...back,
          chain: step.toChain,
          toChain: step.chain,
          spans: { ...back.spans, chain: toChain, toChain: chain },
        },
      }
    }
    case 'transfer':
      return { reason: 'What was sent belongs to its recipient now.' }
    case 'stake':
      return {
        reason:
          'Staking is left by unstaking, which takes its time: say “unstake …”.',
      }
    default:
      return { reason: `A ${step.action} cannot be taken back.` }
  }
}

/** The same arguments under another action; an output of a step is no amount. */
function turn(
  step: Step,
  action: Step['action'],
  ...dropped: readonly ('amount' | 'collateral' | 'leverage')[]
): Step {
  const { when: _w, schedule: _s, ...rest } = step
  const gone = new Set<string>(dropped)
  const { amount } = step
  if (amount?.kind === 'output' || amount?.kind === 'rest') gone.add('amount')
  // `all of it` was all of something else by then.
  if (amount?.kind === 'share' && action !== 'repay') gone.add('amount')
  const turned: Step = {
    ...rest,
    action,
    spans: Object.fromEntries(
      Object.entries(step.spans).filter(
        ([path]) =>
          !/^(?:when|schedule)/.test(path) &&
          ![...gone].some((key) => path === key || path.startsWith(`${key}.`)),
      ),
    ),
  }
  if (gone.has('amount')) delete turned.amount
  if (gone.has('collateral')) delete turned.collateral
  if (gone.has('leverage')) delete turned.leverage
  if (step.spans.token === undefined) delete turned.token
  return turned
}

function pickSpans(step: Step, keys: readonly string[]): Step['spans'] {
  return Object.fromEntries(
    Object.entries(step.spans).filter(([path]) => keys.includes(path)),
  )
}
