import type { Part, Said } from '../clauses/Part.js'
import { chainsOf, type Place, venuesOf } from './partsOf.js'

export function saidPlace(place: Place | undefined): Said<string> | undefined {
  return place === undefined
    ? undefined
    : { start: place.start, end: place.end, value: place.id }
}

export function saidPool(parts: readonly Part[]): { pool?: Said<string> } {
  const pool = parts.find((part) => part.type === 'pool')
  return pool === undefined
    ? {}
    : { pool: { start: pool.start, end: pool.end, value: pool.pool } }
}

export function saidPlaces(parts: readonly Part[]): {
  chain?: Said<string>
  venue?: Said<string>
} {
  const chain = saidPlace(chainsOf(parts)[0])
  const venue = saidPlace(venuesOf(parts)[0])
  return {
    ...(chain === undefined ? {} : { chain }),
    ...(venue === undefined ? {} : { venue }),
  }
}
