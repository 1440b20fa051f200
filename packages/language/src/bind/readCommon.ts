import type { Said } from '../clauses/Part.js'
import type { Problem } from '../text/Problem.js'
import type { DraftStep } from './DraftStep.js'
import { hasWord } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'

export type Common = Pick<
  DraftStep,
  | 'verb'
  | 'conditions'
  | 'times'
  | 'problems'
  | 'clause'
  | 'sentence'
  | 'joined'
  | 'slippageBps'
  | 'leverage'
  | 'there'
>

/** What every action takes alike. */
export function readCommon(clause: ReadClause): Common {
  const { parts } = clause
  const problems: { slot: string; problem: Problem }[] = []
  const conditions = parts.flatMap((part) =>
    part.type === 'conditions' ? part.conditions : [],
  )
  const times = parts.flatMap((part) =>
    part.type === 'time'
      ? [{ start: part.start, end: part.end, parts: part.parts }]
      : [],
  )
  const common: Common = {
    verb: clause.verb,
    clause: clause.clause,
    sentence: clause.sentence,
    joined: clause.joined,
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(times.length > 0 ? { times } : {}),
  }
  let slippageBps: Said<number> | undefined
  let leverage: Said<string> | undefined
  for (const part of parts) {
    const range = { start: part.start, end: part.end }
    if (part.type === 'slippage') {
      if (part.bps !== undefined) slippageBps = { ...range, value: part.bps }
      if (part.problem !== undefined)
        problems.push({ slot: 'maxSlippageBps', problem: part.problem })
    } else if (part.type === 'leverage')
      leverage = { ...range, value: part.decimal }
    else if (part.type === 'problem')
      problems.push({
        slot: part.slot ?? 'amount',
        problem: part.problem,
      })
  }
  return {
    ...common,
    ...(problems.length > 0 ? { problems } : {}),
    ...(hasWord(parts, /^there$/) ? { there: true as const } : {}),
    ...(slippageBps === undefined ? {} : { slippageBps }),
    ...(leverage === undefined ? {} : { leverage }),
  }
}
