import {
  type Intent,
  isNumbered,
  type JsonValue,
  type ParseContext,
  type ParseResult,
  toCanonicalJson,
} from '@behest/spec'
import { isJapanese } from '../japanese/isJapanese.js'
import { readJapaneseOrdinal } from '../japanese/readJapaneseOrdinal.js'
import { parseUtterance } from '../parseUtterance.js'
import { normaliseText } from '../text/normaliseText.js'
import { type Answered, fillDraft, isValueFor } from './fillDraft.js'
import type { Draft, Fill, Said } from './Reply.js'
import { readPair } from './readPair.js'
import {
  findSaid,
  readReply,
  saysNothingElse,
  takes,
  toValue,
} from './readReply.js'
import { render } from './renderValue.js'
import { splitStep } from './splitStep.js'

type Reply =
  | { readonly utterance: string }
  | { readonly answers: Readonly<Record<string, unknown>> }

const CANCEL =
  /^(?:(?:no|ok|oh|actually|please|pls|just|hm+),? )*(?:cancel(?: (?:it|that|everything|all))?|never ?mind|nvm|forget (?:it|that|about it)|stop(?: it)?|abort|drop it|leave it|don't(?: do (?:it|that))?|nothing|quit|no thanks|no thank you|no|(?:やっぱり?|もう|いや|すみません|ごめん)?[、 ]?(?:やめて(?:おく|おきます|ください|くれ)?|やめる|やめます|やめとく|やめとこう|キャンセル(?:で|して|します|する)?(?:ください)?|中止(?:で|して|します)?(?:ください)?|取り消し(?:て)?|取りやめ(?:て|で)?|なし(?:で)?|いいえ|いや|いらない|要らない|不要(?:です)?|結構です|もういい(?:です)?|何もしないで|忘れて))[.!。！]*$/

const ORDINALS: readonly [RegExp, number][] = [
  [
    /^(?:the )?(?:first|1st|1|former|a|一番目|最初)(?: (?:one|option))?(?:の)?$/,
    0,
  ],
  [/^(?:the )?(?:second|2nd|2|latter|b|二番目)(?: (?:one|option))?(?:の)?$/, 1],
  [/^(?:the )?(?:third|3rd|3|c|三番目)(?: (?:one|option))?(?:の)?$/, 2],
  [/^(?:the )?(?:fourth|4th|4|d)(?: (?:one|option))?$/, 3],
]

const CORRECTION =
  /^(?:no|nope|actually|wait|sorry|i mean(?:t)?|make it|make that|change (?:it|that) to|instead|rather|not that|correction|いや|違う|やっぱり|やっぱ)(?=[ ,.、]|$)|^(?:いや|いえ|違う|違います|やっぱり?)(?=[^ぁ-ん]|$)/

const BOTH =
  /^(?:both(?: of (?:them|those))?|the two|両方(?:とも)?)(?: please| pls)?$/

/**
 * Reads a reply to the questions of a draft.
 *
 * The reply is the user's word as well: it is appended to the draft's
 * utterance on a new line, and what it fills is spanned there. A reply that
 * cancels gives none; one that is an order of its own replaces the draft.
 *
 * @param options.previous - The result that asked.
 * @param options.reply - Free words, or values by slot.
 * @param options.context - As for `parseUtterance`.
 */
export function applyAnswer(options: {
  readonly previous: ParseResult
  readonly reply: Reply
  readonly context: ParseContext
}): Answered {
  const { previous, reply, context } = options
  if ('answers' in reply) {
    // Nothing was said: what stood still stands, and a caller gets it afresh.
    if (previous.type === 'none' || Object.keys(reply.answers).length === 0)
      return { type: 'amended', result: previous }
    return {
      type: 'amended',
      result: applyValues(toDraft(previous), reply.answers),
    }
  }
  const words = reply.utterance.trim()
  const plain = normaliseText(words).text.trim()
  if (previous.type === 'none') return { type: 'new-request', utterance: words }
  if (CANCEL.test(plain))
    return {
      type: 'amended',
      result: {
        type: 'none',
        reason: 'out-of-scope',
        message: isJapanese(plain)
          ? '取りやめました。何も行っていません。'
          : 'Cancelled. Nothing was done.',
      },
    }
  const draft = toDraft(previous)
  const longer = extend(draft, words, context)
  if (longer !== undefined) return { type: 'amended', result: longer }
  const filled = applyWords(draft, words, context)
  if (filled !== undefined) return { type: 'amended', result: filled }
  const fresh = parseUtterance(words, context)
  if (fresh.type !== 'none') return { type: 'new-request', utterance: words }
  // Not understood: the same questions stand.
  return { type: 'amended', result: previous }
}

const ADDS =
  /^(?:and|then|also|plus|afterwards|after that|それから|その(?:後|あと)|そして|あと)(?=[ ,、]|[^a-z])/

/**
 * Tells whether words go on with the request before them, as `and then lend it`
 * does, rather than being one of their own.
 */
export function addsToRequest(words: string): boolean {
  return ADDS.test(normaliseText(words).text.trim())
}

/** `and then lend it on aave`: one step more, and the same steps before it. */
function extend(
  draft: Draft,
  words: string,
  context: ParseContext,
): ParseResult | undefined {
  if (draft.questions.length > 0 || !addsToRequest(words)) return undefined
  const { utterance, steps } = draft.draft
  const longer = parseUtterance(`${utterance}\n${words}`, context)
  if (longer.type === 'none') return undefined
  const read = toDraft(longer).draft.steps
  return read.length > steps.length &&
    steps.every((step, at) => isSameStep(step, read[at]))
    ? longer
    : undefined
}

function isSameStep(one: object, other: object | undefined): boolean {
  return (
    other !== undefined &&
    toCanonicalJson(one as JsonValue) === toCanonicalJson(other as JsonValue)
  )
}

function toDraft(previous: Exclude<ParseResult, { type: 'none' }>): Draft {
  return previous.type === 'clarify'
    ? previous
    : { type: 'clarify', draft: previous.intent, questions: [] }
}

function applyWords(
  draft: Draft,
  words: string,
  context: ParseContext,
): ParseResult | undefined {
  const plain = normaliseText(words)
    .text.trim()
    .replace(/[.!。！]+$/, '')
  const [first] = draft.questions
  // `the second`, or the words of an option.
  if (first?.options !== undefined) {
    const picked = plain.replace(/^(?:option|number|no\.?|#) ?(?=\d)/, '')
    // Where an amount is asked for, `2` is two of it.
    const isAmount =
      picked === plain && /^\d+$/.test(plain) && !isNumbered(first)
    const ordinal = isAmount
      ? undefined
      : ORDINALS.find(([pattern]) => pattern.test(picked))
    const japanese = readJapaneseOrdinal(plain, first.options.length)
    const both = BOTH.test(plain)
      ? splitStep(draft, first, words.length)
      : undefined
    if (both !== undefined) return fillDraft(both, words, [])
    const index =
      ordinal !== undefined
        ? ordinal[1]
        : japanese !== undefined
          ? japanese
          : first.options.findIndex(
              (option) =>
                option.label.toLowerCase() ===
                plain.replace(CORRECTION, '').trim(),
            )
    const option = first.options[index]
    if (option !== undefined)
      return fillDraft(draft, words, [
        { slot: first.slot, value: option.value, start: 0, end: words.length },
      ])
  }
  const isCorrection = CORRECTION.test(plain) || / instead$/.test(plain)
  // A name that nobody knows answers a question, and changes nothing by itself.
  const said = withoutNamesakes(
    readReply(words, context).filter(
      (each) =>
        each.guessed !== true || isCorrection || draft.questions.length > 0,
    ),
    words,
    draft,
  )
  const isAlone = saysNothingElse(words, said)
  const corrects =
    isCorrection ||
    // Nothing is open any more: `half`, `with 1% slippage` change what was said.
    (draft.questions.length === 0 && isAlone)
  if (said.length === 0) return undefined
  const fills: Fill[] = []
  const open = [...draft.questions]
  for (const [at, one] of said.entries()) {
    // `make it 2 eth`: the amount of what is named with it.
    const pair = readPair(draft.draft as Intent, said, at)
    if (pair === 'taken') continue
    if (
      pair !== undefined &&
      (corrects || open.some((each) => each.slot === pair[0]?.slot))
    ) {
      for (const fill of pair) {
        const asked = open.findIndex((each) => each.slot === fill.slot)
        if (asked >= 0) open.splice(asked, 1)
      }
      fills.push(...pair)
      continue
    }
    const question = open.find((each) => takes(each.slot, one))
    if (question !== undefined) {
      open.splice(open.indexOf(question), 1)
      fills.push({
        slot: question.slot,
        value: toValue(question.slot, one),
        start: one.start,
        end: one.end,
      })
      continue
    }
    // `no, dai`: what was said last of that kind is meant.
    const slot = corrects
      ? (findSaid(draft.draft as Intent, one.kind) ??
        findUnsaid(draft.draft as Intent, one.kind))
      : // `from aave`, where the amount is asked for: more than was asked.
        isAlone && !fills.some(({ start }) => start === one.start)
        ? findUnsaid(draft.draft as Intent, one.kind)
        : undefined
    if (slot !== undefined)
      fills.push({ slot, value: one.value, start: one.start, end: one.end })
    else if (one.kind === 'token' && isAlone) {
      // `to bob`: a token is called that as well.
      const party = open.find((each) => /\.(?:to|spender)$/.test(each.slot))
      if (party !== undefined)
        fills.push({
          slot: party.slot,
          value: words.slice(one.start, one.end),
          start: one.start,
          end: one.end,
        })
    }
  }
  if (fills.length === 0) return undefined
  // A whole new order says more than the open slots can hold.
  const fresh = parseUtterance(words, context)
  if (fresh.type === 'intent' && !corrects && fills.length < said.length)
    return undefined
  return fillDraft(draft, words, fills)
}

const PLACED =
  /(?:^|[^a-z])(?:on|in|into|via|at|from|through|using|over)(?: the)? *$/
const LENDS =
  /^(?:supply|deposit|withdraw|borrow|repay|stake|unstake|claim|long|short|close)$/

/**
 * `on aave` names a place and no token, and so does `no, aave` where money is
 * lent. A question that asks for one of the two says which is meant.
 */
function withoutNamesakes(
  said: readonly Said[],
  words: string,
  draft: Draft,
): Said[] {
  const [step] = draft.draft.steps
  return said.filter((one) => {
    if (one.kind !== 'token') return true
    const place = said.find(
      ({ kind, start }) =>
        (kind === 'venue' || kind === 'chain') && start === one.start,
    )
    if (place === undefined) return true
    if (draft.questions.some(({ slot }) => takes(slot, one))) return true
    return !(
      PLACED.test(words.slice(0, one.start).toLowerCase()) ||
      (place.kind === 'venue' && LENDS.test(step?.action ?? ''))
    )
  })
}

function applyValues(
  draft: Draft,
  answers: Readonly<Record<string, unknown>>,
): ParseResult {
  const fills: Fill[] = []
  let words = ''
  for (const [slot, value] of Object.entries(answers)) {
    const rendered = render(value)
    if (rendered === undefined || !isValueFor(slot, value)) continue
    if (words !== '') words += ' '
    fills.push({
      slot,
      value,
      start: words.length,
      end: words.length + rendered.length,
    })
    words += rendered
  }
  return fills.length === 0 ? draft : fillDraft(draft, words, fills)
}

/** `with 1 % slippage`, `on base`: what was left open, of the only step. */
function findUnsaid(draft: Intent, kind: Said['kind']): string | undefined {
  const [step, ...more] = draft.steps
  if (step === undefined || more.length > 0) return undefined
  if (kind === 'slippage' && step.action === 'swap')
    return 'steps[0].maxSlippageBps'
  if (kind === 'chain' && step.action !== 'bridge') return 'steps[0].chain'
  return kind === 'venue' ? 'steps[0].venue' : undefined
}
