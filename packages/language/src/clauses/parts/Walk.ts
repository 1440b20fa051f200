import type { Item } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import type { Cue, Mention, Part } from '../Part.js'

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

/** Puts a part in its place, and unties what comes next. */
export function place(walk: Walk, part: Part): void {
  // `to usdc or dai`: which of the two is not for us to choose.
  if (
    !(walk.either && walk.joined && walk.sense !== 'ask' && offer(walk, part))
  )
    walk.parts.push(part)
  walk.cue = ''
  walk.joined = false
  walk.either = false
}

/** Adds one more thing to choose from, where it is of the kind of the one before. */
function offer({ parts, sense }: Walk, part: Part): boolean {
  const last = parts.at(-1)
  const open = last?.type === 'problem' && last.slot !== undefined
  const first = open ? parts.at(-2) : last
  const choice = first && findChoice(first, part, sense)
  if (first === undefined || choice === undefined) return false
  const said = open ? (last.problem.options ?? []) : [choice.first]
  if (open) parts.pop()
  parts.push({
    type: 'problem',
    start: part.start,
    end: part.end,
    slot: choice.slot,
    problem: {
      reason: said.length > 1 ? 'Which of them?' : 'Which of the two?',
      options: [...said, choice.other],
    },
  })
  // `1 or 2 eth`: the token behind the last number is that of all.
  if (first.type === 'money' && first.token === undefined && choice.token)
    parts[parts.length - 2] = { ...first, token: choice.token }
  return true
}

type Choice = {
  readonly slot: string
  readonly first: string
  readonly other: string
  readonly token?: Mention
}

function findChoice(
  first: Part,
  other: Part,
  sense: string,
): Choice | undefined {
  if (first.type === 'money' && other.type === 'money') {
    const leg = findLeg(first.cue, sense)
    const [before, after] = [first.amount?.value, other.amount?.value]
    if (
      before?.kind === 'number' &&
      after?.kind === 'number' &&
      other.token !== undefined &&
      (first.token === undefined || first.token.symbol === other.token.symbol)
    )
      return {
        slot: `${leg}amount`,
        first: before.decimal,
        other: after.decimal,
        token: other.token,
      }
    return first.token?.symbol !== undefined &&
      other.token?.symbol !== undefined &&
      other.amount === undefined
      ? {
          slot: `${leg}token`,
          first: first.token.symbol,
          other: other.token.symbol,
        }
      : undefined
  }
  if (first.type === 'venue' && other.type === 'venue')
    return { slot: 'venue', first: first.id, other: other.id }
  if (first.type === 'chain' && other.type === 'chain')
    return {
      slot: sense === 'bridge' && first.cue === 'to' ? 'toChain' : 'chain',
      first: first.id,
      other: other.id,
    }
  return first.type === 'party' && other.type === 'party'
    ? { slot: 'to', first: first.text, other: other.text }
    : undefined
}

/** Which side of a trade is named; other orders have one. */
function findLeg(cue: Cue, sense: string): '' | 'sell.' | 'buy.' {
  if (!/^(?:swap|sell|buy)$/.test(sense)) return ''
  if (sense === 'buy') return /^(?:with|from)$/.test(cue) ? 'sell.' : 'buy.'
  return /^(?:to|for)$/.test(cue) ? 'buy.' : 'sell.'
}

/** What ties the next part: its own small word, or that of the list it is in. */
export function inherit(walk: Walk): { cue: Cue; joined?: true } {
  const { parts, cue, joined } = walk
  const before = parts.at(-1)
  if (cue === '' && joined && before !== undefined && 'cue' in before)
    return { cue: before.cue, joined: true }
  return joined ? { cue, joined: true } : { cue }
}
