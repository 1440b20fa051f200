import type { ParseContext } from '@behest/spec'
import { bindClause } from '../bind/bindClause.js'
import type { DraftStep } from '../bind/DraftStep.js'
import { readVerbless } from '../bind/readVerbless.js'
import type { Part } from '../clauses/Part.js'
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
    const implied = readVerbless({
      items: phrases,
      normalised,
      clause: next,
    })
    if (implied.length > 0) {
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

/** `take 900 usdc out of aave, 500 out of spark`: the token is not said again. */
function withToken(bound: readonly DraftStep[]): DraftStep[] {
  let token: DraftStep['legs']['main']
  return bound.map((draft) => {
    const { main } = draft.legs
    if (main?.token !== undefined) token = main
    if (
      draft.action !== 'withdraw' ||
      main?.amount?.value.kind !== 'number' ||
      main.token !== undefined ||
      token?.token === undefined
    )
      return draft
    return {
      ...draft,
      legs: { ...draft.legs, main: { ...main, token: token.token } },
    }
  })
}
