import type { Action } from '@behest/spec'
import type { Part, Said } from '../clauses/Part.js'
import type { DraftStep } from './DraftStep.js'
import { chainsOf, moneyOf, venuesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlace, saidPool } from './saidPlaces.js'
import { shareAmounts } from './shareAmounts.js'
import { splitGaps } from './splitGaps.js'
import { toLeg } from './toLeg.js'
import { withRecipient } from './withRecipient.js'

export function bindSimple(
  clause: ReadClause,
  action: Extract<
    Action,
    | 'supply'
    | 'deposit'
    | 'withdraw'
    | 'repay'
    | 'stake'
    | 'unstake'
    | 'lock'
    | 'unlock'
    | 'vote'
  >,
): DraftStep[] {
  const common = readCommon(clause)
  const outward =
    action === 'withdraw' || action === 'unstake' || action === 'unlock'
  const isVenue = (part: Part) => part.type === 'venue' || part.type === 'pool'
  const groups = splitGaps(clause.parts, isVenue)
  const steps: DraftStep[] = []
  const allVenues = venuesOf(clause.parts)
  for (const parts of groups) {
    const own = venuesOf(parts)
    const venues = own.length > 0 ? own : allVenues.slice(-1)
    const chain = saidPlace(chainsOf(parts)[0] ?? chainsOf(clause.parts)[0])
    const pool = saidPool(parts).pool ?? saidPool(clause.parts).pool
    const monies = moneyOf(parts).filter((money) => {
      // What comes back is no argument: `stake 1 eth for steth`, `to get reth`.
      if (
        money.amount === undefined &&
        money.token !== undefined &&
        (/^(?:for|as)$/.test(money.cue) ||
          (/^(?:to|with)$/.test(money.cue) &&
            action === 'stake' &&
            moneyOf(parts).some((other) => other.amount !== undefined)))
      )
        return false
      if (money.cue === 'to' && money.amount === undefined && outward)
        return false
      if (
        money.cue === 'with' &&
        action === 'repay' &&
        money.amount === undefined
      )
        return false
      return true
    })
    let list = shareAmounts(monies)
    const foreign = list.find(
      (money) => money.cue === 'with' && action === 'repay',
    )
    if (foreign !== undefined && list.length > 1)
      list = list.filter((money) => money !== foreign)
    const targets = venues.filter(
      (venue) => venue.joined === true || venue === venues[0],
    )
    for (const venue of targets.length === 0 ? [undefined] : targets)
      for (const money of list.length === 0 ? [undefined] : list) {
        // `exit my aave position`: the verb itself says all of it.
        const leaves =
          clause.sense === 'exit' && money?.amount === undefined
            ? {
                ...toLeg(money),
                amount: {
                  ...clause.verb,
                  value: { kind: 'share' as const, bps: 10_000 },
                },
              }
            : undefined
        // `withdraw everything from aave`: neither token nor number is missing.
        steps.push({
          ...common,
          action,
          legs: { main: leaves ?? toLeg(money) },
          ...(chain === undefined ? {} : { chain }),
          ...(venue === undefined
            ? {}
            : { venue: saidPlace(venue) as Said<string> }),
          ...(pool === undefined ||
          action === 'repay' ||
          action === 'stake' ||
          action === 'unstake'
            ? {}
            : { pool }),
          ...(money === undefined ? { elliptic: true as const } : {}),
        })
      }
  }
  return outward ? withRecipient(steps, clause, 'main') : steps
}
