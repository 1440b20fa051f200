// One file because an answer is read against the slots that are open, and each
// slot takes one kind of phrase.
import {
  type Amount,
  amountSchema,
  type Intent,
  isNumbered,
  type ParseContext,
  type ParseResult,
  type Question,
  type Step,
  type TokenRef,
  tokenRefSchema,
} from '@behest/spec'
import { findMissing, isSameToken } from '../check/findMissing.js'
import { questionTexts } from '../check/questionTexts.js'
import { isValidAddress } from '../clauses/isValidAddress.js'
import { commonWords, getVenueKind } from '../lexicon/lexicon.js'
import { readNumbers } from '../numbers/readNumbers.js'
import { parseUtterance } from '../parseUtterance.js'
import { readConditions } from '../phrases/readConditions.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { readSlippage } from '../phrases/readSlippage.js'
import type { Item } from '../text/Item.js'
import { normaliseText } from '../text/normaliseText.js'
import { tagItems, verbatim } from '../text/tagItems.js'
import { tokenise } from '../text/tokenise.js'
import { readTimes } from '../time/readTimes.js'
import { toSchedule } from '../time/toSchedule.js'

type Draft = Extract<ParseResult, { type: 'clarify' }>
type Reply =
  | { readonly utterance: string }
  | { readonly answers: Readonly<Record<string, unknown>> }

/** What a reply comes to: an amended draft, or an order of its own. */
export type Answered =
  | { readonly type: 'amended'; readonly result: ParseResult }
  | { readonly type: 'new-request'; readonly utterance: string }

const CANCEL =
  /^(?:(?:no|ok|oh|actually|please|pls|just|hm+),? )*(?:cancel(?: (?:it|that|everything|all))?|never ?mind|nvm|forget (?:it|that|about it)|stop(?: it)?|abort|drop it|leave it|don't(?: do (?:it|that))?|nothing|quit|no thanks|no thank you|no|やめて|やめる|キャンセル(?:して)?|中止(?:して)?|取り消し(?:て)?|いいえ|いらない|結構です)[.!。！]*$/
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
  /^(?:no|nope|actually|wait|sorry|i mean(?:t)?|make it|make that|change (?:it|that) to|instead|rather|not that|correction|いや|違う|やっぱり|やっぱ)(?=[ ,.、]|$)/

const BOTH =
  /^(?:both(?: of (?:them|those))?|the two|両方(?:とも)?)(?: please| pls)?$/

/** `both`: one step for each of the two tokens that were offered. */
function splitStep(
  draft: Draft,
  asked: Question,
  length: number,
): Draft | undefined {
  const match = /^steps\[0\]\.((?:sell|buy)\.)?token$/.exec(asked.slot)
  const [first, second, ...more] = asked.options ?? []
  const { steps } = draft.draft as Intent
  const [step] = steps
  if (
    match === null ||
    steps.length !== 1 ||
    step === undefined ||
    first === undefined ||
    second === undefined ||
    more.length > 0
  )
    return undefined
  const side = match[1] === 'sell.' ? 'sell' : match[1] === 'buy.' ? 'buy' : ''
  const base = (draft.draft as Intent).utterance.length + 1
  const place = { slot: asked.slot, start: 0, end: length }
  const split = [first, second].map(({ value }, index) => {
    const [filled] = applyFill([step], { ...place, value }, base)
    const copy: Step = { ...(filled ?? step), id: `s${index + 1}` }
    // How much of each was not said: a number belonged to one token.
    const amount = side === '' ? copy.amount : copy[side]?.amount
    if (amount === undefined || amount.kind === 'share') return copy
    const { amount: _, ...rest } = side === '' ? copy : { amount: undefined }
    const path = side === '' ? 'amount' : `${side}.amount`
    const spans = Object.fromEntries(
      Object.entries(copy.spans).filter(([key]) => key !== path),
    )
    const leg = side === '' ? undefined : copy[side]
    return side === '' || leg === undefined
      ? ({ ...rest, spans } as Step)
      : { ...copy, [side]: { token: leg.token }, spans }
  })
  return {
    ...draft,
    draft: { ...(draft.draft as Intent), steps: split },
    questions: draft.questions.filter(
      ({ slot }) => slot !== asked.slot && !slot.endsWith('amount'),
    ),
  }
}

/** The value of an answer and where in the reply it stands. */
export type Said = {
  readonly kind:
    | 'amount'
    | 'token'
    | 'party'
    | 'chain'
    | 'venue'
    | 'pool'
    | 'slippage'
    | 'schedule'
    | 'when'
  readonly value: unknown
  readonly start: number
  readonly end: number
}

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
        message: 'Cancelled. Nothing was done.',
      },
    }
  const draft = toDraft(previous)
  const filled = applyWords(draft, words, context)
  if (filled !== undefined) return { type: 'amended', result: filled }
  const fresh = parseUtterance(words, context)
  if (fresh.type !== 'none') return { type: 'new-request', utterance: words }
  // Not understood: the same questions stand.
  return { type: 'amended', result: previous }
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
    const both = BOTH.test(plain)
      ? splitStep(draft, first, words.length)
      : undefined
    if (both !== undefined) return finish(both, words, [])
    const index =
      ordinal !== undefined
        ? ordinal[1]
        : first.options.findIndex(
            (option) =>
              option.label.toLowerCase() ===
              plain.replace(CORRECTION, '').trim(),
          )
    const option = first.options[index]
    if (option !== undefined)
      return finish(draft, words, [
        { slot: first.slot, value: option.value, start: 0, end: words.length },
      ])
  }
  const said = readReply(words, context)
  const corrects =
    CORRECTION.test(plain) ||
    / instead$/.test(plain) ||
    // Nothing is open any more: `half`, `with 1% slippage` change what was said.
    (draft.questions.length === 0 && saysNothingElse(words, said))
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
      : undefined
    if (slot !== undefined)
      fills.push({ slot, value: one.value, start: one.start, end: one.end })
  }
  if (fills.length === 0) return undefined
  // A whole new order says more than the open slots can hold.
  const fresh = parseUtterance(words, context)
  if (fresh.type === 'intent' && !corrects && fills.length < said.length)
    return undefined
  return finish(draft, words, fills)
}

