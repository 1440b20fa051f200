import type { Part } from '../Part.js'
import { readPlace } from './readPlace.js'
import { inherit, place, type Walk } from './Walk.js'

/** Takes a chain or a venue. */
export function takePlace(walk: Walk): boolean {
  const { items, sense, normalised, parts } = walk

  const chainBehind = readPlace({
    items,
    index: walk.index,
    cue: inherit(walk).cue,
    sense,
    parts,
    normalised,
    joined: walk.joined,
  })
  if (chainBehind !== undefined) {
    place(walk, { ...chainBehind.part, ...inherit(walk) } as Part)
    walk.index = chainBehind.next
    return true
  }
  return false
}
