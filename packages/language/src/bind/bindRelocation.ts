import type { Action } from '@behest/spec'
import type { Said } from '../clauses/Part.js'
import { getVenueKind } from '../lexicon/lexicon.js'
import type { DraftStep } from './DraftStep.js'
import { chainsOf, moneyOf, venuesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlace } from './saidPlaces.js'
import { toLeg } from './toLeg.js'

/** `move my usdc from aave to compound`: out of one, into the other. */
export function bindRelocation(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const venues = venuesOf(clause.parts)
  const from = venues.find((venue) => venue.cue === 'from')
  const to = venues.find((venue) => venue !== from)
  const chain = saidPlace(chainsOf(clause.parts)[0])
  const money = moneyOf(clause.parts)[0]
  const leg = toLeg(money)
  const into: Action =
    to !== undefined && getVenueKind(to.id) === 'lending'
      ? 'supply'
      : to !== undefined && getVenueKind(to.id) === 'staking'
        ? 'stake'
        : 'deposit'
  const where = chain === undefined ? {} : { chain }
  return [
    {
      ...common,
      action:
        from !== undefined && getVenueKind(from.id) === 'staking'
          ? 'unstake'
          : 'withdraw',
      legs: { main: leg },
      ...where,
      ...(from === undefined ? {} : { venue: saidPlace(from) as Said<string> }),
    },
    {
      verb: clause.verb,
      clause: clause.clause,
      sentence: clause.sentence,
      joined: false,
      elliptic: true,
      action: into,
      legs: leg.token === undefined ? {} : { main: { token: leg.token } },
      ...where,
      ...(to === undefined ? {} : { venue: saidPlace(to) as Said<string> }),
    },
  ]
}
