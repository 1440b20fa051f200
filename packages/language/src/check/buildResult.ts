// One file because a step and its questions are read off the same slots.
import type {
  Amount,
  Condition,
  Intent,
  Leg,
  ParseContext,
  ParseResult,
  Question,
  Span,
  Step,
  TokenRef,
} from '@behest/spec'
import type { LegName } from '../bind/DraftStep.js'
import type { Mention, Said } from '../clauses/Part.js'
import type { ResolvedLeg, ResolvedStep } from '../resolve/ResolvedStep.js'
import { slotOf } from '../resolve/slotOf.js'
import type { Quantity, Range } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import type { Problem } from '../text/Problem.js'
import { verbatim } from '../text/tagItems.js'
import { toSchedule } from '../time/toSchedule.js'
import { findMissing, isSameToken } from './findMissing.js'
import { questionTexts } from './questionTexts.js'

const STABLE =
  /^(?:USDC|USDC\.e|USDT|USDT\.e|DAI|USDS|FRAX|GHO|LUSD|crvUSD|USDe|PYUSD|BUSD|TUSD|USDbC)$/i
const MOST_QUESTIONS = 20

type Slots = { step: Step; questions: Question[] }

/** Turns resolved steps into the wire form, and what is missing into questions. */
export function buildResult(options: {
  readonly steps: readonly ResolvedStep[]
  readonly normalised: NormalisedText
  readonly context: ParseContext
  readonly language: string
  /** What the parser could not place at all: asked for, never dropped. */
  readonly leftovers: readonly {
    readonly step: number
    readonly problem: Problem
  }[]
}): ParseResult {
  const { steps, normalised, language } = options
  const built = steps.map((step, index) => buildStep(step, index, options))
  const questions = built.flatMap((each) => each.questions)
  for (const { step, problem } of options.leftovers)
    questions.push({ slot: `steps[${step}]`, text: problem.reason })
  const intent: Intent = {
    version: 1,
    utterance: normalised.utterance,
    language,
    steps: built.map((each) => each.step),
  }
  const asked = unique(questions)
  return asked.length === 0
    ? { type: 'intent', intent }
    : {
        type: 'clarify',
        draft: intent,
        questions: asked.slice(0, MOST_QUESTIONS),
      }
}

function unique(questions: readonly Question[]): Question[] {
  const seen = new Set<string>()
  return questions.filter((question) => {
    if (seen.has(question.slot)) return false
    seen.add(question.slot)
    return true
  })
}

function buildStep(
  draft: ResolvedStep,
  index: number,
  options: {
    readonly normalised: NormalisedText
    readonly context: ParseContext
    readonly language: string
  },
): Slots {
  const { normalised, context, language } = options
  const texts = questionTexts(language)
  const spans: Record<string, Span> = {}
  const questions: Question[] = []
  const at = `steps[${index}]`
  const span = (path: string, range: Range) => {
    spans[path] = [
      normalised.startOf(range.start),
      normalised.endOf(range.end - 1),
    ]
  }
  const ask = (slot: string, problem?: Problem) => {
    const text =
      problem === undefined
        ? texts.missing(draft.action, slot)
        : texts.problem(problem.reason, draft.action, slot)
    const choices = problem?.options ?? []
    questions.push({
      slot: `${at}.${slot}`,
      text,
      ...(choices.length === 0
        ? {}
        : {
            options: choices.map((choice) => ({
              label: choice,
              value: slot.endsWith('amount')
                ? { kind: 'exact', decimal: choice }
                : slot.endsWith('token')
                  ? { symbol: choice }
                  : choice,
            })),
          }),
    })
  }
  for (const { slot, problem } of draft.problems ?? []) ask(slot, problem)

  const step: Step = { id: draft.id, action: draft.action, spans }
  const leg = (name: LegName): Partial<Leg> | undefined => {
    const resolved = draft.legs[name]
    if (resolved === undefined) return undefined
    return buildLeg(resolved, name, { span, ask })
  }
  const main = leg('main')
  switch (draft.action) {
    case 'swap': {
      const sell = leg('sell')
      const buy = leg('buy')
      if (sell !== undefined && Object.keys(sell).length > 0)
        step.sell = sell as Leg
      if (buy !== undefined && Object.keys(buy).length > 0)
        step.buy = buy as Leg
      if (
        step.sell?.token !== undefined &&
        isSameToken(step.sell.token, step.buy?.token)
      )
        ask('buy.token', {
          reason: 'Both sides are the same token. Which one do you want?',
        })
      break
    }
    default:
      if (main?.token !== undefined) step.token = main.token
      if (main?.amount !== undefined) step.amount = main.amount
  }
  const collateral = leg('collateral')
  if (collateral !== undefined && Object.keys(collateral).length > 0) {
    step.collateral = collateral as Leg
  }
  const text = (
    key:
      | 'chain'
      | 'toChain'
      | 'venue'
      | 'pool'
      | 'to'
      | 'spender'
      | 'leverage'
      | 'account',
  ) => {
    const said = draft[key]
    if (said === undefined) return
    step[key] = said.value
    span(key, said)
  }
  for (const key of [
    'chain',
    'toChain',
    'venue',
    'pool',
    'to',
    'spender',
    'account',
  ] as const)
    text(key)
  // A trade without borrowed money has no leverage: said of one, the position
  // that was meant has not been understood.
  if (/^(?:long|short|close)$/.test(draft.action)) text('leverage')
  else if (draft.leverage !== undefined && draft.action !== 'ask')
    ask('action', {
      reason:
        'Leverage belongs to a long or a short. Which of them do you want?',
    })
  if (draft.slippageBps !== undefined && draft.action === 'swap') {
    step.maxSlippageBps = draft.slippageBps.value
    span('maxSlippageBps', draft.slippageBps)
  }
  // `buy some eth`: how much of one side is enough, and it is asked for already.
  for (const slot of findMissing(step))
    if (
      slot !== 'sell.amount' ||
      !questions.some((question) => question.slot === `${at}.buy.amount`)
    )
      ask(slot)
  if (draft.action === 'ask') {
    if (draft.topic !== undefined) step.topic = draft.topic
    if (draft.of !== undefined) {
      const inner = buildStep(
        { ...(draft.of as ResolvedStep), id: draft.id },
        index,
        options,
      )
      step.of = inner.step
      // A quote needs both tokens and one amount, as the trade itself would.
      for (const question of inner.questions)
        questions.push({
          ...question,
          slot: question.slot.replace(`${at}.`, `${at}.of.`),
        })
    }
  }
  if (draft.conditions !== undefined && draft.conditions.length > 0) {
    const when: Condition[] = []
    for (const said of draft.conditions) {
      let { condition } = said
      if (said.bare) {
        const token = mainToken(step)
        if (token !== undefined)
          condition = {
            ...condition,
            subject: { ...condition.subject, token },
          }
        else if (said.problem === undefined)
          ask(`when[${when.length}].subject.token`)
      }
      if (said.there && step.venue !== undefined)
        condition = {
          ...condition,
          subject: { ...condition.subject, venue: step.venue },
        }
      if (said.problem !== undefined) {
        ask(`when[${when.length}].value`, said.problem)
        if (
          condition.value === '' ||
          (condition.unit === 'percent' && condition.subject.kind === 'price')
        )
          continue
      }
      span(`when[${when.length}]`, said)
      const { join, ...rest } = condition
      when.push(
        when.length === 0 || join === undefined ? rest : { ...rest, join },
      )
    }
    if (when.length > 0) step.when = when
  }
  if (draft.times !== undefined && draft.times.length > 0) {
    const { schedule, problem } = toSchedule({
      parts: draft.times.flatMap((time) => time.parts),
      text: draft.times
        .map((time) => verbatim(normalised, time).trim())
        .join(' '),
      now: context.now,
      timeZone: context.timeZone,
    })
    if (problem !== undefined) ask('schedule', problem)
    // `stake 100 op for a month`: how long it stays is no repetition.
    else if (
      schedule.end !== undefined &&
      schedule.every === undefined &&
      schedule.times === undefined &&
      /^(?:stake|supply|deposit)$/.test(draft.action)
    )
      ask('schedule', {
        reason:
          'When it is taken out again is an order of its own. Should it start now?',
      })
    if (
      schedule.start !== undefined ||
      schedule.end !== undefined ||
      schedule.every !== undefined ||
      schedule.times !== undefined
    ) {
      step.schedule = schedule
      const first = draft.times[0]
      const last = draft.times.at(-1)
      if (first !== undefined && last !== undefined) span('schedule', first)
    }
  }
  return { step, questions }
}