/**
 * An amount and the token right behind it belong to one side: to the one that
 * has this token, or else to the one whose amount was said last.
 */
export function readPair(
  draft: Intent,
  said: readonly Said[],
  at: number,
): Fill[] | 'taken' | undefined {
  const one = said[at]
  const before = said[at - 1]
  const isPair = (amount: Said | undefined, token: Said | undefined) =>
    amount?.kind === 'amount' &&
    token?.kind === 'token' &&
    token.start >= amount.end &&
    token.start - amount.end <= 4
  if (one === undefined) return undefined
  if (isPair(before, one)) {
    const sides = findSides(draft, one.value as TokenRef)
    return sides.length > 0 || findSaid(draft, 'amount') !== undefined
      ? 'taken'
      : undefined
  }
  const token = said[at + 1]
  if (token === undefined || !isPair(one, token)) return undefined
  const side = findSides(draft, token.value as TokenRef).at(-1)
  const amount = { value: one.value, start: one.start, end: one.end }
  if (side !== undefined) return [{ slot: `${side}amount`, ...amount }]
  const slot = findSaid(draft, 'amount')
  return slot === undefined
    ? undefined
    : [
        { slot, ...amount },
        {
          slot: slot.replace(/amount$/, 'token'),
          value: token.value,
          start: token.start,
          end: token.end,
        },
      ]
}

/** The sides of the steps that hold a token, as paths up to their last dot. */
function findSides(draft: Intent, token: TokenRef): string[] {
  return draft.steps.flatMap((step, index) =>
    (
      [
        ['sell.', step.sell?.token],
        ['buy.', step.buy?.token],
        ['collateral.', step.collateral?.token],
        ['', step.token],
      ] as const
    ).flatMap(([path, held]) =>
      isSameToken(held, token) ? [`steps[${index}].${path}`] : [],
    ),
  )
}

