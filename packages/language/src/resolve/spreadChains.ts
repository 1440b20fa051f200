import type { Said } from '../clauses/Part.js'
import type { ResolvedStep } from './ResolvedStep.js'

/** `… everything on arbitrum`: for each step that says no chain of its own. */
export function coverAll(
  steps: readonly ResolvedStep[],
  scope: Said<string> | undefined,
): ResolvedStep[] {
  return steps.map((step) =>
    scope === undefined ||
    step.chain !== undefined ||
    step.action === 'ask' ||
    step.toChain?.value === scope.value
      ? step
      : { ...step, chain: scope },
  )
}

/** A chain said once holds for all that hangs together, up to a bridge. */
export function spreadChains(steps: readonly ResolvedStep[]): ResolvedStep[] {
  const spread = [...steps]
  const refersTo = (step: ResolvedStep) =>
    Object.values(step.legs).flatMap((leg) =>
      leg.output === undefined ? [] : [leg.output.step],
    )
  // Forward: behind a bridge, from a leading phrase, along what was given.
  let landed: Said<string> | undefined
  for (let at = 0; at < spread.length; at += 1) {
    const step = spread[at]
    if (step === undefined) continue
    if (step.chain === undefined && step.action !== 'ask') {
      const source = refersTo(step)
        .map((id) => spread.find((other) => other.id === id))
        .find((other) => other !== undefined)
      const leading = spread
        .slice(0, at)
        .findLast(
          (other) =>
            other.chain !== undefined &&
            other.sentence === step.sentence &&
            other.clause !== step.clause &&
            other.chain.end <= other.verb.start,
        )
      const inherited =
        (source?.action === 'bridge' ? source.toChain : undefined) ??
        (step.action === 'bridge' && source === undefined
          ? undefined
          : landed) ??
        (source?.action === 'bridge' ? undefined : source?.chain) ??
        (leading === undefined ? undefined : leading.chain)
      if (inherited !== undefined) spread[at] = { ...step, chain: inherited }
    }
    if (step.action === 'bridge') landed = step.toChain ?? landed
    else if (step.chain !== undefined)
      landed = landed === undefined ? undefined : step.chain
  }
  // Backward: `swap 1 eth to usdc and lend it on arbitrum`.
  for (let at = spread.length - 1; at > 0; at -= 1) {
    const step = spread[at]
    if (step?.chain === undefined || step.action === 'ask') continue
    const linked = refersTo(step)
    for (let back = 0; back < at; back += 1) {
      const before = spread[back]
      if (
        before === undefined ||
        before.chain !== undefined ||
        before.action === 'bridge' ||
        before.action === 'ask' ||
        before.sentence !== step.sentence
      )
        continue
      const near =
        back === at - 1 && (step.joined || before.clause === step.clause)
      // Where an unrelated bridge begins says nothing of the step before.
      if (step.action === 'bridge' && !linked.includes(before.id)) continue
      if (!linked.includes(before.id) && !near) continue
      if (spread.slice(back, at).some((between) => between.action === 'bridge'))
        continue
      spread[back] = { ...before, chain: step.chain }
    }
  }
  return spread
}
