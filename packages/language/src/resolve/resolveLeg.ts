import type { Action } from '@behest/spec'
import type { DraftLeg, DraftStep, LegName } from '../bind/DraftStep.js'
import type { Said } from '../clauses/Part.js'
import type { Quantity, Range } from '../text/Item.js'
import type { Problem } from '../text/Problem.js'
import { CONSUMES } from './consumes.js'
import type { Given, ResolvedLeg, ResolvedStep } from './ResolvedStep.js'
import { resolveRemainder } from './resolveRemainder.js'

const GETS_OUT: readonly Action[] = ['withdraw', 'unstake', 'unlock', 'repay']

export function resolveLeg(options: {
  leg: DraftLeg
  name: LegName
  draft: DraftStep
  given: readonly Given[]
  steps: readonly ResolvedStep[]
  consumes: boolean
}): { leg: ResolvedLeg; problem?: Problem; slot?: 'token' | 'amount' } {
  const { leg, name, draft, given, steps, consumes } = options
  const plain: ResolvedLeg = {
    ...(leg.token === undefined ? {} : { token: leg.token }),
    ...(leg.amount === undefined ? {} : { amount: leg.amount }),
  }
  const last = given.findLast(
    (one) => one.clause < draft.clause || one.at < steps.length,
  )
  const fromGiven = (one: Given, said: Range | undefined): ResolvedLeg => ({
    ...(leg.token !== undefined
      ? { token: leg.token }
      : one.token === undefined
        ? {}
        : { token: one.token, derived: true as const }),
    output: { step: one.id, ...(said === undefined ? {} : { said }) },
  })
  const quantity = leg.amount?.value
  if (leg.pronoun !== undefined) {
    const bound = (leg.pronoun.value as string).startsWith('=')
      ? given.find((one) => one.id === leg.pronoun?.value.slice(1))
      : last
    // `approve 5 dai for aave, then deposit it`: what was named there.
    const approved = steps.at(-1)
    if (approved?.action === 'approve' && approved.legs.main !== undefined)
      return { leg: approved.legs.main }
    // `both` of one thing: which other is meant has to be asked.
    if (bound === undefined || leg.pronoun.value === 'both')
      return {
        leg: plain,
        slot: 'token',
        problem: {
          reason: 'What does that stand for? No earlier step gives a token.',
        },
      }
    const nearer = steps.at(-1)
    // A transfer in between has taken it away.
    if (
      nearer?.action === 'transfer' &&
      bound.at < steps.length - 1 &&
      !(leg.pronoun.value as string).startsWith('=')
    ) {
      const taken = nearer.legs.main?.output?.step === bound.id
      if (taken)
        return {
          leg: plain,
          slot: 'token',
          problem: {
            reason: 'What does that stand for? The step before sends it away.',
          },
        }
    }
    if (
      quantity === undefined ||
      (quantity.kind === 'share' && quantity.bps === 10_000)
    )
      return { leg: fromGiven(bound, leg.pronoun) }
    if (quantity.kind === 'number' || quantity.kind === 'fiat')
      return {
        leg: {
          ...plain,
          ...(bound.token === undefined
            ? {}
            : { token: bound.token, derived: true }),
        },
      }
    return {
      leg:
        bound.token === undefined ? {} : { token: bound.token, derived: true },
      problem: {
        reason:
          'A part of what a step gives cannot be fixed beforehand. How much exactly?',
      },
    }
  }
  if (quantity?.kind === 'remainder')
    return resolveRemainder(options, last, plain)
  // `30% of my eth to buy usdc and 20% to buy dai`: shares of the same thing.
  const prior = steps.at(-1)
  const shared = prior?.legs[CONSUMES[prior.action] ?? 'main']
  if (
    consumes &&
    leg.token === undefined &&
    quantity?.kind === 'share' &&
    quantity.bps < 10_000 &&
    shared?.amount?.value.kind === 'share' &&
    shared.amount.value.bps < 10_000 &&
    shared.token !== undefined &&
    shared.output === undefined &&
    prior?.sentence === draft.sentence &&
    prior.action === draft.action
  )
    return {
      leg: {
        token: shared.token,
        amount: leg.amount as Said<Quantity>,
        derived: true,
      },
    }
  const first = given.length === 0
  if (!first && last !== undefined && consumes) {
    if (
      leg.token === undefined &&
      quantity === undefined &&
      (draft.elliptic || name === 'main')
    )
      return { leg: fromGiven(last, undefined) }
    if (
      leg.token === undefined &&
      quantity?.kind === 'share' &&
      last.token !== undefined
    ) {
      if (quantity.bps === 10_000) return { leg: fromGiven(last, leg.amount) }
      return {
        leg: { token: last.token, derived: true },
        problem: {
          reason:
            'A part of what a step gives cannot be fixed beforehand. How much exactly?',
        },
      }
    }
    if (leg.token?.symbol !== undefined) {
      const source = given.findLast(
        (one) => one.token?.symbol === leg.token?.symbol,
      )
      if (
        source !== undefined &&
        (quantity === undefined ||
          (quantity.kind === 'share' &&
            quantity.bps === 10_000 &&
            leg.definite === true))
      )
        return {
          leg: {
            token: leg.token,
            output: {
              step: source.id,
              said: leg.amount ?? leg.token,
            },
          },
        }
    }
  }
  // `take my usdc out of aave`: whoever gets out and names no number, gets all.
  if (
    name === 'main' &&
    leg.possessive !== undefined &&
    quantity === undefined &&
    leg.token !== undefined &&
    GETS_OUT.includes(draft.action)
  )
    return {
      leg: {
        ...plain,
        amount: {
          start: leg.possessive.start,
          end: leg.possessive.end,
          value: { kind: 'share', bps: 10_000 },
        },
      },
    }
  return { leg: plain }
}
