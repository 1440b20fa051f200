import type { Said } from '../clauses/Part.js'
import { getVenueKind } from '../lexicon/lexicon.js'
import type { Problem } from '../text/Problem.js'
import type { DraftStep } from './DraftStep.js'
import { chainsOf, moneyOf, partiesOf, venuesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlace } from './saidPlaces.js'
import { shareAmounts } from './shareAmounts.js'
import { toLeg } from './toLeg.js'

export function bindAllowance(
  clause: ReadClause,
  action: 'approve' | 'revoke',
): DraftStep[] {
  const common = readCommon(clause)
  const party = partiesOf(clause.parts)[0]
  const venue = venuesOf(clause.parts)[0]
  const chain = saidPlace(chainsOf(clause.parts)[0])
  const monies = moneyOf(clause.parts)
  // `approve aave to spend my dai`: the name is a token's as well.
  let list = shareAmounts(
    monies.filter(
      (money) => money.token !== undefined || money.amount !== undefined,
    ),
  )
  let spender: Said<string> | undefined
  let problem: Problem | undefined
  if (party !== undefined) {
    spender = { start: party.start, end: party.end, value: party.text }
    problem = party.problem
  } else if (venue !== undefined)
    spender = { start: venue.start, end: venue.end, value: venue.id }
  else if (list.length > 1) {
    const named = list.find(
      (money) =>
        money.amount === undefined &&
        money.token?.symbol !== undefined &&
        getVenueKind(money.token.symbol.toLowerCase()) !== undefined,
    )
    if (named?.token?.symbol !== undefined) {
      spender = {
        start: named.token.start,
        end: named.token.end,
        value: named.token.symbol.toLowerCase(),
      }
      list = list.filter((money) => money !== named)
    }
  }
  return (list.length === 0 ? [undefined] : list).map(
    (money): DraftStep => ({
      ...common,
      ...(problem === undefined
        ? {}
        : {
            problems: [
              ...(common.problems ?? []),
              { slot: 'spender', problem },
            ],
          }),
      ...(chain === undefined ? {} : { chain }),
      action,
      legs: { main: toLeg(money) },
      ...(spender === undefined ? {} : { spender }),
      ...(money === undefined ? { elliptic: true as const } : {}),
    }),
  )
}
