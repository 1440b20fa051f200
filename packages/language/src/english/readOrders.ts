import type { ParseContext } from '@behest/spec'
import { bindClause } from '../bind/bindClause.js'
import type { DraftStep } from '../bind/DraftStep.js'
import { readVerbless } from '../bind/readVerbless.js'
import type { Part, Said } from '../clauses/Part.js'
import { readParts } from '../clauses/readParts.js'
import { segmentClauses } from '../clauses/segmentClauses.js'
import { readConditions } from '../phrases/readConditions.js'
import { readFloors } from '../phrases/readFloors.js'
import { readLimits } from '../phrases/readLimits.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { readSlippage } from '../phrases/readSlippage.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { readTimes } from '../time/readTimes.js'

/** Joins words into conditions, times, limits and amounts. */
export function readPhrases(
  items: readonly Item[],
  normalised: NormalisedText,
  context: ParseContext,
): Item[] {
  return readQuantities(
    readTimes(
      readLimits(
        readConditions(readSlippage(readFloors(items, normalised)), normalised),
      ),
      context,
    ),
  )
}

export function readOrders(options: {
  readonly items: readonly Item[]
  readonly normalised: NormalisedText
  readonly context: ParseContext
  readonly firstClause: number
  readonly earlier: readonly DraftStep[]
  readonly unread: ReadonlySet<number>
}): {
  drafts: DraftStep[]
  leftovers: { step: number; parts: Part[] }[]
  next: number
  blocked: boolean
  doubtful: number[]
} {
  const { items, normalised, context, firstClause, earlier, unread } = options
  const phrases = readPhrases(items, normalised, context)
  const { clauses, loose } = segmentClauses(phrases, unread)
  const drafts: DraftStep[] = []
  const leftovers: { step: number; parts: Part[] }[] = []
  let next = firstClause
  let blocked = false
  const pending: Item[] = [
    ...loose.filter((item) => /^(?:conditions|time|slippage)$/.test(item.type)),
  ]
  for (const clause of clauses) {
    if (clause.negated) {
      blocked = true
      next += 1
      continue
    }
    const parts = readParts({
      items: [...pending.splice(0), ...clause.items],
      sense: clause.sense,
      normalised,
    })
    const bound = bindClause({
      sense: clause.sense,
      verb: clause.verb,
      verbText: clause.verbText,
      parts,
      clause: next,
      sentence: clause.sentence + firstClause * 100,
      joined: clause.joined,
    })
    leftovers.push({ step: earlier.length + drafts.length, parts })
    drafts.push(...withToken(bound))
    next += 1
  }
  if (clauses.length === 0) {
    for (const implied of readPieces(phrases, normalised, next)) {
      drafts.push(...implied)
      next += 1
    }
  }
  return {
    drafts,
    leftovers,
    next,
    blocked,
    doubtful: clauses
      .filter((clause) => clause.doubtful)
      .map((clause) => clause.verb.start),
  }
}

/** `1 eth to usdc; 20 link to dai`: each on its own, if all are orders. */
function readPieces(
  phrases: readonly Item[],
  normalised: NormalisedText,
  clause: number,
): DraftStep[][] {
  const pieces: Item[][] = [[]]
  for (const item of phrases)
    if (item.type === 'break') pieces.push([])
    else pieces.at(-1)?.push(item)
  const counted = pieces.filter((piece) =>
    piece.some((item) => item.type === 'number' || item.type === 'quantity'),
  )
  if (counted.length > 1 && counted.length <= 10) {
    const read = counted.map((items, at) =>
      readVerbless({ items, normalised, clause: clause + at }),
    )
    if (read.every((drafts) => drafts.length > 0)) return read
  }
  const whole = readVerbless({ items: phrases, normalised, clause })
  return whole.length > 0 ? [whole] : []
}

/** Orders in whose lists a token is said once: `100 usdc on aave, 200 on spark`. */
const COUNTED: readonly string[] = [
  'withdraw',
  'supply',
  'deposit',
  'bridge',
  'stake',
  'unstake',
  'repay',
  'borrow',
]

/** `take 900 usdc out of aave, 500 out of spark`: the token is not said again. */
function withToken(bound: readonly DraftStep[]): DraftStep[] {
  let token: DraftStep['legs']['main']
  return bound.map((draft, at) => {
    const { main } = draft.legs
    if (main?.token !== undefined) token = main
    // A place of its own tells a list from an afterthought.
    if (
      at > 0 &&
      placeOf(draft)?.start === placeOf(bound[at - 1] as DraftStep)?.start
    )
      return draft
    if (
      !COUNTED.includes(draft.action) ||
      main?.amount?.value.kind !== 'number' ||
      main.token !== undefined ||
      main.pronoun !== undefined ||
      token?.token === undefined
    )
      return draft
    return {
      ...draft,
      legs: { ...draft.legs, main: { ...main, token: token.token } },
    }
  })
}

function placeOf(draft: DraftStep): Said<string> | undefined {
  return draft.toChain ?? draft.venue ?? draft.pool
}
