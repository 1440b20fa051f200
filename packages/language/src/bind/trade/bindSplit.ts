import type { Said } from '../../clauses/Part.js'
import { getVenueKind } from '../../lexicon/lexicon.js'
import type { DraftStep } from '../DraftStep.js'
import { divideEvenly } from '../divideEvenly.js'
import { moneyOf, partiesOf, venuesOf } from '../partsOf.js'
import type { ReadClause } from '../ReadClause.js'
import { readCommon } from '../readCommon.js'
import { saidPlace, saidPlaces } from '../saidPlaces.js'
import { toLeg } from '../toLeg.js'

/** `split 1000 usdc between eth and wbtc`: the same sum into each of a list. */
export function bindSplit(clause: ReadClause): DraftStep[] {
  const { parts } = clause
  const monies = moneyOf(parts)
  const source = monies.find(
    (money) => /^(?:|with)$/.test(money.cue) && money.amount !== undefined,
  )
  const whole =
    source ?? monies.find((money) => money.cue === '' || money.pronoun)
  const targets = monies.filter(
    (money) =>
      money !== whole &&
      money.token !== undefined &&
      money.amount === undefined,
  )
  const parties = partiesOf(parts)
  const venues = venuesOf(parts)
  const common = readCommon(clause)
  const places = saidPlaces(parts)
  if (whole === undefined) return []
  if (targets.length >= 2)
    return divideEvenly(
      targets.map((money) => ({
        ...common,
        ...places,
        action: 'swap',
        legs: { sell: toLeg(whole), buy: toLeg(money) },
      })),
    )
  if (parties.length >= 2)
    return divideEvenly(
      parties.map((party) => ({
        ...common,
        ...(places.chain === undefined ? {} : { chain: places.chain }),
        action: 'transfer',
        legs: { main: toLeg(whole) },
        to: { start: party.start, end: party.end, value: party.text },
        ...(party.problem === undefined
          ? {}
          : { problems: [{ slot: 'to', problem: party.problem }] }),
      })),
    )
  if (venues.length >= 2)
    return divideEvenly(
      venues.map((venue) => ({
        ...common,
        ...(places.chain === undefined ? {} : { chain: places.chain }),
        action:
          getVenueKind(venue.id) === 'lending'
            ? 'supply'
            : getVenueKind(venue.id) === 'staking'
              ? 'stake'
              : 'deposit',
        legs: { main: toLeg(whole) },
        venue: saidPlace(venue) as Said<string>,
      })),
    )
  return [
    {
      ...common,
      ...places,
      action: 'swap',
      legs: { sell: toLeg(whole) },
      problems: [
        {
          slot: 'buy.token',
          problem: { reason: 'Between which tokens should that be split?' },
        },
      ],
    },
  ]
}
