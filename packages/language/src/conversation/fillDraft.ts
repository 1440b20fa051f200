import {
  amountSchema,
  type Intent,
  type ParseResult,
  type Question,
  type Step,
  tokenRefSchema,
} from '@behest/spec'
import { findMissing, isSameToken } from '../check/findMissing.js'
import { questionTexts } from '../check/questionTexts.js'
import { isValidAddress } from '../clauses/isValidAddress.js'
import { getVenueKind } from '../lexicon/lexicon.js'
import type { Draft, Fill } from './Reply.js'

/** What a reply comes to: an amended draft, or an order of its own. */
export type Answered =
  | { readonly type: 'amended'; readonly result: ParseResult }
  | { readonly type: 'new-request'; readonly utterance: string }

/** Puts what was said into a draft, and asks for what is missing then. */
export function fillDraft(
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

export function applyFill(
  steps: readonly Step[],
  fill: Fill,
  base: number,
): Step[] {
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

export function isValueFor(slot: string, value: unknown): boolean {
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

export function isOutput(step: Step, path: string): boolean {
  const side = path.split('.')[0]
  const amount =
    side === 'sell' || side === 'buy' || side === 'collateral'
      ? step[side]?.amount
      : step.amount
  return amount?.kind === 'output'
}
