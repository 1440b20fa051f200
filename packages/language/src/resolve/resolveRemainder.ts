import type { DraftLeg, DraftStep, LegName } from '../bind/DraftStep.js'
import type { Said } from '../clauses/Part.js'
import type { Quantity } from '../text/Item.js'
import type { Problem } from '../text/Problem.js'
import type { Given, ResolvedLeg, ResolvedStep } from './ResolvedStep.js'

export function resolveRemainder(
  options: {
    leg: DraftLeg
    draft: DraftStep
    name: LegName
    given: readonly Given[]
    steps: readonly ResolvedStep[]
  },
  last: Given | undefined,
  plain: ResolvedLeg,
): { leg: ResolvedLeg; problem?: Problem } {
  const { leg, draft, steps, given, name } = options
  const said = leg.amount as Said<Quantity>
  const whole: Said<Quantity> = {
    ...said,
    value: { kind: 'share', bps: 10_000 },
  }
  const before = steps.at(-1)
  const taken = before?.legs[name] ?? before?.legs.main ?? before?.legs.sell
  // `half my eth to usdc and the rest to dai`: what is left of the same token.
  const sameKind =
    before !== undefined &&
    before.clause === draft.clause &&
    (taken?.amount?.value.kind === 'share' ||
      taken?.amount?.value.kind === 'number')
  if (sameKind) {
    const token = leg.token ?? taken?.token
    return {
      leg: {
        ...(token === undefined ? {} : { token }),
        amount: whole,
        ...(leg.token === undefined ? { derived: true as const } : {}),
      },
    }
  }
  const source =
    leg.token === undefined
      ? last
      : given.findLast((one) => one.token?.symbol === leg.token?.symbol)
  // The step before took a share of what the account had: the rest is there.
  if (
    before !== undefined &&
    taken?.token !== undefined &&
    taken.amount !== undefined &&
    (leg.token === undefined || leg.token.symbol === taken.token.symbol) &&
    taken.token.symbol !== source?.token?.symbol
  )
    return {
      leg: {
        token: leg.token ?? taken.token,
        amount: whole,
        ...(leg.token === undefined ? { derived: true as const } : {}),
      },
    }
  if (source !== undefined)
    return {
      leg: {
        ...(leg.token === undefined
          ? source.token === undefined
            ? {}
            : { token: source.token, derived: true as const }
          : { token: leg.token }),
        output: { step: source.id, said },
      },
    }
  if (leg.token !== undefined)
    return { leg: { token: leg.token, amount: whole } }
  return {
    leg: plain.token === undefined ? {} : { token: plain.token },
    problem: { reason: 'The rest of what?' },
  }
}
