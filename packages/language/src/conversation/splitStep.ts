import type { Intent, Question, Step } from '@behest/spec'
import { applyFill } from './fillDraft.js'
import type { Draft } from './Reply.js'

/** `both`: one step for each of the two tokens that were offered. */
export function splitStep(
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
