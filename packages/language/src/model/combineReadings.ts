import type { Intent, ParseResult, Question, Step } from '@behest/spec'

/** What came of two readings of the same words. */
export type Combined = {
  readonly result: ParseResult
  /** Whose reading it is. */
  readonly parser: 'embedded' | 'model'
  readonly notes: readonly string[]
}

/** Arguments that move value, or say where it moves. */
const VALUE_PATHS = [
  'sell.token',
  'sell.amount',
  'buy.token',
  'buy.amount',
  'token',
  'amount',
  'to',
  'toChain',
  'chain',
  'venue',
  'pool',
  'spender',
  'collateral.token',
  'collateral.amount',
  'leverage',
  'maxSlippageBps',
  'when',
  'schedule',
] as const

/**
 * Makes one answer of the embedded parser's and the model's.
 *
 * Agreement goes on; what the model adds is taken where our grammar reads it
 * in the user's words; a difference in anything that moves value is one
 * question with both as options, never a choice of ours.
 */
export function combineReadings(
  embedded: ParseResult,
  model: ParseResult | undefined,
  blocked: boolean,
): Combined {
  if (embedded.type === 'none') {
    // Someone else's words, a negation, a wish for advice: no model undoes it.
    if (model === undefined || model.type === 'none' || blocked)
      return { result: embedded, parser: 'embedded', notes: [] }
    return { result: model, parser: 'model', notes: ['model-only'] }
  }
  if (model === undefined || model.type === 'none')
    return {
      result: embedded,
      parser: 'embedded',
      notes: model === undefined ? ['model-disagreed'] : [],
    }
  const ours = intentOf(embedded)
  const theirs = intentOf(model)
  const same =
    ours.steps.length === theirs.steps.length &&
    ours.steps.every(
      (step, index) => step.action === theirs.steps[index]?.action,
    )
  if (!same) {
    if (
      model.type === 'intent' &&
      theirs.steps.length > ours.steps.length &&
      isWithin(ours.steps, theirs.steps)
    )
      return { result: model, parser: 'model', notes: ['model-added-steps'] }
    // Two different orders: which one is meant only the user can say.
    return {
      result: {
        type: 'clarify',
        draft: ours,
        questions: [
          {
            slot: 'steps',
            text: 'That can be read in two ways. Which one do you mean?',
            options: [
              {
                label: describe(ours),
                value: ours.steps.map((step) => step.action),
              },
              {
                label: describe(theirs),
                value: theirs.steps.map((step) => step.action),
              },
            ],
          },
          ...(embedded.type === 'clarify' ? embedded.questions : []),
        ],
      },
      parser: 'embedded',
      notes: ['model-disagreed'],
    }
  }
  const questions: Question[] = []
  const merged: Step[] = ours.steps.map((step, index) => {
    const other = theirs.steps[index]
    let copy = step
    for (const path of VALUE_PATHS) {
      const mine = get(step, path)
      const their = other === undefined ? undefined : get(other, path)
      if (their === undefined || isSame(mine, their)) continue
      if (mine !== undefined) {
        // `when` and `schedule` are read by the same grammar; ours is whole.
        if (path === 'when' || path === 'schedule') continue
        questions.push({
          slot: `steps[${index}].${path}`,
          text: `Is it ${render(mine)} or ${render(their)}?`,
          options: [
            { label: render(mine), value: mine as never },
            { label: render(their), value: their as never },
          ],
        })
        continue
      }
      copy = set(copy, path, their, other?.spans[path])
    }
    return copy
  })
  const intent: Intent = { ...ours, steps: merged }
  const asked =
    embedded.type === 'clarify'
      ? embedded.questions.filter(
          (question) =>
            !isAnswered(question.slot, ours, intent) &&
            !questions.some((each) => each.slot === question.slot),
        )
      : []
  const all = [...questions, ...asked]
  const changed = JSON.stringify(merged) !== JSON.stringify(ours.steps)
  return {
    result:
      all.length === 0
        ? { type: 'intent', intent }
        : { type: 'clarify', draft: intent, questions: all },
    parser: changed ? 'model' : 'embedded',
    notes: questions.length > 0 ? ['model-disagreed'] : [],
  }
}

function intentOf(result: Exclude<ParseResult, { type: 'none' }>): Intent {
  return result.type === 'intent' ? result.intent : (result.draft as Intent)
}

/** The shorter order is part of the longer one, with the same values. */
function isWithin(fewer: readonly Step[], more: readonly Step[]): boolean {
  let at = 0
  for (const step of more) {
    const wanted = fewer[at]
    if (wanted === undefined) return true
    if (
      wanted.action === step.action &&
      VALUE_PATHS.every((path) => {
        const mine = get(wanted, path)
        const their = get(step, path)
        return (
          mine === undefined ||
          isSame(mine, their) ||
          isReference(mine) ||
          isReference(their)
        )
      })
    )
      at += 1
  }
  return at === fewer.length
}

function isReference(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { kind?: unknown }).kind === 'output'
  )
}

/** A question is answered once its slot holds something it did not before. */
function isAnswered(slot: string, before: Intent, after: Intent): boolean {
  const match = /^steps\[(\d+)\]\.(.+)$/.exec(slot)
  if (match === null) return false
  const index = Number(match[1])
  const path = match[2] ?? ''
  const old = before.steps[index]
  const now = after.steps[index]
  return (
    old !== undefined &&
    now !== undefined &&
    get(old, path) === undefined &&
    get(now, path) !== undefined
  )
}

function get(step: Step, path: string): unknown {
  const [head = '', tail] = path.split('.')
  const value = (step as unknown as Record<string, unknown>)[head]
  if (tail === undefined) return value
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[tail]
    : undefined
}

function set(
  step: Step,
  path: string,
  value: unknown,
  span: Step['spans'][string] | undefined,
): Step {
  const [head = '', tail] = path.split('.')
  const record = step as unknown as Record<string, unknown>
  const spans =
    span === undefined ? step.spans : { ...step.spans, [path]: span }
  return {
    ...step,
    [head]:
      tail === undefined
        ? value
        : {
            ...(record[head] as Record<string, unknown> | undefined),
            [tail]: value,
          },
    spans,
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return (
    JSON.stringify(one)?.toLowerCase() === JSON.stringify(other)?.toLowerCase()
  )
}

function describe(intent: Intent): string {
  return intent.steps
    .map((step) => step.action)
    .join(', then ')
    .slice(0, 190)
}

function render(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number')
    return String(value).slice(0, 90)
  if (typeof value !== 'object' || value === null) return 'nothing'
  const record = value as Record<string, unknown>
  if ('symbol' in record || 'address' in record)
    return String(record.symbol ?? record.address).slice(0, 90)
  switch (record.kind) {
    case 'exact':
      return String(record.decimal)
    case 'fiat':
      return `${String(record.decimal)} ${String(record.currency)}`
    case 'share':
      return `${Number(record.bps) / 100} %`
    case 'output':
      return `what step ${String(record.step).slice(1)} gives`
    case 'rest':
      return 'all but a rest'
    default:
      return JSON.stringify(value).slice(0, 90)
  }
}
