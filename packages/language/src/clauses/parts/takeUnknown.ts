import type { Part } from '../Part.js'
import { readUnknown } from './readUnknown.js'
import { inherit, place, type Walk } from './Walk.js'

/** Takes a name that no list has. */
export function takeUnknown(walk: Walk): boolean {
  const { items, sense, normalised, parts } = walk

  const unknown = readUnknown({
    items,
    index: walk.index,
    cue: inherit(walk).cue,
    sense,
    parts,
    normalised,
    behindVerb: walk.behindVerb,
    joined: walk.joined,
  })
  if (unknown !== undefined) {
    place(walk, { ...unknown.part, ...inherit(walk) } as Part)
    walk.index = unknown.next
    return true
  }
  return false
}
