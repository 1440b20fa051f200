import { parseUtterance } from '../dist/index.js'
import { BLIND_SETS, compareBlind, readBlind } from './blind.mjs'
import { isRight, readStrangers, SETS } from './strangers.mjs'

export const CONTEXT = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

/** Every sentence of other people with what was made of it, and whether rightly. */
export function readJudged() {
  return [
    ...SETS.flatMap((set) =>
      readStrangers(set).map(({ utterance, golds }) => {
        const result = parseUtterance(utterance, CONTEXT)
        return { set, utterance, result, right: isRight(golds, result) }
      }),
    ),
    ...BLIND_SETS.flatMap((set) =>
      readBlind(set).map(({ text, context, gold }) => {
        const result = parseUtterance(text, { ...CONTEXT, ...context })
        const { right } = compareBlind(gold, result)
        return { set: `blind ${set}`, utterance: text, result, right }
      }),
    ),
  ]
}