function buildLeg(
  leg: ResolvedLeg,
  name: LegName,
  write: {
    span: (path: string, range: Range) => void
    ask: (slot: string, problem?: Problem) => void
  },
): Partial<Leg> {
  const built: Partial<Leg> = {}
  if (leg.token !== undefined) {
    built.token = toTokenRef(leg.token)
    if (!leg.derived) write.span(slotOf(name, 'token'), leg.token)
    if (leg.token.problem !== undefined)
      write.ask(slotOf(name, 'token'), leg.token.problem)
  }
  if (leg.output !== undefined) {
    built.amount = { kind: 'output', step: leg.output.step }
    if (leg.output.said !== undefined)
      write.span(slotOf(name, 'amount'), leg.output.said)
  } else if (leg.amount !== undefined) {
    const amount = toAmount(leg.amount, (problem) =>
      write.ask(slotOf(name, 'amount'), problem),
    )
    if (amount !== undefined) {
      built.amount = amount
      write.span(slotOf(name, 'amount'), leg.amount)
    }
  }
  return built
}

function toAmount(
  said: Said<Quantity>,
  ask: (problem: Problem) => void,
): Amount | undefined {
  const quantity = said.value
  switch (quantity.kind) {
    case 'number':
      return { kind: 'exact', decimal: quantity.decimal }
    case 'share':
      return { kind: 'share', bps: quantity.bps }
    case 'fiat':
      return {
        kind: 'fiat',
        decimal: quantity.decimal,
        currency: quantity.currency,
      }
    case 'rest':
      return { kind: 'rest', keep: { decimal: quantity.keep.decimal } }
    case 'remainder':
      return { kind: 'share', bps: 10_000 }
    case 'problem':
      ask(quantity.problem)
      return undefined
  }
}

function toTokenRef(mention: Mention): TokenRef {
  return mention.address === undefined
    ? { symbol: (mention.symbol ?? '').slice(0, 64) }
    : { address: mention.address as `0x${string}` }
}

/** The token that a price without a name is the price of. */
function mainToken(step: Step): TokenRef | undefined {
  const isStable = (token: TokenRef | undefined) =>
    token !== undefined && 'symbol' in token && STABLE.test(token.symbol)
  if (step.action === 'swap') {
    const { sell, buy } = step
    if (buy?.token !== undefined && isStable(sell?.token)) return buy.token
    if (sell?.token !== undefined && isStable(buy?.token)) return sell.token
    return buy?.amount !== undefined ? buy.token : (sell?.token ?? buy?.token)
  }
  return step.token
}
