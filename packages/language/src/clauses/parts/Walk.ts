import type { Item } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import type { Cue, Part } from '../Part.js'

/** Where the walk through one clause stands, and what it has read so far. */
export type Walk = {
  readonly items: readonly Item[]
  readonly sense: string
  readonly normalised: NormalisedText
  readonly parts: Part[]
  /** The next item to read. */
  index: number
  /** The small word that ties what comes next. */
  cue: Cue
  /** A comma or an `and` stands in front of what comes next. */
  joined: boolean
  /** It was an `or`. */
  either: boolean
  /** Whether the verb has been passed: in front of it nothing new is named. */
  behindVerb: boolean
}

/** What is asked for where two things are joined by `or`. */
const ALTERNATIVES: Partial<Record<Part['type'], string>> = {
  money: 'token',
  chain: 'chain',
  venue: 'venue',
  party: 'to',
}

/** Puts a part in its place, and unties what comes next. */
export function place(walk: Walk, part: Part): void {
  const { parts } = walk
  // `to usdc or dai`: which of the two is not for us to choose.
  if (
    walk.either &&
    walk.joined &&
    walk.sense !== 'ask' &&
    ALTERNATIVES[part.type]
  )
    parts.push({
      type: 'problem',
      start: part.start,
      end: part.end,
      slot: ALTERNATIVES[part.type] as string,
      problem: { reason: 'Which of the two?' },
    })
  parts.push(part)
  walk.cue = ''
  walk.joined = false
  walk.either = false
}

/** What ties the next part: its own small word, or that of the list it is in. */
export function inherit(walk: Walk): { cue: Cue; joined?: true } {
  const { parts, cue, joined } = walk
  const before = parts.at(-1)
  if (cue === '' && joined && before !== undefined && 'cue' in before)
    return { cue: before.cue, joined: true }
  return joined ? { cue, joined: true } : { cue }
}
