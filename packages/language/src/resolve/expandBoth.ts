import type { DraftLeg, DraftStep } from '../bind/DraftStep.js'
import { CONSUMES } from './consumes.js'
import type { Given, ResolvedStep } from './ResolvedStep.js'

/** `deposit both` makes two steps, and `them` as many as there were. */
export function expandBoth(
  draft: DraftStep,
  given: readonly Given[],
  steps: readonly ResolvedStep[],
): DraftStep[] {
  const name = CONSUMES[draft.action]
  if (name === undefined) return [draft]
  const leg = draft.legs[name]
  if (leg?.pronoun === undefined || leg.token !== undefined) return [draft]
  const last = given.at(-1)
  const both = leg.pronoun.value === 'both'
  let group = both
    ? given.slice(-2)
    : given.filter(
        (one) =>
          last !== undefined &&
          one.clause === last.clause &&
          one.clause !== draft.clause,
      )
  // What another step has taken already is no longer there.
  const taken = new Set(
    steps.flatMap((step) =>
      Object.values(step.legs).flatMap((each) =>
        each.output === undefined ? [] : [each.output.step],
      ),
    ),
  )
  group = group.filter((one) => !taken.has(one.id))
  if (group.length < 2) return [draft]
  return group.map((one) => ({
    ...draft,
    legs: {
      ...draft.legs,
      [name]: {
        ...leg,
        pronoun: { ...leg.pronoun, value: `=${one.id}` },
      } as unknown as DraftLeg, // a pronoun bound to one step, see resolveLeg
    },
  }))
}
