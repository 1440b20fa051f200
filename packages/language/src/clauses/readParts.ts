import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import type { Part } from './Part.js'
import { foldParts } from './parts/foldParts.js'
import { takeCue } from './parts/takeCue.js'
import { takeExcluded } from './parts/takeExcluded.js'
import { takeIdiom } from './parts/takeIdiom.js'
import { takeJoint } from './parts/takeJoint.js'
import { takeKept } from './parts/takeKept.js'
import { takeMoney } from './parts/takeMoney.js'
import { takePair } from './parts/takePair.js'
import { takePlace } from './parts/takePlace.js'
import { takePronoun } from './parts/takePronoun.js'
import { takeTyped } from './parts/takeTyped.js'
import { takeUnknown } from './parts/takeUnknown.js'
import { takeWord } from './parts/takeWord.js'
import type { Walk } from './parts/Walk.js'

/** A clause with more arguments than this is none that anyone writes. */
const MOST_PARTS = 160

/** What may stand next, in the order in which it is tried. */
const TAKERS: readonly ((walk: Walk, item: Item) => boolean)[] = [
  takeTyped,
  takeJoint,
  takeKept,
  takeExcluded,
  takePair,
  takeIdiom,
  takeCue,
  takePronoun,
  takePlace,
  takeMoney,
  takeUnknown,
  takeWord,
]

/** Reads the arguments of one clause, in the order in which they were said. */
export function readParts(options: {
  readonly items: readonly Item[]
  readonly sense: string
  readonly normalised: NormalisedText
}): Part[] {
  const { items } = options
  const walk: Walk = {
    ...options,
    parts: [],
    index: 0,
    cue: '',
    joined: false,
    either: false,
    // The verb left a mark where it stood; in front of it nothing new is named.
    behindVerb: !items.some(
      (item) => item.type === 'break' && item.start < item.end,
    ),
  }
  while (walk.index < items.length) {
    const item = items[walk.index]
    if (item === undefined) break
    if (walk.parts.length >= MOST_PARTS) {
      walk.parts.push({
        type: 'problem',
        start: item.start,
        end: items.at(-1)?.end ?? item.end,
        problem: { reason: 'That is too much at once. Say it in fewer words.' },
      })
      break
    }
    for (const take of TAKERS) if (take(walk, item)) break
  }
  return foldParts(walk.parts)
}
