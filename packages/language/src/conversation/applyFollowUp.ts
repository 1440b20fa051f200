// One file because repeating and undoing are read off the same past intent.
import type {
  Intent,
  ParseContext,
  ParseResult,
  PastIntent,
  Question,
  Step,
} from '@behest/spec'
import { parseUtterance } from '../parseUtterance.js'
import { normaliseText } from '../text/normaliseText.js'
import { fillDraft } from './fillDraft.js'
import type { Fill, Said } from './Reply.js'
import { readFollowUp } from './readFollowUp.js'
import { readPair } from './readPair.js'
import { findSaid, readReply } from './readReply.js'

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
 * @param options.gave - What each step that was carried out gave, by step id;
 *   absent: every step counts as carried out, and what it gave is not known.
 * @param options.reply - What was said, verbatim.
 * @param options.context - As for `parseUtterance`.
 * @returns The new reading, or that the words are an order of their own.
 */
export function applyFollowUp(options: {
  readonly previous: Intent
  readonly reply: string
  readonly context: ParseContext
  readonly gave?: PastIntent['gave']
}): FollowUp {
  const { previous, context, gave } = options
  const words = options.reply.trim()
  const plain = normaliseText(words).text.trim()
  const read = readFollowUp(words)
  if (read?.type === 'undo') return undo(previous, words, gave)
  if (read?.type !== 'repeat') return { type: 'new-request', utterance: words }
  // The words that ask for the same name nothing that is different.
  const said = readReply(words, context).filter(
    (each) => each.start >= read.end,
  )
  const rest = plain.slice(read.end)
  const unclear = findUnclear(rest, said, previous, words)
  if (unclear !== undefined) return { type: 'repeated', result: unclear }
  const receiver = readReceiver(previous, said, plain)
  if (receiver !== undefined)
    return {
      type: 'repeated',
      result: fillDraft(
        {
          type: 'clarify',
          draft: {
            ...previous,
            steps: [
              ...previous.steps.map((step) => refresh(step, context)),
              receiver.step,
            ],
          },
          questions: [],
        },
        words,
        receiver.fills,
      ),
    }
  const { fills, questions } = placeChanges(previous, said, plain)
  // `same but lend it`: another deed is another order.
  if (fills.length === 0 && questions.length === 0 && said.length > 0)
    return { type: 'new-request', utterance: words }
  if (
    said.length === 0 &&
    (read.end === 0 ||
      /[a-z0-9]{3}/.test(rest.replace(/please|pls|thanks|now|as before/g, '')))
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
    result: fillDraft(
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

/** `same but for alice.eth` behind a swap: what it gives is hers. */
function readReceiver(
  previous: Intent,
  said: readonly Said[],
  plain: string,
): { step: Step; fills: Fill[] } | undefined {
  const last = previous.steps.at(-1)
  const [only, ...more] = said
  if (
    last?.action !== 'swap' ||
    last.buy?.token === undefined ||
    last.spans['buy.token'] === undefined ||
    only?.kind !== 'party' ||
    more.length > 0 ||
    !/(?:for|to) *$/.test(plain.slice(0, only.start))
  )
    return undefined
  const index = previous.steps.length
  return {
    step: {
      id: `s${index + 1}`,
      action: 'transfer',
      token: last.buy.token,
      amount: { kind: 'output', step: last.id },
      ...(last.chain === undefined ? {} : { chain: last.chain }),
      spans: {
        token: last.spans['buy.token'],
        ...(last.spans.chain === undefined ? {} : { chain: last.spans.chain }),
      },
    },
    fills: [
      {
        slot: `steps[${index}].to`,
        value: only.value,
        start: only.start,
        end: only.end,
      },
    ],
  }
}

const MORE =
  /\b(?:then|after that|afterwards|and (?:also )?(?:lend|supply|deposit|swap|sell|buy|send|borrow|repay|withdraw|stake|bridge))\b|してから|その後/
const TIMES =
  /\b(?:twice|double|doubled|triple|half|thrice|\w+ times|\d+x)(?: as (?:much|many)| the (?:amount|size|sum)| that| it)|\b(?:double|triple|twice)\b(?! a\b)|(?:(?:^|[^0-9])倍|半分の量)/

/** Changes that name no argument: they are asked about, never worked out. */
function findUnclear(
  rest: string,
  said: readonly Said[],
  previous: Intent,
  words: string,
): ParseResult | undefined {
  const tokens = new Set(
    said.filter(({ kind }) => kind === 'token').map(({ start }) => start),
  )
  const pairs = said.filter(({ kind }) => kind === 'amount').length
  if (MORE.test(rest) || tokens.size > Math.max(1, pairs))
    return {
      type: 'none',
      reason: 'not-understood',
      message:
        'That asks for more than the same again. Say the whole request in one sentence.',
    }
  if (!TIMES.test(rest)) return undefined
  const slot = findSaid(previous, 'amount')
  return slot === undefined
    ? undefined
    : fillDraft(
        {
          type: 'clarify',
          draft: previous,
          questions: [
            {
              slot,
              text: previous.language.startsWith('ja')
                ? '今回はいくらですか？'
                : 'How much is it this time? Say the amount.',
            },
          ],
        },
        words,
        [],
      )
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
  if (/^(?:buy|buying|get|getting)$/.test(cue) && buys.length === 1) return buys
  if (/^(?:from|sell|selling|using)$/.test(cue) && sells.length === 1)
    return sells
  return said
}

type Inverse = { readonly steps: readonly Step[] } | { readonly reason: string }

function undo(
  previous: Intent,
  words: string,
  gave: PastIntent['gave'] | undefined,
): FollowUp {
  const impossible: { step: string; reason: string }[] = []
  const steps: Step[] = []
  const questions: Question[] = []
  const fills: Fill[] = []
  for (const step of previous.steps.toReversed()) {
    if (step.action === 'ask') continue
    if (gave !== undefined && gave[step.id] === undefined) {
      impossible.push({
        step: step.id,
        reason: `Step ${step.id} (${step.action}) was not carried out, so there is nothing of it to take back.`,
      })
      continue
    }
    const inverse = toInverse(step)
    if ('reason' in inverse) {
      impossible.push({ step: step.id, reason: inverse.reason })
      continue
    }
    for (const back of inverse.steps) {
      if (back.action === 'swap') {
        const got = readReceived(back, gave?.[step.id])
        if (got === undefined)
          questions.push(
            askBack(steps.length, back, gave?.[step.id], previous.language),
          )
        else
          fills.push({
            slot: `steps[${steps.length}].sell.amount`,
            value: { kind: 'exact', decimal: got },
            // `undo it`: the words that mean what it gave.
            start: 0,
            end: words.length,
          })
      }
      steps.push({ ...back, id: `s${steps.length + 1}` })
    }
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
    result: fillDraft(
      { type: 'clarify', draft: { ...previous, steps }, questions },
      words,
      fills,
    ),
  }
}

/** How much of the one token that came out; not known where several did. */
function readReceived(
  back: Step,
  gave: PastIntent['gave'][string] | undefined,
): string | undefined {
  const token = back.sell?.token
  const [got, ...more] = gave ?? []
  return got !== undefined &&
    more.length === 0 &&
    token !== undefined &&
    'symbol' in token &&
    token.symbol.toLowerCase() === got.symbol?.toLowerCase() &&
    /^\d+(?:\.\d+)?$/.test(got.decimal) &&
    /[1-9]/.test(got.decimal)
    ? got.decimal
    : undefined
}

/** How much to swap back, where no receipt tells what came out. */
function askBack(
  index: number,
  back: Step,
  gave: PastIntent['gave'][string] | undefined,
  language: string,
): Question {
  const token = back.sell?.token
  const symbol = token && 'symbol' in token ? token.symbol : undefined
  const [got] = gave ?? []
  const name = symbol ?? got?.symbol ?? 'of it'
  const isJapanese = language.startsWith('ja')
  return {
    slot: `steps[${index}].sell.amount`,
    text: isJapanese
      ? `同じレートでは戻せません。今の値段で ${name} をいくら交換し直しますか？`
      : `A swap cannot be taken back; the opposite swap at today's price can be made. How much ${name} do you want to swap back?`,
    ...(got === undefined || (gave?.length ?? 0) > 1
      ? {}
      : {
          options: [
            {
              label: isJapanese
                ? `受け取った ${got.decimal} ${got.symbol} すべて`
                : `${got.decimal} ${got.symbol}, all that it gave`,
              value: { kind: 'exact', decimal: got.decimal },
            },
          ],
        }),
  }
}

/** What takes a step back, with the arguments that were said for it. */
function toInverse(step: Step): Inverse {
  switch (step.action) {
    case 'supply':
      return { steps: [turn(step, 'withdraw')] }
    case 'deposit':
      return { steps: [turn(step, 'withdraw')] }
    case 'withdraw':
      return step.pool === undefined
        ? { steps: [turn(step, 'supply')] }
        : { steps: [turn(step, 'deposit')] }
    case 'borrow':
      return {
        steps: [turn(step, 'repay', 'collateral'), ...toCollateral(step)],
      }
    case 'repay':
      return { steps: [turn(step, 'borrow')] }
    case 'lock':
      return { reason: 'What is locked stays locked until its time is over.' }
    case 'approve':
      return { steps: [turn(step, 'revoke', 'amount')] }
    case 'long':
    case 'short':
      return {
        steps: [turn(step, 'close', 'amount', 'collateral', 'leverage')],
      }
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
      return {
        steps: [
          {
            ...rest,
            sell: { token: step.buy.token },
            buy: { token: step.sell.token },
            spans: {
              ...pickSpans(step, ['chain', 'venue', 'pool']),
              'sell.token': bought,
              'buy.token': sold,
            },
          },
        ],
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
        steps: [
          {
            ...back,
            chain: step.toChain,
            toChain: step.chain,
            spans: { ...back.spans, chain: toChain, toChain: chain },
          },
        ],
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

/** What was put up for a loan comes back as well, once the loan is repaid. */
function toCollateral(step: Step): Step[] {
  const { collateral, chain, venue, pool } = step
  const said = step.spans['collateral.token']
  if (collateral?.token === undefined || said === undefined) return []
  const amount = step.spans['collateral.amount']
  const isAmount =
    amount !== undefined &&
    collateral.amount !== undefined &&
    (collateral.amount.kind === 'exact' || collateral.amount.kind === 'fiat')
  return [
    {
      id: step.id,
      action: 'withdraw',
      token: collateral.token,
      ...(isAmount && collateral.amount ? { amount: collateral.amount } : {}),
      ...(chain === undefined ? {} : { chain }),
      ...(venue === undefined ? {} : { venue }),
      ...(pool === undefined ? {} : { pool }),
      spans: {
        ...pickSpans(step, ['chain', 'venue', 'pool']),
        token: said,
        ...(isAmount ? { amount } : {}),
      },
    },
  ]
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
