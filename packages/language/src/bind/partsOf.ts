import type { Money, Part } from '../clauses/Part.js'
import { getVenueKind, type VenueKind } from '../lexicon/lexicon.js'

export type Place = Extract<Part, { type: 'chain' | 'venue' }>

type Party = Extract<Part, { type: 'party' }>

export function moneyOf(parts: readonly Part[]): Money[] {
  return parts.filter((part): part is Money => part.type === 'money')
}

export function venuesOf(parts: readonly Part[]) {
  return parts.filter(
    (part): part is Extract<Part, { type: 'venue' }> => part.type === 'venue',
  )
}

export function chainsOf(parts: readonly Part[]) {
  return parts.filter(
    (part): part is Extract<Part, { type: 'chain' }> => part.type === 'chain',
  )
}

export function partiesOf(parts: readonly Part[]): Party[] {
  return parts.filter((part): part is Party => part.type === 'party')
}

export function kindsOf(parts: readonly Part[]): (VenueKind | undefined)[] {
  return venuesOf(parts).map((venue) => getVenueKind(venue.id))
}

export function hasWord(parts: readonly Part[], pattern: RegExp): boolean {
  return parts.some((part) => part.type === 'word' && pattern.test(part.text))
}

export function wordsOf(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => (part.type === 'word' ? [part.text] : []))
    .join(' ')
}
