import type { DraftLeg, DraftStep, LegName } from '../bind/DraftStep.js'
import { UNWRAPPED, WRAPPED } from '../bind/wrapped.js'
import type { Said } from '../clauses/Part.js'
import type { Quantity } from '../text/Item.js'
import { CONSUMES } from './consumes.js'
import { expandBoth } from './expandBoth.js'
import { joinHalves } from './joinHalves.js'
import type { Given, ResolvedLeg, ResolvedStep } from './ResolvedStep.js'
import { resolveLeg } from './resolveLeg.js'
import { slotOf } from './slotOf.js'
import { coverAll, spreadChains } from './spreadChains.js'
import { placeThere, spreadPlaces, spreadSpenders } from './spreadPlaces.js'
import { whatItGives } from './whatItGives.js'

const MOST_STEPS = 10

/** Resolves `it`, `both`, `the rest` and what an omission stands for. */
export function resolveSteps(
  drafts: readonly DraftStep[],
  scope?: Said<string>,
): {
  readonly steps: ResolvedStep[]
  readonly tooMany: boolean
} {
  const steps: ResolvedStep[] = []
  const given: Given[] = []
  // One step more than there may be tells that there are too many.
  const few = drafts.slice(0, 2 * MOST_STEPS)
  for (const draft of spreadPlaces(joinHalves(few))) {
    if (steps.length > MOST_STEPS) break
    for (const copy of expandBoth(draft, given, steps)) {
      if (steps.length > MOST_STEPS) break
      const id = `s${steps.length + 1}`
      const step = resolveOne(copy, id, given, steps)
      steps.push(step)
      const gives = whatItGives(step)
      if (gives !== undefined)
        given.push({
          id,
          clause: draft.clause,
          at: steps.length - 1,
          ...(gives.token === undefined ? {} : { token: gives.token }),
        })
    }
  }
  return {
    steps: spreadSpenders(
      coverAll(spreadChains(placeThere(steps)), scope),
    ).slice(0, MOST_STEPS),
    tooMany: steps.length > MOST_STEPS,
  }
}

function resolveOne(
  draft: DraftStep,
  id: string,
  given: readonly Given[],
  steps: readonly ResolvedStep[],
): ResolvedStep {
  const problems = [...(draft.problems ?? [])]
  const legs: Partial<Record<LegName, ResolvedLeg>> = {}
  for (const [name, leg] of Object.entries(draft.legs) as [
    LegName,
    DraftLeg,
  ][]) {
    const consumes = CONSUMES[draft.action] === name
    const resolved = resolveLeg({ leg, name, draft, given, steps, consumes })
    legs[name] = resolved.leg
    if (resolved.problem !== undefined)
      problems.push({
        slot: slotOf(name, resolved.slot ?? 'amount'),
        problem: resolved.problem,
      })
  }
  const name = CONSUMES[draft.action]
  if (name !== undefined && legs[name] === undefined && draft.elliptic)
    legs[name] = resolveLeg({
      leg: {},
      name,
      draft,
      given,
      steps,
      consumes: true,
    }).leg
  // `wrap it`: by now it is known what `it` is.
  const sold = legs.sell?.token?.symbol
  const becomes =
    sold === undefined || draft.wraps === undefined
      ? undefined
      : draft.wraps === 'wrap'
        ? WRAPPED[sold]
        : UNWRAPPED[sold]
  if (becomes !== undefined && legs.buy?.token === undefined)
    legs.buy = { token: { ...draft.verb, symbol: becomes, known: true } }
  // `swap all my eth to usdc and 1 eth to dai`: the second finds nothing left.
  const taken = name === undefined ? undefined : legs[name]
  const before = steps.at(-1)
  const earlier =
    before === undefined || before.clause !== draft.clause
      ? undefined
      : (before.legs.sell ?? before.legs.main)
  if (
    name !== undefined &&
    taken?.amount !== undefined &&
    earlier?.amount !== undefined &&
    taken.token?.symbol !== undefined &&
    taken.token.symbol === earlier.token?.symbol &&
    (taken.amount.value.kind === 'number') !==
      (earlier.amount.value.kind === 'number') &&
    isWhole(taken.amount.value) !== isWhole(earlier.amount.value) &&
    taken.amount.start !== earlier.amount.start
  )
    problems.push({
      slot: slotOf(name, 'amount'),
      problem: { reason: 'All of it and a part of it: which of the two?' },
    })
  const { problems: _problems, legs: _legs, ...rest } = draft
  return {
    ...rest,
    id,
    legs,
    ...(problems.length > 0 ? { problems } : {}),
  }
}

function isWhole(quantity: Quantity): boolean {
  return quantity.kind === 'share' && quantity.bps === 10_000
}