/** A value and where in the reply it stands. */
export type Fill = {
  readonly slot: string
  readonly value: unknown
  readonly start: number
  readonly end: number
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
  return fills.length === 0 ? draft : finish(draft, words, fills)
}

/** Puts what was said into a draft, and asks for what is missing then. */
export function finish(
  draft: Draft,
  words: string,
  fills: readonly Fill[],
): ParseResult {
  const before = draft.draft as Intent
  const base = before.utterance.length + 1
  let { steps } = before
  for (const fill of fills) steps = applyFill(steps, fill, base)
  // Money into a lending protocol is lent, whichever word was used for it.
  steps = steps.map((step) =>
    step.action === 'deposit' &&
    step.pool === undefined &&
    step.venue !== undefined &&
    getVenueKind(step.venue) === 'lending'
      ? { ...step, action: 'supply' }
      : step,
  )
  const intent: Intent = {
    ...before,
    utterance: `${before.utterance}\n${words}`,
    steps,
  }
  const texts = questionTexts(before.language)
  const answered = new Set(fills.map((fill) => fill.slot))
  const questions: Question[] = []
  for (const [index, step] of steps.entries()) {
    const missing = findMissing(step)
    const same =
      step.action === 'swap' && isSameToken(step.sell?.token, step.buy?.token)
        ? ['buy.token']
        : []
    for (const path of [...missing, ...same]) {
      const slot = `steps[${index}].${path}`
      const old = draft.questions.find(
        (question) => question.slot === slot && !answered.has(slot),
      )
      questions.push(old ?? { slot, text: texts.missing(step.action, path) })
    }
    for (const key of ['to', 'spender'] as const) {
      const value = step[key]
      if (value !== undefined && /^0x/i.test(value) && !isValidAddress(value))
        questions.push({
          slot: `steps[${index}].${key}`,
          text: texts.problem(
            `The address ${value.slice(0, 60)} is mistyped.`,
            step.action,
            key,
          ),
        })
    }
  }
  // Doubts that an answer did not touch stand as they were.
  for (const question of draft.questions)
    if (
      !answered.has(question.slot) &&
      !questions.some((each) => each.slot === question.slot) &&
      !isSettled(question.slot, steps, draft)
    )
      questions.push(question)
  return questions.length === 0
    ? { type: 'intent', intent }
    : { type: 'clarify', draft: intent, questions }
}

/** A missing slot that is filled by now needs no answer any more. */
function isSettled(
  slot: string,
  steps: readonly Step[],
  draft: Draft,
): boolean {
  const match = /^steps\[(\d+)\]\.(.+)$/.exec(slot)
  if (match === null) return false
  const before = (draft.draft as Intent).steps[Number(match[1])]
  const now = steps[Number(match[1])]
  if (before === undefined || now === undefined) return false
  const path = match[2] ?? ''
  // An amount on one side of a trade is enough.
  if (/^(?:sell|buy)\.amount$/.test(path))
    return (
      findMissing(before).includes('sell.amount') &&
      !findMissing(now).includes('sell.amount')
    )
  return findMissing(before).includes(path) && !findMissing(now).includes(path)
}

function applyFill(steps: readonly Step[], fill: Fill, base: number): Step[] {
  const match = /^steps\[(\d{1,2})\](?:\.(.+))?$/.exec(fill.slot)
  const index = Number(match?.[1])
  const path = match?.[2]
  if (match === null || path === undefined) return [...steps]
  return steps.map((step, at) =>
    at === index ? setPath(step, path, fill, base) : step,
  )
}

