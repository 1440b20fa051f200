import type { Said } from '../clauses/Part.js'
import type { DraftStep } from './DraftStep.js'
import { moneyOf, venuesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlace, saidPlaces, saidPool } from './saidPlaces.js'
import { withRecipient } from './withRecipient.js'

export function bindClaim(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const places = saidPlaces(clause.parts)
  const pool = saidPool(clause.parts)
  const monies = moneyOf(clause.parts).filter(
    (money) => money.token !== undefined && !/^(?:to|for)$/.test(money.cue),
  )
  const venues = venuesOf(clause.parts)
  const list = monies.length === 0 ? [undefined] : monies
  const where = venues.length > 1 ? venues : [venues[0]]
  return withRecipient(
    where.flatMap((venue) =>
      list.map(
        (money): DraftStep => ({
          ...common,
          ...places,
          ...(venue === undefined
            ? {}
            : { venue: saidPlace(venue) as Said<string> }),
          ...pool,
          action: 'claim',
          legs:
            money?.token === undefined ? {} : { main: { token: money.token } },
        }),
      ),
    ),
    clause,
    'main',
  )
}
