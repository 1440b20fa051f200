import type { Money } from '../clauses/Part.js'
import type { DraftLeg } from './DraftStep.js'

export function toLeg(money: Money | undefined): DraftLeg {
  if (money === undefined) return {}
  return {
    ...(money.token === undefined ? {} : { token: money.token }),
    ...(money.amount === undefined ? {} : { amount: money.amount }),
    ...(money.pronoun === undefined
      ? {}
      : {
          pronoun: { start: money.start, end: money.end, value: money.pronoun },
        }),
    ...(money.possessive
      ? { possessive: money.owner ?? { start: money.start, end: money.end } }
      : {}),
    ...(money.definite ? { definite: true as const } : {}),
  }
}