function setPath(step: Step, path: string, fill: Fill, base: number): Step {
  if (path.startsWith('of.') && step.of !== undefined)
    return { ...step, of: setPath(step.of, path.slice(3), fill, base) }
  const [head = '', tail] = path.replace(/^when\[.*$/, 'when').split('.')
  const record = step as unknown as Record<string, unknown>
  return {
    ...step,
    [head]:
      tail === undefined
        ? fill.value
        : { ...(record[head] as object | undefined), [tail]: fill.value },
    spans: {
      ...step.spans,
      [head === 'when' ? 'when[0]' : path]: [
        base + fill.start,
        base + fill.end,
      ],
    },
  } as Step
}

function isValueFor(slot: string, value: unknown): boolean {
  if (slot.endsWith('amount')) return amountSchema.safeParse(value).success
  if (slot.endsWith('token')) return tokenRefSchema.safeParse(value).success
  if (slot.endsWith('maxSlippageBps'))
    return (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      value >= 0 &&
      value <= 10_000
    )
  if (/\.(?:to|toChain|chain|venue|pool|spender|leverage|account)$/.test(slot))
    return typeof value === 'string' && value.length > 0 && value.length <= 100
  return false
}

function render(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number')
    return String(value)
  const amount = amountSchema.safeParse(value)
  if (amount.success) return renderAmount(amount.data)
  const token = tokenRefSchema.safeParse(value)
  if (token.success) return renderToken(token.data)
  return undefined
}

function renderAmount(amount: Amount): string {
  switch (amount.kind) {
    case 'exact':
      return amount.decimal
    case 'fiat':
      return `${amount.decimal} ${amount.currency}`
    case 'share':
      return amount.bps === 10_000 ? 'all' : `${amount.bps / 100}%`
    case 'output':
      return `what ${amount.step} gives`
    case 'rest':
      return `all but ${amount.keep.decimal}`
  }
}

function renderToken(token: TokenRef): string {
  return 'symbol' in token ? token.symbol : token.address
}

/** Shares as Japanese replies say them, with nothing besides. */
const SHARES: readonly [RegExp, number][] = [
  [
    /^(?:全部|全額|全て|すべて|ぜんぶ)(?:で|を|です|だ|お願いします|してください)*[。!]*$/,
    10_000,
  ],
  [
    /^(?:半分|半額|はんぶん)(?:で|を|だけ|です|だ|お願いします|してください)*[。!]*$/,
    5000,
  ],
  [/^(?:四分の一|4分の1)(?:で|を|だけ|です|だ|お願いします)*[。!]*$/, 2500],
]

/** Reads the phrases of a reply that can fill a slot, in order. */
export function readReply(words: string, context: ParseContext): Said[] {
  const normalised = normaliseText(words)
  const tagged = readNumbers(
    tagItems(tokenise(normalised), normalised, context.locale),
  )
  const items = readQuantities(
    readTimes(readConditions(readSlippage(tagged), normalised), context),
  )
  const japanese = SHARES.find(([pattern]) =>
    pattern.test(normalised.text.trim()),
  )
  if (japanese !== undefined) {
    const value = { kind: 'share', bps: japanese[1] }
    return [{ kind: 'amount', value, start: 0, end: words.length }]
  }
  const said: Said[] = []
  const at = (item: Item) => ({
    start: normalised.startOf(item.start),
    end: normalised.endOf(item.end - 1),
  })
  for (const item of items) {
    switch (item.type) {
      case 'number':
        if (item.problem === undefined && !/^0(?:\.0*)?$/.test(item.decimal))
          said.push({
            kind: 'amount',
            value: { kind: 'exact', decimal: item.decimal },
            ...at(item),
          })
        break
      case 'quantity': {
        const { quantity } = item
        if (
          quantity.kind === 'share' ||
          quantity.kind === 'fiat' ||
          quantity.kind === 'rest'
        )
          said.push({ kind: 'amount', value: quantity, ...at(item) })
        break
      }
      case 'address':
      case 'name':
        if (item.type === 'address' ? true : item.lookalike === undefined)
          said.push({ kind: 'party', value: item.text, ...at(item) })
        break
      case 'slippage':
        if (item.bps !== undefined)
          said.push({ kind: 'slippage', value: item.bps, ...at(item) })
        break
      case 'time': {
        const { schedule, problem } = toSchedule({
          parts: item.parts,
          text: verbatim(normalised, item),
          now: context.now,
          timeZone: context.timeZone,
        })
        if (problem === undefined)
          said.push({ kind: 'schedule', value: schedule, ...at(item) })
        break
      }
      case 'conditions':
        if (item.conditions.every((each) => each.problem === undefined))
          said.push({
            kind: 'when',
            value: item.conditions.map((each) => each.condition),
            ...at(item),
          })
        break
      case 'word': {
        const { token, chain, venue, verb } = item.senses
        const range = at(item)
        // `usdc pls`: politeness, though a token is called that as well.
        if (
          item.lookalike !== undefined ||
          /^(?:pls|plz|thx)$/.test(words.slice(range.start, range.end))
        )
          break
        if (token !== undefined)
          said.push({ kind: 'token', value: { symbol: token }, ...range })
        if (chain !== undefined)
          said.push({ kind: 'chain', value: chain, ...range })
        if (venue !== undefined)
          said.push({ kind: 'venue', value: venue, ...range })
        if (
          token === undefined &&
          chain === undefined &&
          venue === undefined &&
          verb === undefined &&
          !commonWords.has(item.text) &&
          /^\p{L}/u.test(item.text) &&
          items.length <= 4
        ) {
          const text = verbatim(normalised, item)
          // A name we do not know: a person or a token, as the slot wants it.
          said.push({ kind: 'party', value: text, ...range })
          said.push({ kind: 'token', value: { symbol: text }, ...range })
        }
        break
      }
      default:
    }
  }
  return said
}

function takes(slot: string, said: Said): boolean {
  const path = slot.replace(/^steps\[\d+\]\.?/, '').replace(/^of\./, '')
  switch (said.kind) {
    case 'amount':
      return (
        /(?:^|\.)amount$/.test(path) ||
        (path === 'maxSlippageBps' && isShare(said.value))
      )
    case 'token':
      return /(?:^|\.)token$/.test(path) && !path.startsWith('when')
    case 'party':
      return /^(?:to|spender|account)$/.test(path)
    case 'chain':
      return /^(?:toChain|chain)$/.test(path)
    case 'venue':
      return /^(?:venue|spender)$/.test(path)
    case 'pool':
      return path === 'pool'
    case 'slippage':
      return path === 'maxSlippageBps'
    case 'schedule':
      return path === 'schedule'
    case 'when':
      return /^when\[/.test(path)
  }
}

function isShare(value: unknown): boolean {
  return (value as { kind?: string }).kind === 'share'
}

function toValue(slot: string, said: Said): unknown {
  return slot.endsWith('maxSlippageBps') && said.kind === 'amount'
    ? (said.value as { bps: number }).bps
    : said.value
}

/** The slot of a kind that was said last: what a correction corrects. */
export function findSaid(
  draft: Intent,
  kind: Said['kind'],
): string | undefined {
  const suffix: Readonly<Record<Said['kind'], RegExp>> = {
    amount: /(?:^|\.)amount$/,
    token: /(?:^|\.)token$/,
    party: /^(?:to|spender)$/,
    chain: /^(?:toChain|chain)$/,
    venue: /^venue$/,
    pool: /^pool$/,
    slippage: /^maxSlippageBps$/,
    schedule: /^schedule$/,
    when: /^when/,
  }
  let found: { slot: string; end: number } | undefined
  for (const [index, step] of draft.steps.entries())
    for (const [path, span] of Object.entries(step.spans))
      if (
        suffix[kind].test(path) &&
        // What a step before gives is no number that could be another one.
        !(kind === 'amount' && isOutput(step, path)) &&
        (found === undefined || span[1] > found.end)
      )
        found = { slot: `steps[${index}].${path}`, end: span[1] }
  return found?.slot
}

const LINKS =
  /^(?:with|on|in|via|to|for|at|only|just|please|pls|plz|use|of|it|my|the|and|but|max|slippage|で|に|を|から|へ|[\s,.!。、])*$/i

/** What is left beside the values is no sentence: nothing is told or asked. */
function saysNothingElse(words: string, said: readonly Said[]): boolean {
  let rest = words
  for (const { start, end } of said)
    rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end)
  return LINKS.test(rest)
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

function isOutput(step: Step, path: string): boolean {
  const side = path.split('.')[0]
  const amount =
    side === 'sell' || side === 'buy' || side === 'collateral'
      ? step[side]?.amount
      : step.amount
  return amount?.kind === 'output'
}
