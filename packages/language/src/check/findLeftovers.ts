import type { Part } from '../clauses/Part.js'
import { VAGUE_AMOUNT } from '../phrases/readQuantities.js'
import type { ResolvedStep } from '../resolve/ResolvedStep.js'
import type { Range } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import type { Problem } from '../text/Problem.js'
import { verbatim } from '../text/tagItems.js'
import { questionTexts } from './questionTexts.js'

/**
 * Finds amounts and addresses that no argument took. Nothing that moves value
 * is dropped in silence: each of them becomes a question.
 */
export function findLeftovers(
  steps: readonly ResolvedStep[],
  clauses: readonly {
    readonly step: number
    readonly parts: readonly Part[]
  }[],
  normalised: NormalisedText,
  language = 'en',
): { step: number; problem: Problem }[] {
  const texts = questionTexts(language)
  const used: Range[] = []
  const take = (step: ResolvedStep) => {
    for (const leg of Object.values(step.legs)) {
      if (leg.amount !== undefined) used.push(leg.amount)
      if (leg.output?.said !== undefined) used.push(leg.output.said)
      if (leg.token !== undefined) used.push(leg.token)
    }
    for (const said of [step.to, step.spender, step.account])
      if (said !== undefined) used.push(said)
    for (const condition of step.conditions ?? []) used.push(condition)
    if ((step.problems?.length ?? 0) > 0)
      used.push({ start: 0, end: Number.MAX_SAFE_INTEGER })
  }
  for (const step of steps) take(step)
  const isUsed = (range: Range) =>
    used.some((each) => each.start <= range.start && range.end <= each.end)
  const found: { step: number; problem: Problem }[] = []
  for (const { step, parts } of clauses) {
    const at = Math.min(step, steps.length - 1)
    if (at < 0) continue
    for (const part of parts) {
      // `if it's cheap`: a condition that could not be read is not dropped.
      if (
        part.type === 'word' &&
        /^(?:if|unless|when|whenever|until|till|provided|assuming)$/.test(
          part.text,
        ) &&
        !isUsed(part) &&
        steps[at]?.action !== 'ask'
      ) {
        found.push({
          step: at,
          problem: { reason: texts.condition() },
        })
        continue
      }
      const name = nameOf(part, steps, isUsed)
      if (name !== undefined) {
        found.push({
          step: at,
          problem: {
            reason: texts.unplaced(verbatim(normalised, name)),
          },
        })
        continue
      }
      const range =
        part.type === 'money'
          ? part.amount
          : part.type === 'party'
            ? part
            : undefined
      if (range === undefined || isUsed(range)) continue
      // `for some pepe` fixes nothing that the other side has not fixed.
      if (
        part.type === 'money' &&
        part.amount?.value.kind === 'problem' &&
        part.amount.value.problem.reason === VAGUE_AMOUNT
      )
        continue
      // `claim all my rewards`: claiming takes no amount and always takes all.
      if (
        steps[at]?.action === 'claim' &&
        part.type === 'money' &&
        part.amount?.value.kind === 'share'
      )
        continue
      found.push({
        step: at,
        problem: {
          reason: texts.unplaced(verbatim(normalised, range)),
        },
      })
    }
  }
  return found
}

/** A token, a chain or a venue that was named and stands in no step. */
function nameOf(
  part: Part,
  steps: readonly ResolvedStep[],
  isUsed: (range: Range) => boolean,
): Range | undefined {
  // A problem of one step does not answer for what another one lost.
  if (part.type === 'chain' || part.type === 'venue') {
    const held = steps.some((step) =>
      [step.chain, step.toChain, step.venue, step.spender, step.pool].some(
        (said) =>
          said !== undefined &&
          (said.value === part.id ||
            (said.start <= part.start && part.end <= said.end)),
      ),
    )
    return held || isUsed(part) ? undefined : part
  }
  if (
    part.type !== 'money' ||
    part.token?.known !== true ||
    part.amount !== undefined ||
    part.pronoun !== undefined ||
    isUsed(part.token)
  )
    return undefined
  const symbol = part.token.symbol?.toLowerCase()
  const named = steps.some(
    (step) =>
      Object.values(step.legs).some(
        (leg) => leg.token?.symbol?.toLowerCase() === symbol,
      ) || [step.venue, step.spender].some((said) => said?.value === symbol),
  )
  // `stake 3 eth for steth`: what comes back is no argument.
  const receipt =
    /^(?:to|for|as|with)$/.test(part.cue) &&
    steps.some((step) => step.action === 'stake' || step.action === 'unstake')
  return named || receipt ? undefined : part.token
}
